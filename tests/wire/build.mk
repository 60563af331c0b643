tests += test-hash
test-hash_src := tests/wire/test-hash.c wire/hash.c $(common_src)
test-hash_pkg := libcrypto jansson cmocka

tests += test-blake2b
test-blake2b_src := tests/wire/test-blake2b.c wire/blake2b.c
test-blake2b_pkg := libcrypto cmocka

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
test-channel_src := tests/wire/test-channel.c tests/wire/lanes.c \
	tests/wire/relay.c $(wire_src) $(common_src)
test-channel_pkg := $(wire_pkg) cmocka

tests += test-tls
test-tls_src := tests/wire/test-tls.c tests/wire/lanes.c $(wire_src) \
	$(common_src)
test-tls_pkg := $(wire_pkg) cmocka

tests += test-tcp
test-tcp_src := tests/wire/test-tcp.c tests/wire/lanes.c $(wire_src) \
	$(common_src)
test-tcp_pkg := $(wire_pkg) cmocka
test-tcp_wrap := getaddrinfo

tests += test-message
test-message_src := tests/wire/test-message.c tests/wire/lanes.c $(wire_src) \
	$(common_src)
test-message_pkg := $(wire_pkg) cmocka

tests += test-seal test-carry-bytes
test-seal_src := tests/wire/test-seal.c wire/seal.c $(common_src)
test-seal_pkg := libcrypto jansson cmocka
test-carry-bytes_src := tests/wire/test-carry-bytes.c $(wire_src) \
	$(common_src)
test-carry-bytes_pkg := $(wire_pkg) cmocka

# Each target is two programs: replay-NAME runs its corpus once, as a test;
# fuzz-NAME is a libFuzzer program when clang links it (see docs/protocol.md).
fuzz_main := $(if $(findstring clang,$(CC)),,tests/fuzz/replay.c)
fuzz_link := $(if $(findstring clang,$(CC)),-fsanitize=fuzzer)

tests += test-load-option replay-load-option
test-load-option_src := tests/wire/test-load-option.c wire/load-option.c
test-load-option_pkg := cmocka jansson
replay-load-option_src := tests/fuzz/fuzz-load-option.c tests/fuzz/replay.c \
	wire/load-option.c $(common_src)
replay-load-option_pkg := jansson
fuzzers += fuzz-load-option
fuzz-load-option_src := tests/fuzz/fuzz-load-option.c $(fuzz_main) \
	wire/load-option.c $(common_src)
fuzz-load-option_pkg := jansson
fuzz-load-option_link := $(fuzz_link)

tests += replay-frame replay-block replay-key replay-message replay-carry
replay-carry_src := tests/fuzz/fuzz-carry.c tests/fuzz/replay.c $(wire_src) \
	$(common_src)
replay-carry_pkg := $(wire_pkg)
replay-frame_src := tests/fuzz/fuzz-frame.c tests/fuzz/replay.c $(wire_src) \
	$(common_src)
replay-frame_pkg := $(wire_pkg)
replay-block_src := tests/fuzz/fuzz-block.c tests/fuzz/replay.c $(wire_src) \
	$(common_src)
replay-block_pkg := $(wire_pkg)
replay-key_src := tests/fuzz/fuzz-key.c tests/fuzz/replay.c wire/key.c \
	$(common_src)
replay-key_pkg := libcrypto jansson
replay-message_src := tests/fuzz/fuzz-message.c tests/fuzz/replay.c \
	$(wire_src) $(common_src)
replay-message_pkg := $(wire_pkg)

fuzzers += fuzz-frame fuzz-block fuzz-key fuzz-message fuzz-carry
fuzz-carry_src := tests/fuzz/fuzz-carry.c $(fuzz_main) $(wire_src) \
	$(common_src)
fuzz-carry_pkg := $(wire_pkg)
fuzz-carry_link := $(fuzz_link)
fuzz-frame_src := tests/fuzz/fuzz-frame.c $(fuzz_main) $(wire_src) \
	$(common_src)
fuzz-frame_pkg := $(wire_pkg)
fuzz-frame_link := $(fuzz_link)
fuzz-block_src := tests/fuzz/fuzz-block.c $(fuzz_main) $(wire_src) \
	$(common_src)
fuzz-block_pkg := $(wire_pkg)
fuzz-block_link := $(fuzz_link)
fuzz-key_src := tests/fuzz/fuzz-key.c $(fuzz_main) wire/key.c $(common_src)
fuzz-key_pkg := libcrypto jansson
fuzz-key_link := $(fuzz_link)
fuzz-message_src := tests/fuzz/fuzz-message.c $(fuzz_main) $(wire_src) \
	$(common_src)
fuzz-message_pkg := $(wire_pkg)
fuzz-message_link := $(fuzz_link)
