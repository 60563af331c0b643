#ifndef CONVERT_CAPTURE_BULK_H
#define CONVERT_CAPTURE_BULK_H

#include <stddef.h>

#include "convert/pipeline.h"

struct blocks;
struct error;
struct pool;

/* Bytes of the ranges that are not there yet. */
uint64_t bulk_missing(const struct blocks *blocks,
	const struct extent *extents, size_t count);

/*
 * Bring the ranges of a disk to its image, durably, but not what is there
 * already, and from `pool` (or NULL) rather than from the source.  Counts into
 * `progress`, which others begin.
 */
int bulk_capture(struct blocks *blocks, struct pool *pool,
	const struct extent *extents, size_t count, struct progress *progress,
	struct capture_count *count_out, struct error *err);

/* Count what is there now; leaves count_out->reread alone. */
int bulk_count(struct blocks *blocks, struct capture_count *count_out,
	struct error *err);

#endif
