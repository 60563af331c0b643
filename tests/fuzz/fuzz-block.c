/*
 * The payload of a DATA frame as the host reads it, and of a SUMS frame.  The
 * first two bytes choose the range's length in sectors.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "wire/block.h"
#include "wire/frame.h"

static struct codec_context *context; /* libFuzzer calls often */

static void
read_sums(const uint8_t *at, const uint8_t *end)
{
	uint8_t again[BLOCK_SUM_BYTES];
	struct block_sum sum;
	struct error err;

	for (;;) {
		const uint8_t *start = at;

		if (block_sum_decode(&sum, &at, end, &err) == -1)
			return;
		if (block_sum_encode(again, &sum) != (size_t)(at - start) ||
			memcmp(again, start, sizeof again) != 0)
			abort();
	}
}

static void
read_blocks(uint32_t range_bytes, const uint8_t *at, const uint8_t *end)
{
	static uint8_t again[BLOCK_RECORD_BYTES + BLOCK_BAD_MAP_BYTES +
		BLOCK_BYTES];
	struct block_record record;
	struct error err;

	for (uint32_t i = 0; i < block_count(range_bytes); i++) {
		uint32_t bytes = block_length(range_bytes, i);
		const uint8_t *start = at;
		uint8_t *data;

		if (block_record_decode(&record, &at, end, bytes, &err) == -1)
			return;
		if (block_record_encode(again, &record) !=
				(size_t)(at - start) ||
			memcmp(again, start, (size_t)(at - start)) != 0)
			abort();
		data = malloc(bytes);
		if (data == NULL)
			abort();
		block_unpack(context, &record, data, bytes, &err);
		free(data);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	uint32_t sectors;
	struct error err;

	if (bytes < 2 || (context == NULL && codec_new(&context, &err) == -1))
		return 0;
	sectors = (uint32_t)(data[0] | data[1] << 8) %
		(FRAME_RANGE_LIMIT / BLOCK_SECTOR_BYTES) + 1;
	read_blocks(sectors * BLOCK_SECTOR_BYTES, data + 2, data + bytes);
	read_sums(data + 2, data + bytes);
	return 0;
}
