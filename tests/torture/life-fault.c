/* The faults of a machine's life, and when they strike. */
#include "tests/torture/life-parts.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/wait.h>

enum {
	FULL_SECONDS = 3, /* of waiting for a session that can fail */
	WARM_BYTES = 128 << 10	    /* then lane 0 was welcomed surely */
};

/* The faults: each returns false when there was nothing that it could hit. */

static bool
kill_host(struct life *life)
{
	host_kill(&life->host);
	life_end_leg(life);
	life_begin_leg(life, true, true);
	host_start(&life->host);
	return true;
}

static bool
kill_session(struct life *life)
{
	if (!host_kill_session(&life->host))
		return false;
	life_end_leg(life);
	life_begin_leg(life, true, true);
	return true;
}

static void
boot_again(struct life *life)
{
	if (dice_percent(&life->dice, 40)) {
		life_reboot(life);
		life->tally->counts[TALLY_REBOOTED]++;
	}
}

static bool
kill_the_source(struct life *life)
{
	life_kill_source(life);
	life_end_leg(life);
	boot_again(life);
	host_forget_result(&life->host);
	life_begin_leg(life, false, true);
	life_start_source(life);
	return true;
}

static bool
kill_both(struct life *life)
{
	life_kill_source(life);
	host_kill(&life->host);
	life_end_leg(life);
	boot_again(life);
	host_forget_result(&life->host);
	life_begin_leg(life, true, true);
	host_start(&life->host);
	life_start_source(life);
	return true;
}

static bool
cut(struct life *life, bool all)
{
	if (relay_cut(&life->relay, all) == 0)
		return false;
	life_end_leg(life);
	life_begin_leg(life, false, false);
	return true;
}

static bool
cut_lane(struct life *life)
{
	return cut(life, false);
}

static bool
cut_link(struct life *life)
{
	return cut(life, true);
}

bool
life_harm(struct life *life, enum relay_harm harm)
{
	if (!relay_is_warm(&life->relay, life->source_began, WARM_BYTES))
		return false;
	life->relay.harm = harm;
	life->relay.harm_down = dice_percent(&life->dice, 30);
	while (life->relay.harm != RELAY_NONE)
		if (life_go_on(life)) {
			life->relay.harm = RELAY_NONE;
			return false;
		}
	life_end_leg(life);
	life_begin_leg(life, false, false);
	life->harms = 1;
	return true;
}

static bool
flip(struct life *life)
{
	return life_harm(life, RELAY_FLIP);
}

static bool
shorten(struct life *life)
{
	return life_harm(life, RELAY_SHORTEN);
}

static bool
swallow(struct life *life)
{
	return life_harm(life, RELAY_SWALLOW);
}

/*
 * The host's disk shrinks to what is on it and a little.  A session that fails
 * says so to the source, which ends; a source that came later finds that none
 * can begin, and tries again.  Then there is room and all goes on.
 */
static bool
fill_host(struct life *life)
{
	struct capture_count ignored;
	struct statvfs fs;
	double until = relay_now() + FULL_SECONDS;

	if (!life->can_fill || statvfs(life->host_folder, &fs) == -1)
		return false;
	life_resize_host_disk(life, (uint64_t)(fs.f_blocks - fs.f_bfree) *
			fs.f_frsize + dice_below(&life->dice, 2 << 20));
	while (!life_go_on(life) &&
		(host_has_session(&life->host) || relay_now() < until))
		;
	while (life->source == 0 && host_has_session(&life->host))
		relay_turn(&life->relay);
	life_resize_host_disk(life, ROOM_BYTES);
	/* Now it finds a session, or was told that the last one failed. */
	while (life->source != 0 && !host_has_session(&life->host) &&
		!life_go_on(life))
		;
	if (life->source != 0) {
		life->was_full = true;
		return true;
	}
	if (host_result(&life->host, &ignored))
		return false; /* it had all by then */
	life_end_leg(life);
	boot_again(life);
	life_begin_leg(life, true, true);
	life_start_source(life);
	return true;
}

static const struct {
	const char *name;
	unsigned weight;
	bool (*strike)(struct life *life);
} faults[TALLY_FAULTS] = {
	[TALLY_HOST_KILLED] = {"host-killed", 20, kill_host},
	[TALLY_SESSION_KILLED] = {"session-killed", 15, kill_session},
	[TALLY_SOURCE_KILLED] = {"source-killed", 24, kill_the_source},
	[TALLY_BOTH_KILLED] = {"both-killed", 6, kill_both},
	[TALLY_LANE_CUT] = {"lane-cut", 6, cut_lane},
	[TALLY_LINK_CUT] = {"link-cut", 9, cut_link},
	[TALLY_FLIPPED] = {"flipped", 6, flip},
	[TALLY_SHORTENED] = {"shortened", 4, shorten},
	[TALLY_SWALLOWED] = {"swallowed", 4, swallow},
	[TALLY_HOST_FULL] = {"host-full", 6, fill_host},
	[TALLY_COMMIT_KILLED] = {"in-commit", 0, NULL}, /* life_notice_death() */
};

void
life_notice_death(struct life *life)
{
	if (!atomic_exchange(&life->host.has_died, false))
		return;
	life->tally->counts[TALLY_COMMIT_KILLED]++;
	kill_host(life);
}

static unsigned
choose_fault(struct life *life)
{
	unsigned at, i;
	unsigned total = 0;

	for (i = 0; i < TALLY_FAULTS; i++)
		total += faults[i].weight;
	at = (unsigned)dice_below(&life->dice, total);
	for (i = 0; at >= faults[i].weight; i++)
		at -= faults[i].weight;
	return i;
}

/* Some way into what is to come; false when the source ended before that. */
static bool
reach_a_point(struct life *life)
{
	uint64_t bytes = life->relay.up_bytes + 1 +
		dice_below(&life->dice, life->leg_missing / 2 + (96 << 10));
	bool by_time = dice_percent(&life->dice, 25);
	double until = relay_now() +
		(double)dice_below(&life->dice, 800) / 1000;

	while (by_time ? relay_now() < until
		       : life->relay.up_bytes < bytes &&
			       relay_now() < until + 10) {
		if (life_go_on(life))
			return false;
		life_notice_death(life);
	}
	return true;
}

void
life_suffer(struct life *life)
{
	unsigned kind = choose_fault(life);
	size_t used = strlen(life->fault_log);

	if (!reach_a_point(life))
		return;
	snprintf(life->fault_log + used, sizeof life->fault_log - used, " %s",
		faults[kind].name);
	if (faults[kind].strike(life))
		life->tally->counts[kind]++;
}
