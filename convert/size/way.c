/*
 * The recommendation how to move a machine, as a table: the first rule whose
 * test holds decides.
 *
 *   rebuild   the assessment's tier is not-ready: it cannot move as it is
 *   carry     the link carries less than 1.6 MB/s (12.8 Mbit/s) and the copy
 *             takes more than ten minutes, or it takes more than two days
 *   precopy   the copy takes more than four hours: nobody waits so long
 *   offline   else
 */
#include "convert/size/way.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/progress.h"

static const double slow_link = 1.6e6, short_copy = 600, long_copy = 4 * 3600.0,
		    endless_copy = 48 * 3600.0;

/* What a gigabit carries, for those who could not measure yet. */
static const double usual_link = 100e6;

static const char *
time_words(char text[24], double seconds)
{
	if (seconds < 90)
		snprintf(text, 24, "%.0f s", seconds);
	else if (seconds < 2 * 3600)
		snprintf(text, 24, "%.0f min", seconds / 60);
	else if (seconds < 72 * 3600)
		snprintf(text, 24, "%.1f h", seconds / 3600);
	else
		snprintf(text, 24, "%.0f days", seconds / 86400);
	return text;
}

/* "1.7 GB are in use, and the link carries 11.8 MB/s: the copy takes 2 min" */
static void
tell_copy(char *text, size_t room, const struct way_facts *facts)
{
	char used[16], link[16], time[24];

	snprintf(text, room, "%s are in use, and %s/s came over the wire: "
		"the copy takes %s", progress_bytes(used, facts->used_bytes),
		progress_bytes(link, (uint64_t)facts->wire_bytes_per_second),
		time_words(time, facts->copy_seconds));
}

static bool
is_stuck(const struct way_facts *facts)
{
	return facts->tier != NULL && strcmp(facts->tier, "not-ready") == 0;
}

static bool
is_unmeasured(const struct way_facts *facts)
{
	return facts->copy_seconds <= 0;
}

static bool
is_too_slow(const struct way_facts *facts)
{
	return facts->copy_seconds > endless_copy ||
		(facts->copy_seconds > short_copy &&
			facts->wire_bytes_per_second < slow_link);
}

static bool
is_long(const struct way_facts *facts)
{
	return facts->copy_seconds > long_copy;
}

static bool
is_anything(const struct way_facts *facts)
{
	(void)facts;
	return true;
}

static void
tell_stuck(char *text, size_t room, const struct way_facts *facts)
{
	(void)facts;
	snprintf(text, room, "What stands in the way is not solved by moving "
		"it; see the blockers.");
}

static void
tell_unmeasured(char *text, size_t room, const struct way_facts *facts)
{
	char used[16], time[24];

	snprintf(text, room, "The link was not measured. %s are in use; at 100 "
		"MB/s the copy takes %s.",
		progress_bytes(used, facts->used_bytes),
		time_words(time, (double)facts->used_bytes / usual_link));
}

static void
tell_too_slow(char *text, size_t room, const struct way_facts *facts)
{
	char copy[160];

	tell_copy(copy, sizeof copy, facts);
	snprintf(text, room, "%s. Copy the disks to one that is carried here.",
		copy);
}

static void
tell_long(char *text, size_t room, const struct way_facts *facts)
{
	char copy[160];

	tell_copy(copy, sizeof copy, facts);
	snprintf(text, room, "%s. Copy while the server runs; standing still, "
		"only what changed is left.", copy);
}

static void
tell_offline(char *text, size_t room, const struct way_facts *facts)
{
	char copy[160];

	tell_copy(copy, sizeof copy, facts);
	snprintf(text, room, "%s.", copy);
}

static const struct {
	const char *mode;
	bool (*holds)(const struct way_facts *facts);
	void (*tell)(char *text, size_t room, const struct way_facts *facts);
} rules[] = {
	{"rebuild", is_stuck, tell_stuck},
	{"offline", is_unmeasured, tell_unmeasured},
	{"carry", is_too_slow, tell_too_slow},
	{"precopy", is_long, tell_long},
	{"offline", is_anything, tell_offline},
};

void
way_choose(struct way *way_out, const struct way_facts *facts)
{
	size_t i = 0;

	while (!rules[i].holds(facts))
		i++;
	way_out->mode = rules[i].mode;
	rules[i].tell(way_out->reason, sizeof way_out->reason, facts);
}
