#ifndef CONVERT_SERVE_THROTTLE_H
#define CONVERT_SERVE_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "convert/capture/rate.h"

struct error;
struct job;

/*
 * Keeps a session's lanes to a rate by asking for less: a request takes what its
 * answer may be at most from a bucket and gives back what it was not.  The
 * source needs to know nothing.  Times are seconds of any clock that does not
 * go back.  Safe from any thread.
 */
struct throttle;

/*
 * The rate is what the file `path` says, and `usual` while there is none.  Both
 * are borrowed.
 */
int throttle_new(struct throttle **throttle_out, const char *path,
	const struct rate *usual, struct error *err);
void throttle_free(struct throttle *throttle);
static inline void
throttle_freep(struct throttle **throttle)
{
	if (*throttle != NULL)
		throttle_free(*throttle);
}

/*
 * Look at the file and at the minute of the day.  True when another limit holds
 * from now on: *limit_out, 0 for none.  A file that is no rate changes nothing
 * and is warned of once.
 */
bool throttle_update(struct throttle *throttle, unsigned minute,
	uint64_t *limit_out);

/* Milliseconds until a request may be sent; 0: now. */
unsigned throttle_wait_ms(struct throttle *throttle, double now);

/* A request goes out: what its answer has at most is taken. */
void throttle_ask(struct throttle *throttle, const struct job *job);

/* The answer had so many bytes on the wire; 0 when the lane was lost. */
void throttle_settle(struct throttle *throttle, const struct job *job,
	uint64_t bytes);

/* What holds now. */
void throttle_rate(struct throttle *throttle, struct rate *rate_out);

#endif
