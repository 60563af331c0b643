/* codec.c: what is packed comes back; nothing else is taken. */
#include "tests/harness.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire/codec.h"

enum { BYTES = 64 << 10 };

static const enum codec packers[] = {CODEC_ZLIB, CODEC_ZSTD};
enum { PACKER_COUNT = sizeof packers / sizeof packers[0] };

static struct codec_context *context;
static uint8_t data[BYTES], packed[BYTES + 1], unpacked[BYTES];

static int
set_up(void **state)
{
	(void)state;
	return codec_new(&context, NULL);
}

static int
tear_down(void **state)
{
	(void)state;
	codec_free(context);
	return 0;
}

static void
fill_with_text(void)
{
	for (size_t i = 0; i < BYTES; i++)
		data[i] = (uint8_t)"all work and no play "[i % 21];
}

static void
fill_with_noise(size_t bytes)
{
	uint32_t x = 2463534242;

	for (size_t i = 0; i < bytes; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		data[i] = (uint8_t)x;
	}
}

static void
assert_refused(enum codec codec, const void *from, size_t packed_bytes,
	size_t bytes)
{
	/* Exactly as large as said, so that ASan sees one byte too many. */
	uint8_t *in = malloc(packed_bytes + !packed_bytes);
	uint8_t *out = malloc(bytes);
	struct error err = {0};

	memcpy(in, from, packed_bytes);
	assert_int_equal(codec_unpack(context, codec, in, packed_bytes, out,
				 bytes, &err), -1);
	assert_int_equal(err.code, EBADMSG);
	free(in);
	free(out);
}

static void
names_go_both_ways(void **state)
{
	(void)state;
	for (int i = 0; i < CODEC_COUNT; i++)
		assert_int_equal(codec_from_name(codec_name((enum codec)i)), i);
	assert_int_equal(codec_from_name("lzma"), -1);
	assert_string_equal(codec_name(CODEC_COUNT), "unknown");
}

static void
what_is_packed_comes_back(void **state)
{
	static const size_t lengths[] = {512, 1536, 40000, BYTES};
	struct error err;
	size_t used;

	(void)state;
	fill_with_text();
	for (size_t p = 0; p < PACKER_COUNT; p++) {
		for (size_t i = 0; i < 4; i++) {
			assert_int_equal(codec_pack(context, packers[p], data,
						 lengths[i], packed, &used),
				packers[p]);
			assert_in_range(used, 1, lengths[i] / 2);
			assert_ok(codec_unpack(context, packers[p], packed, used,
					  unpacked, lengths[i], &err), &err);
			assert_memory_equal(data, unpacked, lengths[i]);
		}
	}
}

static void
zeros_need_no_bytes(void **state)
{
	struct error err;
	size_t used = 1;

	(void)state;
	memset(data, 0, BYTES);
	memset(unpacked, 1, BYTES);
	assert_int_equal(codec_pack(context, CODEC_ZSTD, data, BYTES, packed,
				 &used), CODEC_ZERO);
	assert_int_equal(used, 0);
	assert_ok(codec_unpack(context, CODEC_ZERO, packed, 0, unpacked, BYTES,
			  &err), &err);
	assert_memory_equal(data, unpacked, BYTES);
}

static void
one_bit_anywhere_is_not_zeros(void **state)
{
	static const size_t places[] = {0, 15, 16, 17, 32768, BYTES - 1};
	size_t used;

	(void)state;
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		memset(data, 0, BYTES);
		data[places[i]] = 0x80;
		assert_int_equal(codec_pack(context, CODEC_ZSTD, data, BYTES,
					 packed, &used), CODEC_ZSTD);
	}
}

static void
what_does_not_pack_is_stored(void **state)
{
	struct error err;
	size_t used;

	(void)state;
	fill_with_noise(BYTES);
	for (size_t p = 0; p < PACKER_COUNT; p++) {
		assert_int_equal(codec_pack(context, packers[p], data, BYTES,
					 packed, &used), CODEC_NONE);
		assert_int_equal(used, BYTES);
		assert_ok(codec_unpack(context, CODEC_NONE, packed, used,
				  unpacked, BYTES, &err), &err);
		assert_memory_equal(data, unpacked, BYTES);
	}
}

