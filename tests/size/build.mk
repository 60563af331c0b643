tests += test-processor test-way test-host test-size test-sample
size_test_src := $(convert_size_src) $(convert_emit_src) \
	convert/assess/guest.c convert/assess/raid-mark.c \
	convert/assess/md-superblock.c convert/assess/sectors.c \
	convert/assess/volume.c \
	convert/assess/volume-name.c drivers-inject/appliance.c \
	convert/state/machine.c wire/hash.c wire/key.c wire/text.c $(common_src)
size_test_pkg := cmocka jansson libcrypto libguestfs
test-processor_src := tests/size/test-processor.c convert/size/processor.c \
	$(common_src)
test-processor_pkg := cmocka jansson
test-way_src := tests/size/test-way.c convert/size/way.c $(common_src)
test-way_pkg := cmocka jansson
test-host_src := tests/size/test-host.c $(size_test_src)
test-host_pkg := $(size_test_pkg)
test-size_src := tests/size/test-size.c $(size_test_src)
test-size_pkg := $(size_test_pkg)
test-sample_src := tests/size/test-sample.c convert/capture/sample.c \
	$(common_src)
test-sample_pkg := cmocka jansson
