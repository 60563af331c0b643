/*
 * The bulk of a capture: what plan.c found in use and nobody has read yet.
 */
#include "convert/capture/bulk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "convert/capture/pool.h"
#include "convert/capture/share.h"
#include "convert/source/blocks.h"
#include "convert/source/image.h"

enum { UNDER_WAY = 128 /* requests of up to 1 MiB */ };

struct range {
	uint64_t first, end;
};

static struct range
range_of(const struct blocks *blocks, const struct extent *extent)
{
	uint64_t end = image_blocks(blocks_image(blocks));
	struct range range = {extent->offset_bytes / BLOCK_BYTES,
		(extent->offset_bytes + extent->length_bytes + BLOCK_BYTES - 1) /
			BLOCK_BYTES};

	if (range.end > end)
		range.end = end;
	return range;
}

uint64_t
bulk_missing(const struct blocks *blocks, const struct extent *extents,
	size_t count)
{
	const struct image *image = blocks_image(blocks);
	uint64_t missing = 0;

	for (size_t i = 0; i < count; i++) {
		struct range range = range_of(blocks, &extents[i]);

		for (uint64_t b = range.first; b < range.end; b++)
			if (!image_has(image, b))
				missing += image_block_bytes(image, b);
	}
	return missing;
}

/* `share` may be NULL. */
static int
fetch_range(struct blocks *blocks, struct share *share, struct range range,
	struct error *err)
{
	uint64_t next;

	for (uint64_t at = range.first; at < range.end; at = next) {
		next = at + SHARE_BLOCKS;
		if (next > range.end)
			next = range.end;
		if ((share != NULL ? share_request(share, at, next, err)
				   : blocks_request(blocks, at, next, false,
					     err)) == -1 ||
			blocks_throttle(blocks, UNDER_WAY, err) == -1)
			return -1;
	}
	return 0;
}

static int
fetch_all(struct blocks *blocks, struct share *share,
	const struct extent *extents, size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (fetch_range(blocks, share, range_of(blocks, &extents[i]),
			    err) == -1)
			return -1;
	if (share != NULL && share_finish(share, err) == -1)
		return -1;
	if (blocks_throttle(blocks, 0, err) == -1)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct range range = range_of(blocks, &extents[i]);

		if (blocks_wait(blocks, range.first, range.end, err) == -1)
			return -1;
	}
	return image_checkpoint(blocks_image(blocks), err);
}

/* Hash first only where another image could have what this disk has. */
static int
fetch(struct blocks *blocks, struct pool *pool, const struct extent *extents,
	size_t count, uint64_t *shared_out, struct error *err)
{
	AUTO(share_freep) struct share *share = NULL;

	*shared_out = 0;
	if (pool != NULL && pool_foreign_blocks(pool) > 0 &&
		share_new(&share, blocks, pool, err) == -1)
		return -1;
	if (fetch_all(blocks, share, extents, count, err) == -1)
		return -1;
	if (share != NULL)
		*shared_out = share_bytes(share);
	return 0;
}

int
bulk_count(struct blocks *blocks, struct capture_count *count_out,
	struct error *err)
{
	struct image *image = blocks_image(blocks);

	image_count(image, &count_out->captured_bytes, &count_out->zero_bytes);
	count_out->read_bytes = blocks_fetched_bytes(blocks);
	count_out->skipped_bytes =
		image_disk_bytes(image) - count_out->captured_bytes;
	if (image_bad_sectors(image, &count_out->bad_sectors, err) == -1)
		return -1;
	return image_root(image, count_out->root_hash, err);
}

int
bulk_capture(struct blocks *blocks, struct pool *pool,
	const struct extent *extents, size_t count, struct progress *progress,
	struct capture_count *count_out, struct error *err)
{
	int failed;

	blocks_set_progress(blocks, progress);
	failed = fetch(blocks, pool, extents, count, &count_out->shared_bytes,
		err);
	blocks_set_progress(blocks, NULL);
	return failed ? -1 : bulk_count(blocks, count_out, err);
}
