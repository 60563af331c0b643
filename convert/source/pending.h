#ifndef CONVERT_SOURCE_PENDING_H
#define CONVERT_SOURCE_PENDING_H

#include <stdint.h>

#include "convert/source/map.h"

struct error;

/* A stored block that waits for its data to be durable. */
struct pending_block {
	uint64_t block;
	struct map_entry entry;
	uint8_t bad_map[BLOCK_BAD_MAP_BYTES]; /* with IMAGE_BAD */
};

/*
 * Blocks whose data is written and whose entries are not.  They are written in
 * batches, so that making them durable costs little.  Safe from any thread.
 */
struct pending;

/*
 * settle() makes the data durable and writes the entries, which are sorted by
 * block; it is called by one thread at a time.  After it failed nothing more is
 * recorded: the kernel may have dropped the data, and says so only once.  `name` is what a failure calls the image; borrowed.
 */
int pending_new(struct pending **pending_out, const char *name,
	int (*settle)(void *context, const struct pending_block *batch,
		size_t count, struct error *err),
	void *context, struct error *err);
/* Loses what waits. */
void pending_free(struct pending *pending);
static inline void
pending_freep(struct pending **pending)
{
	if (*pending != NULL)
		pending_free(*pending);
}

/* Settles first when there are many. */
int pending_add(struct pending *pending, const struct pending_block *block,
	struct error *err);

/* Settle all, or only when something waits for more than two seconds. */
int pending_flush(struct pending *pending, struct error *err);
int pending_flush_old(struct pending *pending, struct error *err);

/* While it is held, nothing is settled. */
void pending_hold(struct pending *pending);
void pending_go_on(struct pending *pending);

#endif
