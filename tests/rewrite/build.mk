rewrite_test_src := tests/rewrite/rewriting.c $(assess_test_src) \
	convert/assess/array.c convert/assess/crypttab.c \
	convert/assess/mdadm-conf.c $(convert_examine_src) \
	$(addprefix convert/rewrite/,boot-degraded.c edit.c fstab.c crypttab.c \
	command-line.c device-words.c grub-defaults.c initramfs-texts.c \
	loader.c lvm.c lvm-filter.c mdadm.c multipath.c oracleasm.c resume.c)
rewrite_test_pkg := cmocka libguestfs jansson libarchive libcrypto

tests += test-mounted
test-mounted_src := tests/rewrite/test-mounted.c \
	$(filter-out convert/main.c,$(unrack_src))
test-mounted_pkg := cmocka $(unrack_pkg)

tests += test-texts
test-texts_src := tests/rewrite/test-texts.c tests/assess/disks.c \
	tests/drivers-inject/scratch.c $(filter-out convert/main.c,$(unrack_src))
test-texts_pkg := cmocka $(unrack_pkg)
test-texts_wrap := guestfs_glob_expand

tests += test-fstab test-crypttab test-loader test-resume
test-fstab_src := tests/rewrite/test-fstab.c $(rewrite_test_src)
test-fstab_pkg := $(rewrite_test_pkg)
test-crypttab_src := tests/rewrite/test-crypttab.c $(rewrite_test_src)
test-crypttab_pkg := $(rewrite_test_pkg)

disable_src := $(addprefix convert/rewrite/,change.c comment-out.c disable.c \
	edit.c old-service.c starter.c undo-list.c undo-marks.c xorg.c) \
	$(convert_examine_src) \
	$(common_src) wire/hash.c

tests += test-disable test-disable-kept test-undo
$(foreach t,disable disable-kept undo,$(eval test-$(t)_src := \
	tests/rewrite/test-$(t).c tests/rewrite/guest-tree.c $(disable_src)) \
	$(eval test-$(t)_pkg := cmocka jansson libarchive libcrypto))

fuzzers += fuzz-disable
tests += replay-disable
replay-disable_src := tests/fuzz/fuzz-disable.c tests/fuzz/replay.c $(disable_src)
replay-disable_pkg := jansson libarchive libcrypto
fuzz-disable_src := tests/fuzz/fuzz-disable.c $(disable_src) \
	$(if $(findstring clang,$(CC)),,tests/fuzz/replay.c)
fuzz-disable_link := $(if $(findstring clang,$(CC)),-fsanitize=fuzzer)
fuzz-disable_pkg := jansson libarchive libcrypto

tests += test-serial-console
test-serial-console_src := tests/rewrite/test-serial-console.c \
	convert/rewrite/console.c $(disable_src)
test-serial-console_pkg := cmocka jansson libarchive libcrypto

# of tests/end-to-end/16-record-of-changes
helpers += tar-list
tar-list_src := tests/rewrite/tar-list.c $(common_src) wire/hash.c
tar-list_pkg := jansson libarchive libcrypto

test-loader_src := tests/rewrite/test-loader.c $(rewrite_test_src)
test-loader_pkg := $(rewrite_test_pkg)
test-resume_src := tests/rewrite/test-resume.c $(rewrite_test_src)
test-resume_pkg := $(rewrite_test_pkg)

tests += test-swap-unit
test-swap-unit_src := tests/rewrite/test-swap-unit.c $(rewrite_test_src) \
	$(addprefix convert/rewrite/,aside.c swap-unit.c diff.c) \
	$(wildcard convert/rewrite/change*.c) convert/assess/guest.c \
	$(addprefix convert/assess/,config-files.c guest-file.c swap-wish.c \
	wish.c) drivers-inject/guest.c drivers-inject/guest-libguestfs.c \
	drivers-inject/names.c wire/hash.c
test-swap-unit_pkg := $(rewrite_test_pkg)

tests += test-change-room
test-change-room_src := tests/rewrite/test-change-room.c \
	tests/drivers-inject/scratch.c \
	$(wildcard convert/rewrite/change*.c) convert/rewrite/diff.c \
	convert/assess/guest.c $(convert_examine_src) \
	drivers-inject/appliance.c drivers-inject/guest.c \
	drivers-inject/guest-folder.c drivers-inject/guest-libguestfs.c \
	drivers-inject/names.c wire/hash.c $(common_src)
test-change-room_pkg := cmocka libguestfs jansson libarchive libcrypto

tests += test-initramfs-texts
test-initramfs-texts_src := tests/rewrite/test-initramfs-texts.c \
	$(rewrite_test_src)
test-initramfs-texts_pkg := $(rewrite_test_pkg)

tests += test-image-copies
test-image-copies_src := tests/rewrite/test-image-copies.c \
	tests/drivers-inject/scratch.c convert/rewrite/image-copies.c \
	$(inject_src) wire/hash.c $(rewrite_test_src)
test-image-copies_pkg := $(rewrite_test_pkg) $(inject_pkg)

tests += test-boot-degraded test-device-words test-lvm test-mdadm \
	test-multipath test-oracleasm
