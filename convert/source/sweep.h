#ifndef CONVERT_SOURCE_SWEEP_H
#define CONVERT_SOURCE_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "convert/source/queue.h"

struct error;
struct image;
struct progress;

/*
 * Ask the source for the hashes (FRAME_HASH) or the data (FRAME_READ) of every
 * block that `wants` is true for, many requests at once.  block() is called from
 * the lanes' threads, for a block perhaps twice (queue.h), with its number; its
 * failure ends the sweep.
 */
struct sweep {
	struct image *image;
	struct queue *queue;
	uint8_t disk; /* the source's number for it */
	enum frame_type type;
	bool (*wants)(void *context, uint64_t block);
	int (*block)(void *context, uint64_t block, const struct answer *answer,
		struct error *err);
	void *context;
	struct progress *progress;
	uint64_t first_block; /* where to begin */
	/*
	 * NULL, or called by the thread of sweep_run() now and then, and when
	 * the source is lost: all blocks before this one are done with.
	 */
	int (*passed)(void *context, uint64_t block, struct error *err);
};

/* Returns when nothing is under way any more. */
int sweep_run(const struct sweep *sweep, struct error *err);

#endif
