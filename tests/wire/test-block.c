/* block.c: records and sums as bytes, and every way to cut or bend one. */
#include "tests/harness.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire/block.h"
#include "wire/frame.h"

static void
a_range_is_whole_blocks_and_a_rest(void **state)
{
	(void)state;
	assert_int_equal(block_count(512), 1);
	assert_int_equal(block_count(BLOCK_BYTES), 1);
	assert_int_equal(block_count(BLOCK_BYTES + 512), 2);
	assert_int_equal(block_count(UINT32_MAX), 65536);
	assert_int_equal(block_length(BLOCK_BYTES, 0), BLOCK_BYTES);
	assert_int_equal(block_length(BLOCK_BYTES + 512, 0), BLOCK_BYTES);
	assert_int_equal(block_length(BLOCK_BYTES + 512, 1), 512);
}

static void
fill(struct block_record *record, const uint8_t *packed, uint32_t bytes)
{
	memset(record, 0, sizeof *record);
	record->codec = CODEC_ZLIB;
	record->flags = BLOCK_BAD;
	memset(record->hash, 0xab, HASH_BYTES);
	record->bad_map[0] = 0x05;
	record->packed = packed;
	record->packed_bytes = bytes;
}

static void
a_record_is_these_bytes(void **state)
{
	uint8_t payload[64], expected[BLOCK_RECORD_BYTES + 16 + 3] = {
		2, 1, 0, 0, 3, 0, 0, 0};
	struct block_record record;

	(void)state;
	memset(expected + 8, 0xab, 32);
	expected[40] = 0x05;
	memcpy(expected + 56, "xyz", 3);
	fill(&record, (const uint8_t *)"xyz", 3);
	assert_int_equal(block_record_encode(payload, &record),
		sizeof expected);
	assert_memory_equal(payload, expected, sizeof expected);
}

static void
records_follow_each_other(void **state)
{
	uint8_t payload[256];
	struct block_record first, second, got;
	const uint8_t *at = payload, *end;
	struct error err;

	(void)state;
	fill(&first, (const uint8_t *)"xyz", 3);
	fill(&second, (const uint8_t *)"ab", 2);
	second.flags = 0;
	end = payload + block_record_encode(payload, &first);
	end += block_record_encode(payload + (end - payload), &second);
	assert_ok(block_record_decode(&got, &at, end, BLOCK_BYTES, &err), &err);
	assert_int_equal(got.flags, BLOCK_BAD);
	assert_memory_equal(got.bad_map, first.bad_map, BLOCK_BAD_MAP_BYTES);
	assert_memory_equal(got.packed, "xyz", 3);
	assert_ok(block_record_decode(&got, &at, end, BLOCK_BYTES, &err), &err);
	assert_int_equal(got.bad_map[0], 0);
	assert_int_equal(got.packed_bytes, 2);
	assert_memory_equal(got.packed, "ab", 2);
	assert_memory_equal(got.hash, second.hash, HASH_BYTES);
	assert_ptr_equal(at, end);
}

static void
bytes_packed_in_place_survive_the_header(void **state)
{
	uint8_t payload[128];
	struct block_record record;

	(void)state;
	/* Where a record without bad sectors has them, but this one has some. */
	memcpy(payload + BLOCK_RECORD_BYTES, "0123456789abcdefghij", 20);
	fill(&record, payload + BLOCK_RECORD_BYTES, 20);
	assert_int_equal(block_record_encode(payload, &record), 76);
	assert_memory_equal(payload + 56, "0123456789abcdefghij", 20);
	assert_int_equal(payload[40], 0x05);
}

static void
assert_refused(const uint8_t *payload, size_t bytes, uint32_t block_bytes)
{
	uint8_t *exact = malloc(bytes + !bytes);
	const uint8_t *at = exact;
	struct block_record record;
	struct error err = {0};

	memcpy(exact, payload, bytes);
	assert_int_equal(block_record_decode(&record, &at, exact + bytes,
				 block_bytes, &err), -1);
	assert_int_equal(err.code, EBADMSG);
	assert_ptr_equal(at, exact);
	free(exact);
}

static void
a_cut_record_is_refused_wherever_it_is_cut(void **state)
{
	uint8_t payload[64];
	struct block_record record;
	size_t bytes;

	(void)state;
	fill(&record, (const uint8_t *)"xyz", 3);
	bytes = block_record_encode(payload, &record);
	for (size_t cut = 0; cut < bytes; cut++)
		assert_refused(payload, cut, BLOCK_BYTES);
}

static void
a_bent_record_is_refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
	} changes[] = {
		{0, CODEC_COUNT}, {0, 255}, {1, 3}, {1, 0x81}, {2, 1}, {3, 1},
		{5, 2},	   /* 515 packed bytes of a block of 512 */
		{7, 0xff}, /* 4 GB */
		{0, CODEC_ZERO}, {0, CODEC_NONE},
		{40, 0},    /* no bad sector */
		{40, 2},    /* one behind the end */
		{55, 0x80}, /* and a far one */
	};
	uint8_t payload[1024] = {0};
	struct block_record record;

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		fill(&record, (const uint8_t *)"xyz", 3);
		record.bad_map[0] = 1;
		block_record_encode(payload, &record);
		payload[changes[i].at] = changes[i].value;
		assert_refused(payload, sizeof payload, 512);
	}
}

