# The endless form of these is `make torture`; torture.c says how it works.
tests += torture
torture_src := tests/torture/torture.c tests/torture/disk.c \
	tests/torture/fault.c tests/torture/host.c tests/torture/life.c \
	tests/torture/life-check.c tests/torture/life-fault.c \
	tests/torture/relay.c tests/torture/watch.c \
	$(convert_serve_src) $(convert_source_src) \
	$(convert_capture_src) $(convert_examine_src) \
	$(convert_state_src) $(wire_src) $(common_src)
torture_pkg := $(wire_pkg) libarchive
torture_wrap := image_store generation_settle pwrite copy_file_range \
	fdatasync fsync rename unlink
torture_needs := torture-source unrack-capture

helpers += torture-source
torture-source_src := tests/torture/source.c tests/torture/fault.c \
	$(p2v_src) $(wire_src) $(common_src)
torture-source_pkg := $(p2v_pkg)