static void
a_gain_below_an_eighth_is_not_worth_it(void **state)
{
	size_t used;

	(void)state;
	for (size_t p = 0; p < PACKER_COUNT; p++) {
		memset(data, 'x', BYTES);
		fill_with_noise(BYTES - BYTES / 8 + 64);
		assert_int_equal(codec_pack(context, packers[p], data, BYTES,
					 packed, &used), CODEC_NONE);
		memset(data, 'x', BYTES);
		fill_with_noise(BYTES - BYTES / 8 - 256);
		assert_int_equal(codec_pack(context, packers[p], data, BYTES,
					 packed, &used), packers[p]);
		assert_in_range(used, 1, BYTES - BYTES / 8);
	}
}

static void
a_packing_of_another_length_is_refused(void **state)
{
	size_t used;

	(void)state;
	fill_with_text();
	for (size_t p = 0; p < PACKER_COUNT; p++) {
		codec_pack(context, packers[p], data, 4096, packed, &used);
		assert_refused(packers[p], packed, used, 4095);
		assert_refused(packers[p], packed, used, 4097);
		assert_refused(packers[p], packed, used, 512);
	}
	assert_refused(CODEC_NONE, data, 511, 512);
	assert_refused(CODEC_NONE, data, 513, 512);
	assert_refused(CODEC_ZERO, data, 1, 512);
}

static void
a_cut_or_prolonged_packing_is_refused(void **state)
{
	size_t used;

	(void)state;
	fill_with_text();
	for (size_t p = 0; p < PACKER_COUNT; p++) {
		codec_pack(context, packers[p], data, BYTES, packed, &used);
		for (size_t cut = 0; cut < used; cut++)
			assert_refused(packers[p], packed, cut, BYTES);
		packed[used] = 0;
		assert_refused(packers[p], packed, used + 1, BYTES);
	}
}

static void
zstd_takes_one_frame_of_today_only(void **state)
{
	static const uint8_t skippable[] = {0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0,
		7};
	/* "hello" in one raw block, as zstd 0.7 wrote it */
	static const uint8_t version_0_7[] = {0x27, 0xb5, 0x2f, 0xfd, 0x20, 5,
		0x40, 0, 5, 'h', 'e', 'l', 'l', 'o', 0xc0, 0, 0};
	uint8_t both[BYTES];
	size_t used;

	(void)state;
	fill_with_text();
	codec_pack(context, CODEC_ZSTD, data, 2048, packed, &used);
	memcpy(both, packed, used);
	memcpy(both + used, packed, used);
	assert_refused(CODEC_ZSTD, both, 2 * used, 4096);
	memcpy(both + used, skippable, sizeof skippable);
	assert_refused(CODEC_ZSTD, both, used + sizeof skippable, 2048);
	assert_refused(CODEC_ZSTD, version_0_7, sizeof version_0_7, 5);
}

static void
an_unknown_codec_is_refused(void **state)
{
	(void)state;
	assert_refused(CODEC_COUNT, data, 512, 512);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_go_both_ways),
		cmocka_unit_test(what_is_packed_comes_back),
		cmocka_unit_test(zeros_need_no_bytes),
		cmocka_unit_test(one_bit_anywhere_is_not_zeros),
		cmocka_unit_test(what_does_not_pack_is_stored),
		cmocka_unit_test(a_gain_below_an_eighth_is_not_worth_it),
		cmocka_unit_test(a_packing_of_another_length_is_refused),
		cmocka_unit_test(a_cut_or_prolonged_packing_is_refused),
		cmocka_unit_test(zstd_takes_one_frame_of_today_only),
		cmocka_unit_test(an_unknown_codec_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
