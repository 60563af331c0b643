serving_src := tests/convert/host.c tests/convert/peer.c $(convert_serve_src) \
	$(convert_source_src) $(convert_capture_src) $(convert_examine_src) \
	$(convert_state_src) $(wire_src) $(common_src)
serving_pkg := $(wire_pkg) cmocka libarchive

serve_tests := test-serve test-serve-boots test-serve-peers test-serve-sick
tests += $(serve_tests)
$(foreach t,$(serve_tests),$(eval $(t)_src := tests/convert/$(t).c \
	tests/convert/serving.c $(serving_src)))
$(foreach t,$(serve_tests),$(eval $(t)_pkg := $(serving_pkg)))
test-serve_wrap := statvfs

tests += test-share
test-share_src := tests/convert/test-share.c $(serving_src)
test-share_pkg := $(serving_pkg)

image_test_src := tests/convert/images.c $(convert_source_src) $(wire_src) \
	$(common_src)
tests += test-image test-image-order
test-image_src := tests/convert/test-image.c $(image_test_src)
test-image_pkg := $(wire_pkg) cmocka
test-image-order_src := tests/convert/test-image-order.c $(image_test_src)
test-image-order_pkg := $(wire_pkg) cmocka
test-image-order_wrap := pwrite fdatasync fallocate

tests += test-sweep
test-sweep_src := tests/convert/test-sweep.c $(convert_source_src) \
	$(wire_src) $(common_src)
test-sweep_pkg := $(wire_pkg) cmocka

tests += test-plan
test-plan_src := tests/convert/test-plan.c convert/capture/plan.c \
	convert/capture/overlay.c $(common_src)
test-plan_pkg := jansson cmocka

tests += test-nbd
test-nbd_src := tests/convert/test-nbd.c convert/source/nbd.c \
	convert/source/nbd-negotiate.c $(common_src)
test-nbd_pkg := jansson cmocka

tests += test-disks
test-disks_src := tests/convert/test-disks.c convert/serve/disks.c \
	$(convert_state_src) $(wire_src) $(common_src)
test-disks_pkg := $(wire_pkg) cmocka

tests += test-rendezvous
test-rendezvous_src := tests/convert/test-rendezvous.c \
	convert/serve/rendezvous.c $(convert_state_src) $(wire_src) $(common_src)
test-rendezvous_pkg := $(wire_pkg) cmocka

tests += test-roster
test-roster_src := tests/convert/test-roster.c convert/serve/roster.c
test-roster_pkg := cmocka

tests += test-throttle test-estimate
test-throttle_src := tests/convert/test-throttle.c convert/capture/rate.c \
	convert/serve/throttle.c $(wire_src) $(common_src)
test-throttle_pkg := $(wire_pkg) cmocka
test-estimate_src := tests/convert/test-estimate.c convert/serve/meter.c \
	$(convert_capture_src) $(convert_source_src) $(convert_examine_src) \
	$(convert_state_src) $(wire_src) $(common_src)
test-estimate_pkg := $(wire_pkg) cmocka libarchive

capture_test_src := tests/convert/capture.c $(convert_capture_src) \
	$(convert_source_src) $(convert_examine_src) \
	$(convert_state_src) $(wire_src) $(common_src)

tests += test-verify-capture
test-verify-capture_src := tests/convert/test-verify-capture.c \
	convert/verb-verify-capture.c $(capture_test_src)
test-verify-capture_pkg := $(wire_pkg) cmocka libarchive

tests += test-turn
test-turn_src := tests/convert/test-turn.c convert/serve/turn.c $(common_src)
test-turn_pkg := jansson cmocka

tests += test-crew test-room
test-crew_src := tests/convert/test-crew.c convert/capture/crew.c $(common_src)
test-crew_pkg := jansson cmocka
test-room_src := tests/convert/test-room.c convert/capture/room.c $(common_src)
test-room_pkg := jansson cmocka
test-room_wrap := statvfs

tests += test-crowd
test-crowd_src := tests/convert/test-crowd.c convert/serve/crowd.c
test-crowd_pkg := cmocka

generation_test_src := tests/convert/generations.c convert/verb-status.c \
	$(capture_test_src)
tests += test-generation test-generation-order
test-generation_src := tests/convert/test-generation.c $(generation_test_src)
test-generation_pkg := $(wire_pkg) cmocka libarchive
test-generation-order_src := tests/convert/test-generation-order.c \
	$(generation_test_src)
test-generation-order_pkg := $(test-generation_pkg)
test-generation-order_wrap := pwrite copy_file_range fallocate fdatasync fsync \
	rename unlink

tests += test-import
test-import_src := tests/convert/test-import.c convert/carry.c \
	$(serving_src)
test-import_pkg := $(serving_pkg)
test-import_needs := carry-source

tests += test-precopy
test-precopy_src := tests/convert/test-precopy.c convert/capture/precopy.c \
	convert/capture/rounds.c $(common_src)
test-precopy_pkg := jansson cmocka
test-precopy_wrap := clock_gettime

# As in tests/wire/build.mk.
fuzz_offer := tests/fuzz/fuzz-offer.c convert/serve/disks.c \
	$(convert_state_src) $(wire_src) $(common_src)
fuzzers += fuzz-offer
fuzz-offer_src := $(fuzz_offer) \
	$(if $(findstring clang,$(CC)),,tests/fuzz/replay.c)
fuzz-offer_link := $(if $(findstring clang,$(CC)),-fsanitize=fuzzer)
fuzz-offer_pkg := $(wire_pkg)
tests += replay-offer
replay-offer_src := $(fuzz_offer) tests/fuzz/replay.c
replay-offer_pkg := $(wire_pkg)
