/*
 * How long the bulk copy will take, before it begins.  probe.c measures what
 * this reckons with.
 */
#include "convert/capture/estimate.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/progress.h"

/* Where the limit made the copy this much slower, it is what limits. */
static const double rate_shows = 1.05;

/* Of the disks that were measured, bytes a second. */
static double
usual_speed(const struct estimate_disk *disks, size_t count)
{
	double bytes = 0, seconds = 0;

	for (size_t i = 0; i < count; i++)
		if (disks[i].speed > 0) {
			bytes += (double)disks[i].missing_bytes;
			seconds += (double)disks[i].missing_bytes /
				disks[i].speed;
		}
	return seconds > 0 ? bytes / seconds : 0;
}

/* The first limit that most of the time is spent on, or NULL. */
static const char *
usual_limit(const struct estimate_disk *disks, size_t count)
{
	const struct estimate_disk *largest = NULL;

	for (size_t i = 0; i < count; i++)
		if (disks[i].speed > 0 && (largest == NULL ||
				(double)disks[i].missing_bytes / disks[i].speed >
				(double)largest->missing_bytes / largest->speed))
			largest = &disks[i];
	return largest == NULL ? NULL : largest->limit;
}

void
estimate_join(struct estimate_facts *facts, const struct estimate_disk *disks,
	size_t count, unsigned at_once)
{
	double speed = usual_speed(disks, count), bytes = 0, all = 0;
	double longest = 0, shared = 0, seconds;

	for (size_t i = 0; i < count; i++) {
		double missing = (double)disks[i].missing_bytes;
		bool is_known = disks[i].speed > 0;
		double one = speed <= 0
			? 0
			: missing / (is_known ? disks[i].speed : speed);

		bytes += missing;
		all += one;
		longest = one > longest ? one : longest;
		shared += one * (is_known ? disks[i].shared : 1);
	}
	facts->missing_bytes += (uint64_t)bytes;
	if (bytes <= 0 || speed <= 0)
		return;
	seconds = all / at_once > longest ? all / at_once : longest;
	facts->limit = usual_limit(disks, count);
	if (shared > seconds) {
		seconds = shared;
		if (strcmp(facts->limit, "disk") == 0)
			facts->limit = "wire";
	}
	facts->speed = bytes / seconds;
}

void
estimate_make(struct estimate *estimate_out,
	const struct estimate_facts *facts, unsigned minute)
{
	double bytes = (double)facts->missing_bytes * facts->ratio;
	double limit = (double)rate_at(&facts->rate, minute), alone;
	double speed = facts->speed * facts->ratio;

	*estimate_out = (struct estimate){.read_bytes = facts->missing_bytes,
		.wire_bytes = (uint64_t)bytes,
		.speed = facts->speed,
		.ratio = facts->ratio,
		.speed_limit = facts->speed > 0 ? facts->limit : NULL,
		.limit = "nothing"};
	if (speed <= 0)
		speed = limit; /* too slow a one to measure more than it */
	if (bytes <= 0 || speed <= 0)
		return;
	alone = facts->speed > 0 ? bytes / speed : 0;
	estimate_out->seconds = rate_seconds(&facts->rate, minute, bytes,
		speed);
	estimate_out->limit = estimate_out->seconds > rate_shows * alone
		? "rate"
		: facts->limit;
}

json_t *
estimate_to_json(const struct estimate *estimate)
{
	double seconds = estimate->seconds;

	return json_pack("{s:I, s:I, s:f, s:f, s:s, s:I, s:{s:f, s:f, s:s?}}",
		"read_bytes",
		(json_int_t)estimate->read_bytes, "wire_bytes",
		(json_int_t)estimate->wire_bytes, "seconds", seconds,
		"minutes", seconds / 60, "limit", estimate->limit,
		"read_bytes_per_second", seconds > 0
			? (json_int_t)((double)estimate->read_bytes / seconds)
			: 0,
		"measured", "read_bytes_per_second", estimate->speed,
		"wire_ratio", estimate->ratio, "limit", estimate->speed_limit);
}

/* The names of limits, for people. */
static const struct {
	const char *limit, *words;
} limits[] = {
	{"disk", "the source's disk limits"},
	{"wire", "the wire limits"},
	{"processor", "the processor limits"},
	{"rate", "--rate limits"},
};

static const char *
words_of(const char *limit)
{
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		if (strcmp(limits[i].limit, limit) == 0)
			return limits[i].words;
	return "nothing limits";
}

static void
print_minutes(char text[32], double seconds)
{
	if (seconds < 90)
		snprintf(text, 32, "%.0f s", seconds);
	else if (seconds < 2 * 3600)
		snprintf(text, 32, "%.0f min", seconds / 60);
	else
		snprintf(text, 32, "%.1f h", seconds / 3600);
}

void
estimate_print(char text[ESTIMATE_TEXT_BYTES],
	const struct estimate *estimate)
{
	char read[16], wire[16], speed[16], time[32];
	double seconds = estimate->seconds;

	if (estimate->read_bytes == 0) {
		snprintf(text, ESTIMATE_TEXT_BYTES,
			"all that is in use is here already");
		return;
	}
	print_minutes(time, seconds);
	snprintf(text, ESTIMATE_TEXT_BYTES, "%s to read, about %s over the "
		"wire in %s; %s, at %s/s",
		progress_bytes(read, estimate->read_bytes),
		progress_bytes(wire, estimate->wire_bytes), time,
		words_of(estimate->limit),
		progress_bytes(speed, seconds > 0
			? (uint64_t)((double)estimate->read_bytes / seconds)
			: 0));
}

int
window_parse(struct window *window_out, const char *text, struct error *err)
{
	unsigned long minutes;
	char *end;

	*window_out = (struct window){0};
	if (strchr(text, ':') != NULL)
		return daytime_parse(&window_out->part, text, err);
	minutes = isdigit((unsigned char)text[0]) ? strtoul(text, &end, 10) : 0;
	if (minutes == 0 || *end != '\0' || minutes > 525600)
		return error_set(err, 0, "%s: neither minutes nor a part of "
			"the day such as 22:00-06:00", text);
	window_out->minutes = (unsigned)minutes;
	return 0;
}

int
window_check(const struct window *window, const struct estimate *estimate,
	double elapsed, unsigned minute, struct error *err)
{
	unsigned end = window->part.to + DAYTIME_MINUTES;
	double left = 60.0 * window->minutes - elapsed;
	char text[ESTIMATE_TEXT_BYTES];

	if (estimate->read_bytes == 0)
		return 0;
	if (window->minutes == 0)
		left = daytime_holds(&window->part, minute)
			? 60.0 * ((end - minute - 1) % DAYTIME_MINUTES + 1)
			: 0;
	if (estimate->seconds <= left)
		return 0;
	estimate_print(text, estimate);
	error_set(err, ETIME, "the copy does not fit the window, of which %.0f "
		"minutes are left: %s", left > 0 ? left / 60 : 0, text);
	return error_hint(err, "The copy was not begun.  Give a longer --window or a "
		"higher --rate, or remove what limits.");
}
