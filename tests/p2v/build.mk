p2v_facts_src := p2v/clock.c p2v/cpu.c p2v/disk.c p2v/firmware.c \
	p2v/health.c p2v/health-ask.c p2v/inventory.c p2v/nic.c p2v/pci.c \
	p2v/port.c p2v/probe.c p2v/running.c p2v/scsi.c p2v/smbios.c p2v/sysfs.c p2v/tpm.c \
	p2v/udev.c p2v/usage.c p2v/usb.c wire/load-option.c

tests += test-inventory
test-inventory_src := tests/p2v/test-inventory.c tests/p2v/fixture.c \
	$(p2v_facts_src) $(common_src)
test-inventory_pkg := blkid jansson libcrypto cmocka

tests += test-source
test-source_src := tests/p2v/test-source.c tests/p2v/fixture.c p2v/source.c \
	$(common_src)
test-source_pkg := jansson cmocka

tests += test-options
test-options_src := tests/p2v/test-options.c tests/p2v/fixture.c \
	p2v/options.c $(common_src)
test-options_pkg := jansson cmocka

tests += test-lane
test-lane_src := tests/p2v/test-lane.c tests/p2v/host.c p2v/lane.c \
	p2v/packing.c p2v/pulse.c p2v/source.c $(wire_src) $(common_src)
test-lane_pkg := $(wire_pkg) cmocka

tests += test-session
test-session_src := tests/p2v/test-session.c tests/p2v/fixture.c \
	tests/p2v/host.c p2v/backoff.c p2v/cpu.c p2v/lane.c \
	p2v/packing.c p2v/pulse.c p2v/screen.c p2v/session.c \
	p2v/source.c p2v/sysfs.c $(wire_src) $(common_src)
test-session_pkg := $(wire_pkg) cmocka

tests += test-backoff
test-backoff_src := tests/p2v/test-backoff.c p2v/backoff.c
test-backoff_pkg := cmocka

tests += test-screen
test-screen_src := tests/p2v/test-screen.c tests/p2v/fixture.c p2v/screen.c \
	$(common_src)
test-screen_pkg := jansson cmocka

tests += test-kernel
test-kernel_src := tests/p2v/test-kernel.c p2v/kernel.c common/error.c
test-kernel_pkg := cmocka

tests += test-resolve replay-resolve
test-resolve_src := tests/p2v/test-resolve.c tests/p2v/fixture.c \
	p2v/resolve.c $(common_src)
test-resolve_pkg := jansson cmocka
test-resolve_libs := -lresolv
replay-resolve_src := tests/fuzz/fuzz-resolve.c tests/fuzz/replay.c \
	p2v/resolve.c $(common_src)
replay-resolve_pkg := jansson
replay-resolve_libs := -lresolv
# fuzz_main and fuzz_link are set by a folder that is read later.
fuzzers += fuzz-resolve
fuzz-resolve_src = tests/fuzz/fuzz-resolve.c $(fuzz_main) p2v/resolve.c \
	$(common_src)
fuzz-resolve_pkg := jansson
fuzz-resolve_libs := -lresolv
fuzz-resolve_link = $(fuzz_link)

tests += test-carry
test-carry_src := tests/p2v/test-carry.c tests/p2v/carrier.c \
	tests/p2v/fixture.c $(filter-out p2v/ask.c,$(p2v_src)) $(wire_src) \
	$(common_src)
test-carry_pkg := blkid $(wire_pkg) cmocka
test-carry_wrap := write fdatasync rename ftruncate

tests += test-carry-target
test-carry-target_src := tests/p2v/test-carry-target.c tests/p2v/fixture.c \
	p2v/carry-target.c p2v/source.c p2v/sysfs.c wire/hash.c $(common_src)
test-carry-target_pkg := libcrypto jansson cmocka

helpers += carry-source
carry-source_src := tests/p2v/carry-source.c tests/p2v/carrier.c \
	tests/p2v/fixture.c $(filter-out p2v/ask.c,$(p2v_src)) $(wire_src) \
	$(common_src)
carry-source_pkg := blkid $(wire_pkg) cmocka

tests += test-packing
test-packing_src := tests/p2v/test-packing.c p2v/packing.c
test-packing_pkg := cmocka

tests += test-health replay-health
test-health_src := tests/p2v/test-health.c p2v/health.c p2v/sysfs.c \
	$(common_src)
test-health_pkg := jansson cmocka
replay-health_src := tests/fuzz/fuzz-health.c tests/fuzz/replay.c p2v/health.c \
	p2v/sysfs.c $(common_src)
replay-health_pkg := jansson
fuzzers += fuzz-health
fuzz-health_src = tests/fuzz/fuzz-health.c $(fuzz_main) p2v/health.c \
	p2v/sysfs.c $(common_src)
fuzz-health_pkg := jansson
fuzz-health_link = $(fuzz_link)
