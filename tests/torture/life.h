#ifndef TESTS_TORTURE_LIFE_H
#define TESTS_TORTURE_LIFE_H

#include <stdatomic.h>
#include <stdint.h>

/* What happened to all lives; in memory that they share. */
enum tally_kind {
	TALLY_HOST_KILLED,
	TALLY_SESSION_KILLED,
	TALLY_SOURCE_KILLED,
	TALLY_BOTH_KILLED,
	TALLY_LANE_CUT,
	TALLY_LINK_CUT,
	TALLY_FLIPPED,
	TALLY_SHORTENED,
	TALLY_SWALLOWED,
	TALLY_HOST_FULL,
	TALLY_COMMIT_KILLED, /* a session, while it completed a generation */
	TALLY_FAULTS, /* the number of those */

	TALLY_REBOOTED = TALLY_FAULTS, /* with changes, before it was complete */
	TALLY_CAPTURES,	    /* completed and compared */
	TALLY_SICK_CAPTURES, /* of a disk with unreadable sectors */
	TALLY_KEPT, /* the last generation, found whole after a fault */
	TALLY_HALF, /* a new one, found recorded and not in its place */
	TALLY_KIND_COUNT
};

struct tally {
	_Atomic uint64_t counts[TALLY_KIND_COUNT];
	_Atomic uint64_t sent_bytes;  /* that crossed the wire to hosts */
	_Atomic uint64_t saved_bytes; /* durable when a resume began */
};

/*
 * One machine's life: captures with faults, writes to its disk between them.
 * All of it follows from the seed and the number, but for what the kernel's
 * scheduler decides.  Works in `folder`, which is empty; ends the process when
 * something does not hold.
 */
void life_run(uint64_t seed, unsigned run, const char *folder,
	struct tally *tally);

#endif
