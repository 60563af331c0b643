tests += test-serve
test-serve_src := tests/convert/test-serve.c tests/convert/host.c \
	tests/convert/peer.c $(convert_serve_src) $(convert_source_src) \
	$(convert_capture_src) $(convert_state_src) $(wire_src) $(common_src)
test-serve_pkg := $(wire_pkg) cmocka
