assess_test_src := tests/assess/disks.c convert/assess/disk-link.c \
	convert/assess/disk-name.c convert/assess/md-superblock.c \
	convert/assess/raid-mark.c $(convert_reference_src) \
	convert/assess/sectors.c convert/assess/volume.c \
	convert/assess/volume-name.c drivers-inject/appliance.c $(common_src)

tests += test-reference test-reference-candidates test-reference-evidence
referring_src := tests/assess/referring.c $(assess_test_src)
test-reference_src := tests/assess/test-reference.c $(referring_src)
test-reference_pkg := cmocka libguestfs jansson
test-reference-candidates_src := tests/assess/test-reference-candidates.c \
	$(referring_src)
test-reference-candidates_pkg := $(test-reference_pkg)
test-reference-evidence_src := tests/assess/test-reference-evidence.c \
	$(referring_src)
test-reference-evidence_pkg := $(test-reference_pkg)

tests += test-md-superblock
test-md-superblock_src := tests/assess/test-md-superblock.c \
	convert/assess/md-superblock.c common/error.c
test-md-superblock_pkg := cmocka

tests += test-fake-raid test-storage test-evidence test-luks-keys
storage_src := $(addprefix convert/assess/,array.c fake-raid.c guest.c \
	md-superblock.c raid-mark.c sectors.c volume.c volume-name.c) \
	drivers-inject/appliance.c $(convert_examine_src) $(common_src)
test-fake-raid_src := tests/assess/test-fake-raid.c $(storage_src)
test-fake-raid_pkg := cmocka libguestfs jansson libarchive libcrypto
test-storage_src := tests/assess/test-storage.c convert/assess/storage.c \
	$(storage_src)
test-storage_pkg := $(test-fake-raid_pkg)
tests += test-wish
test-wish_src := tests/assess/test-wish.c $(assess_test_src) \
	convert/assess/guest.c convert/assess/wish.c $(convert_examine_src)
test-wish_pkg := cmocka libguestfs jansson libarchive libcrypto
tests += test-swap-wish
test-swap-wish_src := tests/assess/test-swap-wish.c $(assess_test_src) \
	$(addprefix convert/assess/,config-files.c guest.c swap-wish.c wish.c) \
	tests/drivers-inject/scratch.c drivers-inject/guest.c \
	drivers-inject/guest-folder.c drivers-inject/names.c \
	$(convert_examine_src)
test-swap-wish_pkg := cmocka libguestfs jansson libarchive libcrypto
tests += test-raid-mark
test-raid-mark_src := tests/assess/test-raid-mark.c $(assess_test_src)
test-raid-mark_pkg := cmocka libguestfs jansson
evidence_src := $(assess_test_src) \
	$(addprefix convert/assess/,crypttab.c evidence.c fstab.c guest-file.c \
	luks.c luks-cost.c luks-header.c luks-keys.c mdadm-conf.c unlock.c) \
	$(filter-out convert/assess/fstab.c,$(convert_examine_src))
test-evidence_src := tests/assess/test-evidence.c \
	tests/assess/referring.c $(evidence_src)
test-evidence_pkg := cmocka libguestfs jansson libarchive libcrypto

tests += test-unlock
test-unlock_src := tests/assess/test-unlock.c $(evidence_src)
test-unlock_pkg := cmocka libguestfs jansson libarchive libcrypto
test-unlock_wrap := guestfs_cryptsetup_open guestfs_pread_device

tests += replay-evidence
fuzz_evidence := tests/fuzz/fuzz-evidence.c $(evidence_src)
replay-evidence_src := $(fuzz_evidence) tests/fuzz/replay.c
replay-evidence_pkg := libguestfs jansson libarchive libcrypto
fuzzers += fuzz-evidence
fuzz-evidence_src = $(fuzz_evidence) $(fuzz_main)
fuzz-evidence_link = $(fuzz_link)
fuzz-evidence_pkg := libguestfs jansson libarchive libcrypto

test-luks-keys_src := tests/assess/test-luks-keys.c \
	convert/assess/luks-keys.c $(common_src)
test-luks-keys_pkg := cmocka jansson

tests += test-boot-evidence test-twins
test-boot-evidence_src := tests/assess/test-boot-evidence.c \
	$(addprefix convert/assess/,boot-evidence.c grub-config.c \
	lilo-config.c) $(assess_test_src)
test-boot-evidence_pkg := cmocka libguestfs jansson
test-twins_src := tests/assess/test-twins.c convert/assess/twins.c \
	$(assess_test_src) $(convert_examine_src)
test-twins_pkg := cmocka libguestfs jansson libarchive libcrypto

tests += test-grub-config test-net-rule
test-grub-config_src := tests/assess/test-grub-config.c \
	convert/assess/grub-config.c common/error.c
