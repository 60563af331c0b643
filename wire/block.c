/*
 * Blocks inside the payloads of DATA and SUMS.  Every length is checked against
 * what is left before it is used.  Read codec.c for the packing and frame.c for
 * what surrounds it.
 */
#include "wire/block.h"

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "common/error.h"
#include "wire/blake2b.h"

uint32_t
block_count(uint32_t range_bytes)
{
	return range_bytes / BLOCK_BYTES + (range_bytes % BLOCK_BYTES != 0);
}

uint32_t
block_length(uint32_t range_bytes, uint32_t index)
{
	uint32_t left = range_bytes - index * BLOCK_BYTES;

	return left < BLOCK_BYTES ? left : BLOCK_BYTES;
}

size_t
block_payload_limit(uint32_t range_bytes)
{
	return (size_t)range_bytes +
		(size_t)block_count(range_bytes) *
			(BLOCK_RECORD_BYTES + BLOCK_BAD_MAP_BYTES);
}

size_t
block_record_encode(uint8_t *payload, const struct block_record *record)
{
	uint32_t packed_bytes = htole32(record->packed_bytes);
	uint8_t *at = payload + BLOCK_RECORD_BYTES;

	if (record->flags & BLOCK_BAD)
		at += BLOCK_BAD_MAP_BYTES;
	/* First: where it lies may be where the map goes. */
	if (record->packed_bytes != 0)
		memmove(at, record->packed, record->packed_bytes);
	payload[0] = (uint8_t)record->codec;
	payload[1] = record->flags;
	payload[2] = payload[3] = 0;
	memcpy(payload + 4, &packed_bytes, sizeof packed_bytes);
	memcpy(payload + 8, record->hash, HASH_BYTES);
	if (record->flags & BLOCK_BAD)
		memcpy(payload + BLOCK_RECORD_BYTES, record->bad_map,
			BLOCK_BAD_MAP_BYTES);
	return (size_t)(at - payload) + record->packed_bytes;
}

static int
check_record(const uint8_t *at, uint32_t packed_bytes, uint32_t block_bytes,
	struct error *err)
{
	if (at[0] >= CODEC_COUNT)
		return error_set(err, EBADMSG, "block with unknown codec %u",
			at[0]);
	if ((at[1] & ~BLOCK_BAD) != 0 || at[2] != 0 || at[3] != 0)
		return error_set(err, EBADMSG, "block with unknown flags");
	if (packed_bytes > block_bytes ||
		(at[0] == CODEC_ZERO && packed_bytes != 0) ||
		(at[0] == CODEC_NONE && packed_bytes != block_bytes))
		return error_set(err, EBADMSG,
			"block of %u bytes packed as %s in %u", block_bytes,
			codec_name((enum codec)at[0]), packed_bytes);
	return 0;
}

/* At least one bad sector, and none behind the block's end. */
static int
check_bad_map(const uint8_t *map, uint32_t block_bytes, struct error *err)
{
	bool any = false;

	for (uint32_t i = 0; i < BLOCK_BAD_MAP_BYTES * 8; i++) {
		if ((map[i / 8] >> (i % 8) & 1) == 0)
			continue;
		any = true;
		if (i * BLOCK_SECTOR_BYTES >= block_bytes)
			return error_set(err, EBADMSG,
				"bad sector %u in a block of %u bytes", i,
				block_bytes);
	}
	return any ? 0 : error_set(err, EBADMSG, "bad block without a bad sector");
}

int
block_record_decode(struct block_record *record_out, const uint8_t **at,
	const uint8_t *end, uint32_t block_bytes, struct error *err)
{
	struct block_record record = {0};
	const uint8_t *next = *at;

	if (end - next < BLOCK_RECORD_BYTES)
		return error_set(err, EBADMSG, "cut block");
	memcpy(&record.packed_bytes, next + 4, sizeof record.packed_bytes);
	record.packed_bytes = le32toh(record.packed_bytes);
	if (check_record(next, record.packed_bytes, block_bytes, err) == -1)
		return -1;
	record.codec = (enum codec)next[0];
	record.flags = next[1];
	memcpy(record.hash, next + 8, HASH_BYTES);
	next += BLOCK_RECORD_BYTES;
	if (record.flags & BLOCK_BAD) {
		if (end - next < BLOCK_BAD_MAP_BYTES)
			return error_set(err, EBADMSG, "cut block");
		memcpy(record.bad_map, next, BLOCK_BAD_MAP_BYTES);
		if (check_bad_map(record.bad_map, block_bytes, err) == -1)
			return -1;
		next += BLOCK_BAD_MAP_BYTES;
	}
	if ((size_t)(end - next) < record.packed_bytes)
		return error_set(err, EBADMSG, "cut block");
	record.packed = next;
	*at = next + record.packed_bytes;
	*record_out = record;
	return 0;
}