$(foreach t,boot-degraded device-words lvm mdadm multipath oracleasm,$(eval \
	test-$(t)_src := tests/rewrite/test-$(t).c $(rewrite_test_src)) \
	$(eval test-$(t)_pkg := $(rewrite_test_pkg)))

tests += test-diff
test-diff_src := tests/rewrite/test-diff.c convert/rewrite/diff.c $(common_src)
test-diff_pkg := cmocka jansson

tests += test-network
test-network_src := tests/rewrite/test-network.c convert/rewrite/network.c \
	convert/rewrite/edit.c convert/assess/ini.c \
	$(convert_examine_src) convert/assess/guest.c $(common_src)
test-network_pkg := cmocka jansson libarchive libcrypto

tests += test-label
test-label_src := tests/rewrite/test-label.c \
	$(addprefix convert/rewrite/,change.c diff.c file-contexts.c label.c) \
	convert/assess/guest-file.c convert/assess/shell.c \
	$(convert_examine_src) drivers-inject/appliance.c \
	drivers-inject/names.c wire/hash.c $(common_src)
test-label_pkg := cmocka libguestfs libselinux libpcre2-8 jansson libarchive \
	libcrypto
test-label_wrap := guestfs_lgetxattr guestfs_lsetxattr guestfs_statns \
	guestfs_free_statns guestfs_pread guestfs_push_error_handler \
	guestfs_pop_error_handler guestfs_last_errno

tests += test-change
test-change_src := tests/rewrite/test-change.c \
	$(addprefix convert/rewrite/,change.c change-record.c change-write.c \
	diff.c) $(convert_examine_src) drivers-inject/appliance.c \
	drivers-inject/guest.c drivers-inject/guest-libguestfs.c \
	drivers-inject/names.c wire/hash.c $(common_src)
test-change_pkg := cmocka libguestfs jansson libarchive libcrypto
test-change_wrap := guestfs_is_dir_opts_argv guestfs_mkdir_mode \
	guestfs_lgetxattr guestfs_rm_f guestfs_write guestfs_chmod \
	guestfs_last_error guestfs_last_errno

tests += test-agent
test-agent_src := tests/rewrite/test-agent.c tests/drivers-inject/scratch.c \
	$(addprefix convert/rewrite/,agent.c agent-dpkg.c agent-install.c \
	bundle.c change.c diff.c library.c) \
	$(addprefix convert/assess/,guest.c ini.c) $(convert_examine_src) \
	drivers-inject/appliance.c drivers-inject/guest.c \
	drivers-inject/guest-folder.c drivers-inject/names.c wire/hash.c \
	$(common_src)
test-agent_pkg := cmocka libguestfs jansson libarchive libcrypto

tests += test-kernel-findings
test-kernel-findings_src := tests/rewrite/test-kernel-findings.c \
	convert/rewrite/kernel-findings.c $(convert_examine_src) \
	$(common_src)
test-kernel-findings_pkg := cmocka jansson libarchive libcrypto

# As in tests/drivers-inject/build.mk.
fuzz_rewrite := tests/fuzz/fuzz-rewrite.c \
	$(addprefix convert/rewrite/,change.c console.c xorg.c) wire/hash.c \
	$(filter-out tests/rewrite/%,$(rewrite_test_src))
fuzzers += fuzz-rewrite
fuzz-rewrite_src := $(fuzz_rewrite) \
	$(if $(findstring clang,$(CC)),,tests/fuzz/replay.c)
fuzz-rewrite_link := $(if $(findstring clang,$(CC)),-fsanitize=fuzzer)
fuzz-rewrite_pkg := libguestfs jansson libarchive libcrypto

tests += replay-rewrite
replay-rewrite_src := $(fuzz_rewrite) tests/fuzz/replay.c
replay-rewrite_pkg := libguestfs jansson libarchive libcrypto

tests += test-esp
test-esp_src := tests/rewrite/test-esp.c \
	tests/drivers-inject/scratch.c convert/rewrite/esp.c \
	convert/assess/efi-loaders.c $(convert_examine_src) \
	drivers-inject/guest-folder.c $(inject_src) wire/hash.c $(common_src)
test-esp_pkg := cmocka jansson libarchive libcrypto $(inject_pkg)

tests += test-replacement
test-replacement_src := tests/rewrite/test-replacement.c \
	$(filter-out convert/main.c,$(unrack_src))
test-replacement_pkg := cmocka $(unrack_pkg)

tests += test-lilo-disks
test-lilo-disks_src := tests/rewrite/test-lilo-disks.c tests/assess/disks.c \
	tests/assess/referring.c $(filter-out convert/main.c,$(unrack_src))
test-lilo-disks_pkg := cmocka $(unrack_pkg)

tests += test-raid-erase
test-raid-erase_src := tests/rewrite/test-raid-erase.c \
	$(filter-out convert/main.c,$(unrack_src))
test-raid-erase_pkg := cmocka $(unrack_pkg)

tests += test-boot-table
test-boot-table_src := tests/rewrite/test-boot-table.c \
	$(addprefix convert/rewrite/,boot-table.c change.c diff.c) \
	$(convert_assess_src) $(inject_src) $(inject_guestfs_src) \
	wire/hash.c $(common_src)
test-boot-table_pkg := cmocka libguestfs sqlite3 jansson yaml-0.1 $(inject_pkg)
