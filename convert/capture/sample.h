#ifndef CONVERT_CAPTURE_SAMPLE_H
#define CONVERT_CAPTURE_SAMPLE_H

#include <jansson.h>

#include "convert/pipeline.h"

struct error;

/*
 * A few places on a disk, to measure how fast it comes when nothing is to be
 * captured yet.  They lie where data is likely: `disk` is the disk's entry in
 * layout.json, or NULL; of a file system with free space only the beginning
 * counts, as far as what it uses would reach.  The caller frees
 * plan_out->extents.
 */
int sample_plan(struct plan *plan_out, const json_t *disk, uint64_t disk_bytes,
	struct error *err);

#endif
