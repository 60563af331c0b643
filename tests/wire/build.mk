tests += test-channel
test-channel_src := tests/wire/test-channel.c tests/wire/lanes.c $(wire_src) \
	$(common_src)
test-channel_pkg := $(wire_pkg) cmocka
