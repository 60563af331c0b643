tests += test-watch test-qmp test-pcap test-proof test-console test-typist

test-watch_src := tests/verify/test-watch.c convert/verify/watch.c $(common_src)
test-watch_pkg := cmocka jansson

test-qmp_src := tests/verify/test-qmp.c convert/verify/qmp.c $(common_src)
test-qmp_pkg := cmocka jansson

test-pcap_src := tests/verify/test-pcap.c convert/verify/pcap.c \
	convert/emit/subnet.c common/error.c
test-pcap_pkg := cmocka jansson

test-console_src := tests/verify/test-console.c convert/verify/console.c \
	convert/assess/luks-keys.c $(convert_secret_src) $(common_src)
test-console_pkg := cmocka jansson

test-typist_src := tests/verify/test-typist.c convert/verify/typist.c \
	convert/verify/watch.c convert/assess/luks-keys.c $(common_src)
test-typist_pkg := cmocka jansson

test-proof_src := tests/verify/test-proof.c convert/assess/fstab.c \
	$(addprefix convert/verify/, \
	expect.c interfaces.c loud.c ping.c proof.c watch.c witness.c) \
	$(convert_emit_vm_src) \
	drivers-inject/appliance.c convert/state/machine.c wire/hash.c wire/key.c \
	wire/text.c $(common_src)
test-proof_pkg := cmocka jansson libguestfs libcrypto

tests += replay-pcap replay-watch
replay-pcap_src := tests/fuzz/fuzz-pcap.c tests/fuzz/replay.c \
	convert/verify/pcap.c convert/emit/subnet.c common/error.c common/io.c
replay-pcap_pkg := jansson
replay-watch_src := tests/fuzz/fuzz-watch.c tests/fuzz/replay.c \
	convert/verify/watch.c common/error.c common/io.c
replay-watch_pkg := jansson

# fuzz_main and fuzz_link are set by a folder that is read later.
fuzzers += fuzz-pcap fuzz-watch
fuzz-pcap_src = tests/fuzz/fuzz-pcap.c $(fuzz_main) convert/verify/pcap.c \
	convert/emit/subnet.c common/error.c common/io.c
fuzz-pcap_link = $(fuzz_link)
fuzz-watch_src = tests/fuzz/fuzz-watch.c $(fuzz_main) convert/verify/watch.c \
	common/error.c common/io.c
fuzz-watch_link = $(fuzz_link)
