/*
 * When to stop copying a disk that somebody writes to.  What a round finds
 * changed is what was written while the one before it ran; so rounds get
 * shorter as long as there is less and less to fetch, and no shorter than it
 * takes to compare everything.  precopy.c makes the rounds.
 */
#include "convert/capture/rounds.h"

#include <stdio.h>

#include "common/progress.h"

/* A round that finds this part of what the one before had no longer shrinks. */
static const double shrinking = 0.75;

static double
seconds_of(const struct round *round)
{
	return round->compare_seconds + round->fetch_seconds;
}

static double
per_second(double bytes, double seconds)
{
	return seconds > 0 ? bytes / seconds : 0;
}

static const struct round *
last_of(const struct rounds *rounds)
{
	return &rounds->list[rounds->count - 1];
}

/* What the first round fetched is its share; later ones find theirs. */
static uint64_t
share_of(const struct rounds *rounds, unsigned index)
{
	return index == 0 ? rounds->list[0].fetched_bytes
			  : rounds->list[index].changed_bytes;
}

/* Bytes that the source changes in a second. */
static double
writing(const struct rounds *rounds)
{
	if (rounds->count < 2)
		return 0;
	return per_second((double)last_of(rounds)->changed_bytes,
		seconds_of(&rounds->list[rounds->count - 2]));
}

/* Bytes that we fetch in a second, from the round that fetched most. */
static double
fetching(const struct rounds *rounds)
{
	const struct round *most = &rounds->list[0];

	for (unsigned i = 1; i < rounds->count; i++)
		if (rounds->list[i].fetched_bytes > most->fetched_bytes)
			most = &rounds->list[i];
	return per_second((double)most->fetched_bytes, most->fetch_seconds);
}

enum rounds_end
rounds_judge(const struct rounds *rounds, unsigned most)
{
	unsigned count = rounds->count;

	if (count >= 2 && share_of(rounds, count - 1) == 0)
		return ROUNDS_QUIET;
	if (count >= 2 && (double)share_of(rounds, count - 1) >
		shrinking * (double)share_of(rounds, count - 2))
		return writing(rounds) >= fetching(rounds) ? ROUNDS_OUTRUN
							   : ROUNDS_STEADY;
	return count >= most || count >= ROUNDS_LIMIT ? ROUNDS_ENOUGH
						      : ROUNDS_GO_ON;
}

void
rounds_forecast(struct rounds_forecast *forecast_out,
	const struct rounds *rounds)
{
	const struct round *last = last_of(rounds);
	double bytes = writing(rounds) * seconds_of(last);
	double most = (double)rounds->list[0].fetched_bytes, rate;

	/* The same blocks again: there are not more than all. */
	for (unsigned i = 1; i < rounds->count; i++)
		if ((double)rounds->list[i].changed_bytes > most)
			most = (double)rounds->list[i].changed_bytes;
	if (bytes > most)
		bytes = most;
	rate = fetching(rounds);
	forecast_out->bytes = (uint64_t)bytes;
	forecast_out->seconds = last->compare_seconds +
		(rate > 0 ? bytes / rate : 0);
}

void
rounds_print(char text[ROUNDS_TEXT_BYTES], const struct rounds *rounds)
{
	const struct round *last = last_of(rounds);
	char changed[16], fetched[16], wire[16], next[16];
	struct rounds_forecast forecast;

	progress_bytes(fetched, last->fetched_bytes);
	progress_bytes(wire, last->wire_bytes);
	if (rounds->count == 1) {
		snprintf(text, ROUNDS_TEXT_BYTES, "round 1: %s copied in "
			"%.0f s (%s over the wire)", fetched, seconds_of(last),
			wire);
		return;
	}
	rounds_forecast(&forecast, rounds);
	snprintf(text, ROUNDS_TEXT_BYTES, "round %u: %s changed meanwhile, %s "
		"copied in %.0f s (%s over the wire); another round, or the "
		"offline pass now: about %s, %.0f s", rounds->count,
		progress_bytes(changed, last->changed_bytes), fetched,
		seconds_of(last), wire, progress_bytes(next, forecast.bytes),
		forecast.seconds);
}

void
rounds_print_end(char text[ROUNDS_TEXT_BYTES], const struct rounds *rounds,
	enum rounds_end end)
{
	char changed[16], written[16], fetched[16];

	progress_bytes(changed, last_of(rounds)->changed_bytes);
	progress_bytes(written, (uint64_t)writing(rounds));
	progress_bytes(fetched, (uint64_t)fetching(rounds));
	switch (end) {
	case ROUNDS_QUIET:
		snprintf(text, ROUNDS_TEXT_BYTES, "nothing changed during the "
			"last round");
		break;
	case ROUNDS_STEADY:
		snprintf(text, ROUNDS_TEXT_BYTES, "further rounds would not "
			"shrink: %s changed during the last one", changed);
		break;
	case ROUNDS_OUTRUN:
		snprintf(text, ROUNDS_TEXT_BYTES, "further rounds would never "
			"catch up: the machine changes %s/s, and %s/s can be "
			"copied", written, fetched);
		break;
	default:
		snprintf(text, ROUNDS_TEXT_BYTES, "%u rounds were made, as "
			"asked for", rounds->count);
	}
}

static const char *const ends[] = {
	[ROUNDS_GO_ON] = "unfinished", [ROUNDS_QUIET] = "quiet",
	[ROUNDS_STEADY] = "steady", [ROUNDS_OUTRUN] = "outrun",
	[ROUNDS_ENOUGH] = "enough",
};

json_t *
rounds_to_json(const struct rounds *rounds, enum rounds_end end)
{
	json_t *list = json_array();
	struct rounds_forecast forecast;

	for (unsigned i = 0; i < rounds->count; i++) {
		const struct round *round = &rounds->list[i];

		json_array_append_new(list, json_pack(
			"{s:I, s:I, s:I, s:f, s:f}", "changed_bytes",
			(json_int_t)round->changed_bytes, "fetched_bytes",
			(json_int_t)round->fetched_bytes, "wire_bytes",
			(json_int_t)round->wire_bytes, "compare_seconds",
			round->compare_seconds, "fetch_seconds",
			round->fetch_seconds));
	}
	rounds_forecast(&forecast, rounds);
	return json_pack("{s:s, s:o, s:{s:I, s:f}}", "end", ends[end],
		"rounds", list, "forecast", "bytes",
		(json_int_t)forecast.bytes, "seconds", forecast.seconds);
}