size_t
block_sum_encode(uint8_t *payload, const struct block_sum *sum)
{
	payload[0] = sum->flags;
	memcpy(payload + 1, sum->hash, HASH_BYTES);
	return BLOCK_SUM_BYTES;
}

int
block_sum_decode(struct block_sum *sum_out, const uint8_t **at,
	const uint8_t *end, struct error *err)
{
	const uint8_t *next = *at;

	if (end - next < BLOCK_SUM_BYTES)
		return error_set(err, EBADMSG, "cut hash");
	if ((next[0] & ~BLOCK_BAD) != 0)
		return error_set(err, EBADMSG, "hash with unknown flags");
	sum_out->flags = next[0];
	memcpy(sum_out->hash, next + 1, HASH_BYTES);
	*at = next + BLOCK_SUM_BYTES;
	return 0;
}

/* As many blocks as this processor hashes at once, or none. */
static uint32_t
hash_side_by_side(const uint8_t *data, uint32_t count,
	uint8_t (*hashes_out)[HASH_BYTES])
{
	const struct blake2b_way *way = blake2b_find(count);
	const uint8_t *blocks[BLAKE2B_WIDTH_LIMIT];
	uint8_t full[BLAKE2B_WIDTH_LIMIT][BLAKE2B_BYTES];

	if (way == NULL)
		return 0;
	for (unsigned i = 0; i < way->width; i++)
		blocks[i] = data + (size_t)i * BLOCK_BYTES;
	way->hash(blocks, BLOCK_BYTES, full);
	for (unsigned i = 0; i < way->width; i++)
		memcpy(hashes_out[i], full[i], HASH_BYTES);
	return way->width;
}

int
block_hashes(const void *data, uint32_t range_bytes,
	uint8_t (*hashes_out)[HASH_BYTES], struct error *err)
{
	uint32_t whole = range_bytes / BLOCK_BYTES, done;

	for (uint32_t i = 0; i < block_count(range_bytes); i += done) {
		const uint8_t *at = (const uint8_t *)data +
			(size_t)i * BLOCK_BYTES;

		done = i < whole ? hash_side_by_side(at, whole - i,
					   hashes_out + i)
				 : 0;
		if (done > 0)
			continue;
		done = 1;
		if (hash_block(at, block_length(range_bytes, i), hashes_out[i],
			    err) == -1)
			return -1;
	}
	return 0;
}

int
block_unpack_run(struct codec_context *context,
	const struct block_record *records, uint8_t *data,
	uint32_t range_bytes, uint32_t *fault_out, struct error *err)
{
	uint8_t hashes[BLOCK_RUN_LIMIT][HASH_BYTES];
	uint32_t count = block_count(range_bytes);

	for (*fault_out = 0; *fault_out < count; ++*fault_out) {
		const struct block_record *record = &records[*fault_out];

		if (codec_unpack(context, record->codec, record->packed,
			    record->packed_bytes,
			    data + (size_t)*fault_out * BLOCK_BYTES,
			    block_length(range_bytes, *fault_out), err) == -1)
			return -1;
	}
	if (block_hashes(data, range_bytes, hashes, err) == -1)
		return -1;
	for (*fault_out = 0; *fault_out < count; ++*fault_out)
		if (memcmp(hashes[*fault_out], records[*fault_out].hash,
			    HASH_BYTES) != 0)
			return error_set(err, EBADMSG,
				"block's data does not match its hash");
	return 0;
}

int
block_unpack(struct codec_context *context, const struct block_record *record,
	void *data, uint32_t bytes, struct error *err)
{
	uint32_t fault;

	return block_unpack_run(context, record, data, bytes, &fault, err);
}
