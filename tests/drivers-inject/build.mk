inject_scratch := tests/drivers-inject/scratch.c common/error.c common/io.c
inject_reader := $(addprefix drivers-inject/,bytes.c cpio.c initramfs.c tree.c \
	unpack.c)

tests += test-inject-cpio
test-inject-cpio_src := tests/drivers-inject/test-cpio.c $(inject_scratch) \
	drivers-inject/bytes.c drivers-inject/cpio.c
test-inject-cpio_pkg := cmocka

tests += test-inject-tree
test-inject-tree_src := tests/drivers-inject/test-tree.c common/error.c \
	drivers-inject/tree.c
test-inject-tree_pkg := cmocka

tests += test-inject-initramfs
test-inject-initramfs_src := tests/drivers-inject/test-initramfs.c \
	$(inject_scratch) $(inject_reader)
test-inject-initramfs_pkg := cmocka libarchive libzstd

tests += test-inject-modules
test-inject-modules_src := tests/drivers-inject/test-modules.c \
	$(inject_scratch) $(addprefix drivers-inject/,guest.c guest-folder.c \
	modules.c names.c tree.c)
test-inject-modules_pkg := cmocka

tests += test-inject-guest
test-inject-guest_src := tests/drivers-inject/test-guest.c $(inject_scratch) \
	$(addprefix drivers-inject/,guest.c guest-folder.c names.c)
test-inject-guest_pkg := cmocka

tests += test-inject-generator
test-inject-generator_src := tests/drivers-inject/test-generator.c \
	common/error.c $(inject_reader) \
	$(addprefix drivers-inject/,generator.c generator-list.c modules.c \
	names.c guest.c) common/io.c
test-inject-generator_pkg := cmocka libarchive libzstd

tests += test-inject-kernel
test-inject-kernel_src := tests/drivers-inject/test-kernel.c \
	$(inject_scratch) $(addprefix drivers-inject/,guest.c guest-folder.c \
	kernel.c names.c pe.c)
test-inject-kernel_pkg := cmocka

tests += test-inject-hardware
test-inject-hardware_src := tests/drivers-inject/test-hardware.c \
	common/error.c drivers-inject/hardware.c
test-inject-hardware_pkg := cmocka

tests += test-inject-pe
test-inject-pe_src := tests/drivers-inject/test-pe.c common/error.c \
	drivers-inject/pe.c
test-inject-pe_pkg := cmocka

tests += test-inject-script
test-inject-script_src := tests/drivers-inject/test-script.c \
	$(inject_scratch) $(inject_reader) $(addprefix drivers-inject/,\
	guest.c modules.c names.c script.c)
test-inject-script_pkg := cmocka libarchive libzstd

tests += test-inject-guest-disks
test-inject-guest-disks_src := tests/drivers-inject/test-guest-disks.c \
	tests/drivers-inject/scratch.c drivers-inject/guest-disks.c \
	drivers-inject/appliance.c drivers-inject/guest.c \
	drivers-inject/guest-libguestfs.c drivers-inject/names.c \
	$(common_src)
test-inject-guest-disks_pkg := cmocka libguestfs jansson

tests += test-appliance-close
test-appliance-close_src := tests/drivers-inject/test-appliance-close.c \
	tests/drivers-inject/scratch.c drivers-inject/appliance.c \
	drivers-inject/names.c $(common_src)
test-appliance-close_pkg := cmocka libguestfs jansson

tests += test-appliance
test-appliance_src := tests/drivers-inject/test-appliance.c \
	drivers-inject/appliance.c $(common_src)
test-appliance_pkg := cmocka libguestfs jansson
test-appliance_wrap := guestfs_create

inject_guest := tests/drivers-inject/guest-fixture.c \
	tests/drivers-inject/scratch.c drivers-inject/guest-folder.c \
	$(inject_src) common/error.c common/io.c common/process.c wire/hash.c

tests += test-inject
test-inject_src := tests/drivers-inject/test-inject.c $(inject_guest)
test-inject_pkg := cmocka $(inject_pkg)

tests += test-inject-families
test-inject-families_src := tests/drivers-inject/test-families.c $(inject_guest)
test-inject-families_pkg := cmocka $(inject_pkg)

tests += test-inject-room
test-inject-room_src := tests/drivers-inject/test-room.c $(inject_guest)
test-inject-room_pkg := cmocka $(inject_pkg)

# Under clang a libFuzzer program, else one that replays what it is given; the
# test replays the corpus.
fuzzers += fuzz-initramfs
fuzz_initramfs := tests/fuzz/fuzz-initramfs.c $(inject_src) common/error.c \
	common/io.c common/process.c wire/hash.c
fuzz-initramfs_src := $(fuzz_initramfs) \
	$(if $(findstring clang,$(CC)),,tests/fuzz/replay.c)
fuzz-initramfs_link := $(if $(findstring clang,$(CC)),-fsanitize=fuzzer)
fuzz-initramfs_pkg := $(inject_pkg)

# The texts of a guest that are extended, and what holds them.
fuzzers += fuzz-inject-text
fuzz_inject_text := tests/fuzz/fuzz-inject-text.c $(inject_src) \
	common/error.c common/io.c common/process.c wire/hash.c
fuzz-inject-text_src := $(fuzz_inject_text) \
	$(if $(findstring clang,$(CC)),,tests/fuzz/replay.c)
fuzz-inject-text_link := $(if $(findstring clang,$(CC)),-fsanitize=fuzzer)
fuzz-inject-text_pkg := $(inject_pkg)

tests += replay-inject-text
replay-inject-text_src := $(fuzz_inject_text) tests/fuzz/replay.c
replay-inject-text_pkg := $(inject_pkg)

tests += replay-initramfs
replay-initramfs_src := $(fuzz_initramfs) tests/fuzz/replay.c
replay-initramfs_pkg := $(inject_pkg)

tests += test-appliance-kernel
test-appliance-kernel_src := tests/drivers-inject/test-appliance-kernel.c \
	tests/drivers-inject/scratch.c drivers-inject/appliance-kernel.c \
	drivers-inject/bytes.c drivers-inject/unpack.c $(common_src)
test-appliance-kernel_pkg := cmocka jansson libarchive libzstd zlib
