#ifndef CONVERT_CAPTURE_PRECOPY_H
#define CONVERT_CAPTURE_PRECOPY_H

#include "convert/capture/rounds.h"

struct error;

/* What a round is made of; all disks at once. */
struct precopy {
	/* Drop what is not the same on the source any more. */
	int (*compare)(void *context, uint64_t *changed_out,
		struct error *err);
	/* Bring what is wanted and absent, durably. */
	int (*fetch)(void *context, uint64_t *fetched_out, struct error *err);
	/* Bytes over the wire so far. */
	uint64_t (*wire)(void *context);
	/* A round is over, and this is to be said of it. */
	int (*done)(void *context, const char *text, struct error *err);
	void *context;
	unsigned most; /* rounds, 1 to ROUNDS_LIMIT */
};

/*
 * Copy disks that change meanwhile, in rounds, until one finds hardly less than
 * the one before it (rounds.h).  What is here then is of many moments, and never
 * a capture.
 */
int precopy_run(const struct precopy *precopy, struct rounds *rounds_out,
	enum rounds_end *end_out, struct error *err);

#endif