test-grub-config_pkg := cmocka
test-net-rule_src := tests/assess/test-net-rule.c convert/assess/net-rule.c \
	common/error.c
test-net-rule_pkg := cmocka

tests += test-mount-problem
test-mount-problem_src := tests/assess/test-mount-problem.c \
	convert/assess/mount-problem.c common/error.c
test-mount-problem_pkg := cmocka

tests += test-finding
test-finding_src := tests/assess/test-finding.c $(convert_examine_src) $(common_src)
test-finding_pkg := cmocka jansson libarchive libcrypto

tests += test-firmware
test-firmware_src := tests/assess/test-firmware.c $(convert_assess_src) \
	$(inject_src) $(inject_guestfs_src) wire/hash.c $(common_src)
test-firmware_pkg := cmocka libguestfs sqlite3 jansson yaml-0.1 $(inject_pkg)

tests += test-guest test-network-config
test-guest_src := tests/assess/test-guest.c $(convert_assess_src) \
	$(inject_src) $(inject_guestfs_src) wire/hash.c $(common_src)
test-guest_pkg := cmocka libguestfs sqlite3 jansson yaml-0.1 $(inject_pkg)
test-network-config_src := tests/assess/test-network-config.c \
	$(convert_examine_src) drivers-inject/guest.c drivers-inject/names.c \
	$(network_config_src) convert/assess/shell.c convert/assess/guest.c \
	$(common_src)
test-network-config_pkg := cmocka jansson libarchive libcrypto yaml-0.1

tests += test-interfaces
test-interfaces_src := tests/assess/test-interfaces.c $(network_config_src) \
	$(convert_examine_src) convert/assess/shell.c convert/assess/guest.c \
	drivers-inject/guest.c drivers-inject/guest-folder.c \
	drivers-inject/names.c $(common_src)
test-interfaces_pkg := cmocka jansson libarchive libcrypto yaml-0.1

fuzz_network := tests/fuzz/fuzz-network.c $(network_config_src) \
	$(convert_examine_src) convert/assess/shell.c convert/assess/guest.c \
	convert/rewrite/network.c convert/rewrite/edit.c drivers-inject/guest.c \
	drivers-inject/names.c $(common_src)
fuzzers += fuzz-network
fuzz-network_src := $(fuzz_network) \
	$(if $(findstring clang,$(CC)),,tests/fuzz/replay.c)
fuzz-network_link := $(if $(findstring clang,$(CC)),-fsanitize=fuzzer)
fuzz-network_pkg := jansson libarchive libcrypto yaml-0.1
tests += replay-network
replay-network_src := $(fuzz_network) tests/fuzz/replay.c
replay-network_pkg := jansson libarchive libcrypto yaml-0.1

examine_test_src := $(convert_examine_src) $(common_src)
tests += test-rules test-files test-packages test-secret test-waiver
test-rules_src := tests/assess/test-rules.c $(examine_test_src)
tests += test-planted
test-planted_src := tests/assess/test-planted.c $(examine_test_src)
test-planted_pkg := cmocka jansson libarchive libcrypto
test-rules_pkg := cmocka jansson libarchive libcrypto
test-files_src := tests/assess/test-files.c convert/assess/certificate.c \
	convert/assess/files.c \
	convert/assess/files-tar.c $(common_src)
test-files_pkg := cmocka jansson libarchive libcrypto
test-packages_src := tests/assess/test-packages.c convert/assess/packages.c \
	convert/assess/files.c convert/assess/certificate.c $(common_src)
test-packages_pkg := cmocka jansson libcrypto
test-secret_src := tests/assess/test-secret.c $(convert_secret_src)
test-secret_pkg := cmocka

tests += test-linux-root
test-linux-root_src := tests/assess/test-linux-root.c \
	convert/assess/linux-root.c convert/assess/fstab.c \
	tests/drivers-inject/scratch.c drivers-inject/guest.c \
	drivers-inject/guest-folder.c drivers-inject/names.c $(common_src)
test-linux-root_pkg := cmocka jansson

tests += test-clock
test-clock_src := tests/assess/test-clock.c convert/assess/clock.c \
	convert/assess/shell.c $(common_src)
test-clock_pkg := cmocka jansson

test-waiver_src := tests/assess/test-waiver.c $(examine_test_src)
test-waiver_pkg := cmocka jansson libarchive libcrypto

# As in tests/drivers-inject/build.mk.
fuzz_snapshot := tests/fuzz/fuzz-snapshot.c $(convert_examine_src) $(common_src)
fuzz_secret := tests/fuzz/fuzz-secret.c $(convert_secret_src) $(common_src)
fuzzers += fuzz-snapshot fuzz-secret
fuzz-snapshot_src := $(fuzz_snapshot) \
	$(if $(findstring clang,$(CC)),,tests/fuzz/replay.c)
