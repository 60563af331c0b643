#ifndef TESTS_TORTURE_DISK_H
#define TESTS_TORTURE_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include "convert/pipeline.h"
#include "tests/torture/fault.h"
#include "wire/block.h"

/* A server's disk, as the test knows it: it is the truth that a capture is
 * held against. */
enum { DISK_BLOCKS_LIMIT = 768, DISK_EXTENTS = 8 };

struct disk {
	char path[160];
	uint8_t *data; /* the file, mapped */
	uint64_t bytes;
	uint32_t blocks;
	uint64_t sick; /* the seed of what cannot be read now, or 0 */
	struct extent extents[DISK_EXTENTS]; /* what is to be captured */
	size_t extent_count;

	/* What follows from that; of each block: */
	bool wanted[DISK_BLOCKS_LIMIT];
	bool is_zero[DISK_BLOCKS_LIMIT];
	uint8_t hashes[DISK_BLOCKS_LIMIT][HASH_BYTES]; /* as it reads */
	uint32_t bad[DISK_BLOCKS_LIMIT]; /* sectors */
};

/* 32 to 48 MiB of data that packs well, badly, and is not there at all. */
void disk_make(struct disk *disk, const char *path, struct dice *dice);
void disk_remove(struct disk *disk);

/* The server was in production: blocks were written, others are in use. */
void disk_change(struct disk *disk, struct dice *dice);

/* After a change of `sick`. */
void disk_survey(struct disk *disk);

uint32_t disk_block_bytes(const struct disk *disk, uint32_t block);
/* As the source reads it, bad sectors as zeros; BLOCK_BYTES of room. */
void disk_read(const struct disk *disk, uint32_t block, uint8_t *data_out);

#endif
