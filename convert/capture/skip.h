#ifndef CONVERT_CAPTURE_SKIP_H
#define CONVERT_CAPTURE_SKIP_H

#include <jansson.h>
#include <stddef.h>

#include "convert/pipeline.h"

struct error;
struct image;

/*
 * Why bytes of a disk were not sent, from what is in its image and what the
 * inventory says of its partitions (`disk` of inventory.json's disks).
 */
int skip_count(struct skip_count *count_out, struct image *image,
	const json_t *disk, struct error *err);

#endif
