/*
 * The root hash of a map file.  image.c has it of the image that is being
 * captured, capture/check.c of one that is looked at again.
 */
#include "convert/source/root.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/source/map.h"

/* The hash that stands for an absent block of zeros. */
static int
hash_zeros(uint64_t disk_bytes, uint64_t block, uint8_t hash_out[HASH_BYTES],
	struct error *err)
{
	static const uint8_t zeros[BLOCK_BYTES];
	uint64_t left = disk_bytes - block * BLOCK_BYTES;

	return hash_block(zeros, left < BLOCK_BYTES ? left : BLOCK_BYTES,
		hash_out, err);
}

/* Hash the hashes of blocks first..first+count, absent ones as zeros. */
static int
hash_group(int map_fd, const char *name, uint64_t disk_bytes, uint64_t first,
	uint64_t count, uint8_t *room, uint8_t hash_out[HASH_BYTES],
	struct error *err)
{
	uint8_t zeros[HASH_BYTES], last[HASH_BYTES];
	struct map_entry entry;

	if (io_pread(map_fd, room, count * IMAGE_ENTRY_BYTES,
		    map_entry_offset(first), name, err) == -1 ||
		hash_zeros(disk_bytes, first, zeros, err) == -1 ||
		hash_zeros(disk_bytes, first + count - 1, last, err) == -1)
		return -1;
	for (uint64_t i = 0; i < count; i++) {
		const uint8_t *hash = i + 1 == count ? last : zeros;

		/* In place: a hash is shorter than the entry it is from. */
		if (map_entry_decode(&entry, first + i,
			    room + i * IMAGE_ENTRY_BYTES))
			hash = entry.hash;
		memcpy(room + i * HASH_BYTES, hash, HASH_BYTES);
	}
	return hash_block(room, count * HASH_BYTES, hash_out, err);
}

int
root_hash(int map_fd, const char *name, uint64_t disk_bytes,
	char hex_out[HASH_HEX_BYTES], struct error *err)
{
	uint64_t blocks = (disk_bytes + BLOCK_BYTES - 1) / BLOCK_BYTES;
	uint64_t groups = (blocks + ROOT_GROUP_BLOCKS - 1) / ROOT_GROUP_BLOCKS;
	AUTO(freep) uint8_t *hashes = malloc(groups * HASH_BYTES + 1);
	AUTO(freep) uint8_t *room = malloc(ROOT_GROUP_BLOCKS * IMAGE_ENTRY_BYTES);
	uint8_t root[HASH_BYTES];

	if (hashes == NULL || room == NULL)
		return error_set(err, ENOMEM, "hash %s", name);
	for (uint64_t i = 0; i < groups; i++) {
		uint64_t first = i * ROOT_GROUP_BLOCKS;
		uint64_t count = blocks - first;

		if (count > ROOT_GROUP_BLOCKS)
			count = ROOT_GROUP_BLOCKS;
		if (hash_group(map_fd, name, disk_bytes, first, count, room,
			    hashes + i * HASH_BYTES, err) == -1)
			return -1;
	}
	if (hash_block(hashes, groups * HASH_BYTES, root, err) == -1)
		return -1;
	hash_hex(root, hex_out);
	return 0;
}
