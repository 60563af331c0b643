#ifndef CONVERT_CAPTURE_PLAN_H
#define CONVERT_CAPTURE_PLAN_H

#include <stddef.h>
#include <stdio.h>

#include "convert/pipeline.h"

struct error;

/*
 * What of a disk has to be captured, from its overlay after the conversion:
 * everything but the ranges that the overlay itself says are zeros, which is
 * what the trim of a file system's free space leaves behind.  Sorted, merged,
 * made of whole blocks (block.h).  The caller frees *extents_out.
 */
int plan_extents(struct extent **extents_out, size_t *count_out,
	const char *overlay, uint64_t disk_bytes, struct error *err);

/*
 * The same from what `qemu-img map --output=json` prints, read range by range:
 * there may be millions.
 */
int plan_parse(struct extent **extents_out, size_t *count_out, FILE *map,
	uint64_t disk_bytes, struct error *err);

/* All of a disk, in one range. */
int plan_whole(struct extent **extents_out, size_t *count_out,
	uint64_t disk_bytes, struct error *err);

#endif
