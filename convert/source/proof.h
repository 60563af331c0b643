#ifndef CONVERT_SOURCE_PROOF_H
#define CONVERT_SOURCE_PROOF_H

#include <stdint.h>

#include "common/progress.h"

struct error;
struct image;
struct queue;

/*
 * Compare every known block with the source by its hash and drop those that
 * differ: nothing is sent twice that is still the same.  Nobody else uses the
 * image meanwhile.  `disk` is the source's number for it.  Afterwards the image
 * is adopted.  One that was cut short goes on where it was, in the same session.
 */
int proof_run(struct image *image, struct queue *queue, uint8_t disk,
	struct progress *progress, uint64_t *dropped_out, struct error *err);

#endif
