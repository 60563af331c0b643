# What scripts/bench-capture runs beside the programs themselves.
helpers += bench-host bench-wire
bench-host_src := tests/bench/host.c \
	$(convert_serve_src) $(convert_source_src) \
	$(convert_capture_src) $(convert_examine_src) \
	$(convert_state_src) $(wire_src) $(common_src)
bench-host_pkg := $(wire_pkg) libarchive
bench-host_wrap := journal_add
bench-wire_src := tests/bench/wire.c