fuzz-snapshot_link := $(if $(findstring clang,$(CC)),-fsanitize=fuzzer)
fuzz-snapshot_pkg := jansson libarchive libcrypto
fuzz-secret_src := $(fuzz_secret) \
	$(if $(findstring clang,$(CC)),,tests/fuzz/replay.c)
fuzz-secret_link := $(if $(findstring clang,$(CC)),-fsanitize=fuzzer)
fuzz-secret_pkg := jansson

tests += replay-snapshot replay-secret
replay-snapshot_src := $(fuzz_snapshot) tests/fuzz/replay.c
replay-snapshot_pkg := jansson libarchive libcrypto
replay-secret_src := $(fuzz_secret) tests/fuzz/replay.c
replay-secret_pkg := jansson

tests += test-luks-header replay-luks-header
test-luks-header_src := tests/assess/test-luks-header.c \
	convert/assess/luks-header.c $(common_src)
test-luks-header_pkg := cmocka jansson
fuzz_luks_header := tests/fuzz/fuzz-luks-header.c \
	$(addprefix convert/assess/,luks-cost.c luks-header.c) $(common_src)
replay-luks-header_src := $(fuzz_luks_header) tests/fuzz/replay.c
replay-luks-header_pkg := jansson
fuzzers += fuzz-luks-header
fuzz-luks-header_src = $(fuzz_luks_header) $(fuzz_main)
fuzz-luks-header_link = $(fuzz_link)
fuzz-luks-header_pkg := jansson

fuzz_certificate := tests/fuzz/fuzz-certificate.c \
	convert/assess/certificate.c $(common_src)
tests += replay-certificate
replay-certificate_src := $(fuzz_certificate) tests/fuzz/replay.c
replay-certificate_pkg := jansson libcrypto
fuzzers += fuzz-certificate
fuzz-certificate_src = $(fuzz_certificate) $(fuzz_main)
fuzz-certificate_link = $(fuzz_link)
fuzz-certificate_pkg := jansson libcrypto

rpm_src := $(addprefix convert/assess/,certificate.c files.c packages.c \
	rpm-bdb.c rpm-header.c rpm-ndb.c rpm-sqlite.c) $(common_src)
fuzz_rpm := tests/fuzz/fuzz-rpm.c $(rpm_src)
tests += test-rpm replay-rpm
test-rpm_src := tests/assess/test-rpm.c $(rpm_src)
test-rpm_pkg := cmocka jansson libcrypto sqlite3
replay-rpm_src := $(fuzz_rpm) tests/fuzz/replay.c
replay-rpm_pkg := jansson libcrypto sqlite3
fuzzers += fuzz-rpm
fuzz-rpm_src = $(fuzz_rpm) $(fuzz_main)
fuzz-rpm_link = $(fuzz_link)
fuzz-rpm_pkg := jansson libcrypto sqlite3

tests += test-lilo-config replay-lilo
test-lilo-config_src := tests/assess/test-lilo-config.c \
	convert/assess/lilo-config.c common/error.c
test-lilo-config_pkg := cmocka
fuzz_lilo := tests/fuzz/fuzz-lilo.c convert/assess/lilo-config.c $(common_src)
fuzzers += fuzz-lilo
fuzz-lilo_src := $(fuzz_lilo) \
	$(if $(findstring clang,$(CC)),,tests/fuzz/replay.c)
fuzz-lilo_link := $(if $(findstring clang,$(CC)),-fsanitize=fuzzer)
fuzz-lilo_pkg := jansson
replay-lilo_src := $(fuzz_lilo) tests/fuzz/replay.c
replay-lilo_pkg := jansson

tests += test-boot-default
test-boot-default_src := tests/assess/test-boot-default.c \
	convert/assess/boot-default.c
test-boot-default_pkg := cmocka

tests += test-boot-chain
test-boot-chain_src := tests/assess/test-boot-chain.c \
	$(convert_assess_src) $(addprefix convert/rewrite/,boot-sectors.c \
	host-grub.c) $(inject_src) $(inject_guestfs_src) wire/hash.c \
	$(common_src)
test-boot-chain_pkg := cmocka libguestfs sqlite3 jansson yaml-0.1 $(inject_pkg)

tests += test-sectors
test-sectors_src := tests/assess/test-sectors.c \
	tests/drivers-inject/scratch.c convert/assess/sectors.c \
	drivers-inject/appliance.c drivers-inject/names.c $(common_src)
test-sectors_pkg := cmocka libguestfs jansson

tests += test-guest-stream
test-guest-stream_src := tests/assess/test-guest-stream.c \
	convert/assess/guest-stream.c drivers-inject/appliance.c $(common_src)
test-guest-stream_pkg := cmocka jansson libguestfs
