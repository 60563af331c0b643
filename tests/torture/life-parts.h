#ifndef TESTS_TORTURE_LIFE_PARTS_H
#define TESTS_TORTURE_LIFE_PARTS_H

/* What life.c, life-check.c and life-fault.c share; nobody else's. */

#include <stdbool.h>
#include <sys/types.h>

#include "tests/torture/disk.h"
#include "tests/torture/host.h"
#include "tests/torture/life.h"
#include "tests/torture/relay.h"

enum { BOOTS = 24, ROOM_BYTES = 192 << 20 /* of the host's disk */ };

struct life {
	struct dice dice;
	struct tally *tally;
	struct disk disk;
	struct relay relay;
	struct host host;
	char folder[128], host_folder[160], key[160], source_log[160];
	char fault_log[256];
	uint64_t sickness; /* what the disk has at times, or 0 */
	bool can_fill;
	pid_t source;
	uint64_t source_began; /* relay.connections */

	/* What the disk was at each boot, the last ones. */
	uint8_t boots[BOOTS][DISK_BLOCKS_LIMIT][HASH_BYTES];
	unsigned boot_count;
	struct host_generation last; /* that was complete */

	bool held[DISK_BLOCKS_LIMIT];
	uint64_t leg_bytes, leg_connections, leg_missing;
	uint64_t session_missing;
	unsigned harms; /* in this leg */
	bool was_full;	/* a session may still say so, and end the source */
	double leg_began;
};

/* life.c: its source, its host's disk, and legs. */
void life_resize_host_disk(struct life *life, uint64_t bytes);
void life_start_source(struct life *life);
void life_kill_source(struct life *life);
void life_begin_leg(struct life *life, bool still, bool new_session);
/*
 * What may have crossed since the leg began: the blocks that were not held,
 * twice the sums of all, what each connection says first, and for each harm the
 * requests that were under way then.
 */
void life_end_leg(struct life *life);
/* One look at all that goes on; true when the source has ended. */
bool life_go_on(struct life *life);
/* Down into production and up again: the disk may be another one then. */
void life_reboot(struct life *life);

/* life-check.c: what must hold. */
/*
 * Note what is held; `still` when no process of the host can be writing.  What
 * only the last generation has counts while it is the last one: a session whose
 * source is gone may still complete the next one.
 */
void life_take_stock(struct life *life, bool still);
/* The image is the source as it is now, and nothing else. */
void life_check_capture(struct life *life, const struct capture_count *count);

/* life-fault.c: what strikes. */
/* A key that seems refused at the very first ends a source: not then. */
bool life_harm(struct life *life, enum relay_harm harm);
/* A session that was to die while it completed a generation: so do the rest. */
void life_notice_death(struct life *life);
void life_suffer(struct life *life);

#endif
