tests += test-hash
test-hash_src := tests/wire/test-hash.c wire/hash.c $(common_src)
test-hash_pkg := libcrypto jansson cmocka

tests += test-codec
test-codec_src := tests/wire/test-codec.c wire/codec.c $(common_src)
test-codec_pkg := libzstd zlib jansson cmocka

tests += test-frame
test-frame_src := tests/wire/test-frame.c $(wire_src) $(common_src)
test-frame_pkg := $(wire_pkg) cmocka

tests += test-block
test-block_src := tests/wire/test-block.c $(wire_src) $(common_src)
test-block_pkg := $(wire_pkg) cmocka

tests += test-key
test-key_src := tests/wire/test-key.c wire/key.c $(common_src)
test-key_pkg := libcrypto jansson cmocka

tests += test-channel
test-channel_src := tests/wire/test-channel.c tests/wire/lanes.c $(wire_src) \
	$(common_src)
test-channel_pkg := $(wire_pkg) cmocka

tests += test-message
test-message_src := tests/wire/test-message.c tests/wire/lanes.c $(wire_src) \
	$(common_src)
test-message_pkg := $(wire_pkg) cmocka
