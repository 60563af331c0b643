/*
 * The reasons for what a capture left out.  bulk.c counts the rest.
 */
#include "convert/capture/skip.h"

#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "convert/source/image.h"

/* Extended partitions of a DOS table only hold others. */
static bool
is_extended(const json_t *partition)
{
	static const char *const types[] = {"0x05", "0x0f", "0x85"};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(json_text(partition, "type", ""), types[i]) == 0)
			return true;
	return false;
}

/*
 * What a byte of the disk lies in, and until where that is so.  NULL: the disk
 * has partitions, and it is in none.
 */
static const json_t *
place_of(const json_t *disk, uint64_t at, uint64_t *until_out)
{
	const json_t *partitions = json_object_get(disk, "partitions");
	const json_t *partition, *found = NULL;
	size_t i;

	*until_out = UINT64_MAX;
	if (json_array_size(partitions) == 0)
		return disk;
	json_array_foreach(partitions, i, partition) {
		uint64_t start = json_number(partition, "start_bytes", 0);
		uint64_t size = json_number(partition, "size_bytes", 0);

		if (is_extended(partition) || at >= start + size)
			continue;
		if (at >= start)
			found = partition;
		else if (start < *until_out)
			*until_out = start;
		if (at >= start && start + size < *until_out)
			*until_out = start + size;
	}
	return found;
}

static bool
is_zero(struct image *image, uint64_t block, const uint8_t zero[HASH_BYTES])
{
	uint8_t hash[HASH_BYTES];

	return image_hash(image, block, hash, NULL) == 0 &&
		memcmp(hash, zero, HASH_BYTES) == 0;
}

/* Blocks from `first` on that begin before `end`, all in one place. */
static uint64_t
count_place(struct skip_count *count, struct image *image, const json_t *place,
	uint64_t first, uint64_t end, const uint8_t zero[HASH_BYTES])
{
	const json_t *fs = json_object_get(place, "filesystem");
	uint64_t *reason = &count->free_bytes, block = first;

	if (place == NULL)
		reason = &count->unallocated_bytes;
	else if (strcmp(json_text(fs, "type", ""), "swap") == 0)
		reason = &count->swap_bytes;
	for (; block < image_blocks(image) && block * BLOCK_BYTES < end;
		block++) {
		uint32_t bytes = image_block_bytes(image, block);

		if (!image_has(image, block)) {
			*reason += bytes;
		} else if (place == NULL && is_zero(image, block, zero)) {
			count->unallocated_bytes += bytes;
			count->zero_bytes -= bytes;
		}
	}
	return block;
}

int
skip_count(struct skip_count *count_out, struct image *image,
	const json_t *disk, struct error *err)
{
	static const uint8_t zeros[BLOCK_BYTES];
	uint8_t zero[HASH_BYTES];
	uint64_t present, until;

	*count_out = (struct skip_count){0};
	if (hash_block(zeros, sizeof zeros, zero, err) == -1)
		return -1;
	/* All of them; those in no partition are taken off. */
	image_count(image, &present, &count_out->zero_bytes);
	for (uint64_t block = 0; block < image_blocks(image);) {
		const json_t *place = place_of(disk, block * BLOCK_BYTES,
			&until);

		block = count_place(count_out, image, place, block, until,
			zero);
	}
	return 0;
}
