#ifndef WIRE_BLOCK_H
#define WIRE_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "wire/codec.h"
#include "wire/hash.h"

struct error;

/*
 * Disks travel in blocks of 64 KiB, aligned on the disk; the last one of a disk
 * may be shorter (a multiple of 512 bytes).
 *
 * A DATA payload is one record for each block of the range, in order:
 *
 *	 0  u8  codec
 *	 1  u8  flags		BLOCK_BAD: some sectors could not be read
 *	 2  u16 0
 *	 4  u32 packed_bytes
 *	 8  u8[32] hash		of the unpacked block, bad sectors as zeros
 *	40  u8[16] bad sectors	only with BLOCK_BAD: one bit for each 512 bytes,
 *				least significant first
 *	..  packed bytes
 *
 * A SUMS payload is, for each block, u8 flags and u8[32] hash.
 */
enum {
	BLOCK_BYTES = 64 << 10,
	BLOCK_RECORD_BYTES = 40,
	BLOCK_SUM_BYTES = 33,
	BLOCK_SECTOR_BYTES = 512,
	BLOCK_BAD_MAP_BYTES = BLOCK_BYTES / BLOCK_SECTOR_BYTES / 8,
	BLOCK_BAD = 1
};

struct block_record {
	enum codec codec;
	uint8_t flags;
	uint8_t hash[HASH_BYTES];
	uint8_t bad_map[BLOCK_BAD_MAP_BYTES]; /* zeros without BLOCK_BAD */
	const uint8_t *packed;		      /* points into the payload */
	uint32_t packed_bytes;
};

struct block_sum {
	uint8_t flags;
	uint8_t hash[HASH_BYTES];
};

/* How many blocks a range touches; the range starts on a block. */
uint32_t block_count(uint32_t range_bytes);

/* The length of block `index` of a range of `range_bytes`. */
uint32_t block_length(uint32_t range_bytes, uint32_t index);

/* Most payload bytes that a DATA answer for the range can have. */
size_t block_payload_limit(uint32_t range_bytes);

/*
 * Append one record to a payload that has room for it.  Returns the bytes
 * written.  `record->packed` is copied (it may already be in place).
 */
size_t block_record_encode(uint8_t *payload,
	const struct block_record *record);

/*
 * Read the record at *at, bounded by `end`, and move *at behind it.  EBADMSG on
 * an unknown codec or flag, a non-zero reserved field, a packed length over
 * `block_bytes`, a zero block with packed bytes, BLOCK_BAD without a bad sector
 * or with one behind the block's end, or a cut record.
 */
int block_record_decode(struct block_record *record_out, const uint8_t **at,
	const uint8_t *end, uint32_t block_bytes, struct error *err);

/* The same for sums. */
size_t block_sum_encode(uint8_t *payload, const struct block_sum *sum);
int block_sum_decode(struct block_sum *sum_out, const uint8_t **at,
	const uint8_t *end, struct error *err);

/* The hashes of the blocks of a range: faster than block by block. */
int block_hashes(const void *data, uint32_t range_bytes,
	uint8_t (*hashes_out)[HASH_BYTES], struct error *err);

/*
 * Unpack a record into `data` (`bytes` is the block's length) and check its
 * hash.  EBADMSG when it does not match.
 */
int block_unpack(struct codec_context *context,
	const struct block_record *record, void *data, uint32_t bytes,
	struct error *err);

/*
 * The same for the records of consecutive blocks, at most BLOCK_RUN_LIMIT, into
 * `data` (`range_bytes` is their length): faster than one by one.  After a
 * failure *fault_out is the record's index.
 */
enum { BLOCK_RUN_LIMIT = 8 };
int block_unpack_run(struct codec_context *context,
	const struct block_record *records, uint8_t *data,
	uint32_t range_bytes, uint32_t *fault_out, struct error *err);

#endif
