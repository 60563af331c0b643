#ifndef CONVERT_SOURCE_MAP_H
#define CONVERT_SOURCE_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "convert/source/image.h"

/* The bytes of a map file (the format is in image.h); no files here. */
enum { MAP_SESSION_BYTES = 36, MAP_PROOF_OFFSET = 512, MAP_PROOF_BYTES = 52 };

struct map_header {
	uint64_t disk_bytes;
	uint32_t generation;
	char session[MAP_SESSION_BYTES];
};

void map_header_encode(const struct map_header *header,
	uint8_t bytes[IMAGE_HEADER_BYTES]);
/* False when it is damaged or not ours. */
bool map_header_decode(struct map_header *header_out,
	const uint8_t bytes[IMAGE_HEADER_BYTES]);

/* How far a comparison with the source came; none is session "" and 0. */
struct map_proof {
	uint64_t blocks;
	char session[MAP_SESSION_BYTES];
};

void map_proof_encode(const struct map_proof *proof,
	uint8_t bytes[MAP_PROOF_BYTES]);
/* False, and none, when it is damaged or was never written. */
bool map_proof_decode(struct map_proof *proof_out,
	const uint8_t bytes[MAP_PROOF_BYTES]);

struct map_entry {
	uint8_t flags;
	uint8_t hash[HASH_BYTES];
};

void map_entry_encode(const struct map_entry *entry, uint64_t block,
	uint8_t bytes[IMAGE_ENTRY_BYTES]);
/* False when the block is absent or the entry damaged. */
bool map_entry_decode(struct map_entry *entry_out, uint64_t block,
	const uint8_t bytes[IMAGE_ENTRY_BYTES]);

/* Where a block's entry is in the file. */
static inline uint64_t
map_entry_offset(uint64_t block)
{
	return IMAGE_HEADER_BYTES + block * IMAGE_ENTRY_BYTES;
}

#endif
