#ifndef CONVERT_SERVE_METER_H
#define CONVERT_SERVE_METER_H

#include <stdbool.h>
#include <stdint.h>

struct progress;

/*
 * A session's progress for who sits at the conversion host: a bar on a terminal,
 * a line every ten seconds or 5 % elsewhere, and events.
 */
struct meter {
	const char *stage; /* of the last look */
	double began, shown;
	uint64_t last_done, shown_done;
};

/*
 * Look at the progress at `now`, in seconds of any clock that does not go back.
 * True when a line is due where lines cannot be rewritten; *seconds_out is how
 * long the stage takes so far.
 */
bool meter_is_due(struct meter *meter, const struct progress *progress,
	double now, double *seconds_out);

/* About once a second: show it. */
void meter_tick(struct meter *meter, const struct progress *progress,
	const char *machine);

#endif