static void
sums_follow_each_other(void **state)
{
	uint8_t payload[2 * BLOCK_SUM_BYTES];
	struct block_sum sums[2] = {{.flags = BLOCK_BAD}}, got;
	const uint8_t *at = payload, *end = payload + sizeof payload;
	struct error err;

	(void)state;
	memset(sums[0].hash, 1, HASH_BYTES);
	memset(sums[1].hash, 2, HASH_BYTES);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(block_sum_encode(payload + i * BLOCK_SUM_BYTES,
					 &sums[i]), BLOCK_SUM_BYTES);
	for (size_t i = 0; i < 2; i++) {
		assert_ok(block_sum_decode(&got, &at, end, &err), &err);
		assert_int_equal(got.flags, sums[i].flags);
		assert_memory_equal(got.hash, sums[i].hash, HASH_BYTES);
	}
	assert_int_equal(block_sum_decode(&got, &at, end, &err), -1);
	assert_int_equal(err.code, EBADMSG);
}

static void
a_bent_or_cut_sum_is_refused(void **state)
{
	uint8_t payload[BLOCK_SUM_BYTES] = {2};
	const uint8_t *at = payload;
	struct block_sum got;
	struct error err;

	(void)state;
	assert_int_equal(block_sum_decode(&got, &at,
				 payload + sizeof payload, &err), -1);
	payload[0] = 1;
	assert_int_equal(block_sum_decode(&got, &at,
				 payload + sizeof payload - 1, &err), -1);
	assert_ptr_equal(at, payload);
}

static void
data_is_believed_only_with_its_hash(void **state)
{
	struct codec_context *context;
	struct block_record record = {.codec = CODEC_NONE, .packed_bytes = 512};
	uint8_t data[512], out[512];
	struct error err;

	(void)state;
	assert_ok(codec_new(&context, &err), &err);
	memset(data, 'd', sizeof data);
	record.packed = data;
	assert_ok(hash_block(data, sizeof data, record.hash, &err), &err);
	assert_ok(block_unpack(context, &record, out, 512, &err), &err);
	assert_memory_equal(out, data, 512);
	for (size_t i = 0; i < HASH_BYTES; i++) {
		record.hash[i] ^= 0x10;
		assert_int_equal(
			block_unpack(context, &record, out, 512, &err), -1);
		assert_int_equal(err.code, EBADMSG);
		record.hash[i] ^= 0x10;
	}
	data[511] ^= 1;
	assert_int_equal(block_unpack(context, &record, out, 512, &err), -1);
	codec_free(context);
}

/* As many as are hashed side by side, and those that are left over. */
static void
hashes_of_a_range_are_those_of_its_blocks(void **state)
{
	static uint8_t data[FRAME_RANGE_LIMIT];
	uint8_t hashes[FRAME_RANGE_LIMIT / BLOCK_BYTES][HASH_BYTES];
	uint8_t wanted[HASH_BYTES];
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * 2654435761u >> 13);
	for (uint32_t bytes = 512; bytes <= sizeof data; bytes += 33280) {
		assert_ok(block_hashes(data, bytes, hashes, &err), &err);
		for (uint32_t i = 0; i < block_count(bytes); i++) {
			assert_ok(hash_block(data + (size_t)i * BLOCK_BYTES,
				block_length(bytes, i), wanted, &err), &err);
			assert_memory_equal(hashes[i], wanted, HASH_BYTES);
		}
	}
}

static void
one_wrong_block_of_several_is_named(void **state)
{
	static uint8_t data[BLOCK_RUN_LIMIT * BLOCK_BYTES];
	static uint8_t out[BLOCK_RUN_LIMIT * BLOCK_BYTES];
	struct block_record records[BLOCK_RUN_LIMIT] = {0};
	struct codec_context *context;
	struct error err;
	uint32_t fault;

	(void)state;
	assert_ok(codec_new(&context, &err), &err);
	for (uint32_t i = 0; i < BLOCK_RUN_LIMIT; i++) {
		uint8_t *block = data + (size_t)i * BLOCK_BYTES;

		memset(block, 'a' + (int)i, BLOCK_BYTES);
		records[i].packed = block;
		records[i].packed_bytes = BLOCK_BYTES;
		assert_ok(hash_block(block, BLOCK_BYTES, records[i].hash, &err),
			&err);
	}
	assert_ok(block_unpack_run(context, records, out, sizeof out, &fault, &err),
		&err);
	assert_memory_equal(out, data, sizeof data);
	for (uint32_t i = 0; i < BLOCK_RUN_LIMIT; i++) {
		records[i].hash[31] ^= 1;
		assert_int_equal(block_unpack_run(context, records, out, sizeof out,
					 &fault, &err), -1);
		assert_int_equal(err.code, EBADMSG);
		assert_int_equal(fault, i);
		records[i].hash[31] ^= 1;
	}
	codec_free(context);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_is_whole_blocks_and_a_rest),
		cmocka_unit_test(a_record_is_these_bytes),
		cmocka_unit_test(records_follow_each_other),
		cmocka_unit_test(bytes_packed_in_place_survive_the_header),
		cmocka_unit_test(a_cut_record_is_refused_wherever_it_is_cut),
		cmocka_unit_test(a_bent_record_is_refused),
		cmocka_unit_test(sums_follow_each_other),
		cmocka_unit_test(a_bent_or_cut_sum_is_refused),
		cmocka_unit_test(data_is_believed_only_with_its_hash),
		cmocka_unit_test(hashes_of_a_range_are_those_of_its_blocks),
		cmocka_unit_test(one_wrong_block_of_several_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
