#ifndef CONVERT_SOURCE_IMAGE_PARTS_H
#define CONVERT_SOURCE_IMAGE_PARTS_H

#include <stdatomic.h>

#include "convert/source/base.h"
#include "convert/source/entries.h"
#include "convert/source/image.h"
#include "convert/source/pending.h"

/* What an image consists of; for image.c and image-files.c only. */
struct image {
	struct base *base; /* the last complete generation, or NULL */
	char *raw_path, *bad_path;
	int raw_fd, bad_fd;
	struct entries entries;
	char session[MAP_SESSION_BYTES]; /* of the source now */
	uint64_t proven_blocks;		 /* in it, by an earlier run */
	_Atomic uint64_t *present;	 /* one bit for each block */
	_Atomic uint64_t *kept; /* of those that are there: in the base */
	_Atomic uint64_t present_bytes, zero_bytes;

	atomic_bool dropped; /* removals that are not durable in map and list */
	struct pending *pending;
};

/* Count a block as there. */
void image_mark(struct image *image, uint64_t block, uint8_t flags);

/* A block's data is in the file: its entry follows with the next batch. */
int image_record(struct image *image, uint64_t block, uint8_t flags,
	const uint8_t hash[HASH_BYTES], const uint8_t *bad_map,
	struct error *err);

/* The order of writes, for pending_new(). */
int image_write_batch(void *context, const struct pending_block *batch,
	size_t count, struct error *err);

/* Make a block of the complete generation part of the next one. */
int image_keep_entry(void *context, uint64_t block,
	const struct map_entry *entry, struct error *err);

#endif
