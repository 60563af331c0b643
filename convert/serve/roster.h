#ifndef CONVERT_SERVE_ROSTER_H
#define CONVERT_SERVE_ROSTER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * How many of a session's lanes are at work.  More of them keep a disk with many
 * heads, or a long wire, busy; too many are in each other's way on a disk with
 * one head and on few cores.  It begins with what the source's cores suggest and
 * then tries one more and one less: what helps stays.
 */
struct roster {
	unsigned lanes; /* at work */
	unsigned least, most;
	unsigned seconds; /* of this measurement, so far */
	uint64_t bytes;
	unsigned rest; /* measurements until the next trial */
	double rate;   /* before the trial */
	int trial;     /* +1, -1, or 0 */
	int next;      /* the direction to try */
};

/* `fixed` lanes, or, when it is 0, as many as help. */
void roster_begin(struct roster *roster, unsigned cores, unsigned fixed);

/*
 * A second has passed: so many bytes of the disks were answered for, and there
 * was always more to ask for, or not.  Changes roster->lanes.
 */
void roster_tick(struct roster *roster, uint64_t bytes, bool had_work);

#endif
