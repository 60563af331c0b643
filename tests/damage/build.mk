tests += test-damage-layers test-damage-free test-damage-list
test-damage-layers_src := tests/damage/test-layers.c convert/damage/layers.c \
	convert/damage/layers-parse.c convert/damage/raid.c common/error.c
test-damage-layers_pkg := cmocka
test-damage-free_src := tests/damage/test-free.c convert/damage/free-xfs.c \
	convert/damage/free-fat.c $(common_src)
test-damage-free_pkg := cmocka jansson
sick_src = $(convert_damage_src) drivers-inject/appliance.c \
	$(capture_test_src)
sick_pkg = $(wire_pkg) cmocka libarchive libguestfs
test-damage-list_src = tests/damage/test-list.c $(sick_src)
test-damage-list_pkg = $(sick_pkg)

# For tests/integration/sick-disks.
helpers += sick-capture
sick-capture_src = tests/damage/sick-capture.c $(sick_src)
sick-capture_pkg = $(sick_pkg)

# As in tests/drivers-inject/build.mk.
fuzz_layers := tests/fuzz/fuzz-layers.c convert/damage/layers.c \
	convert/damage/layers-parse.c convert/damage/raid.c common/error.c
fuzz_free := tests/fuzz/fuzz-free.c convert/damage/free-xfs.c \
	convert/damage/free-fat.c common/error.c
fuzzers += fuzz-layers fuzz-free
fuzz-layers_src := $(fuzz_layers) \
	$(if $(findstring clang,$(CC)),,tests/fuzz/replay.c common/io.c)
fuzz-layers_link := $(if $(findstring clang,$(CC)),-fsanitize=fuzzer)
fuzz-free_src := $(fuzz_free) \
	$(if $(findstring clang,$(CC)),,tests/fuzz/replay.c common/io.c)
fuzz-free_link := $(if $(findstring clang,$(CC)),-fsanitize=fuzzer)

tests += replay-layers replay-free
replay-layers_src := $(fuzz_layers) tests/fuzz/replay.c common/io.c
replay-free_src := $(fuzz_free) tests/fuzz/replay.c common/io.c
