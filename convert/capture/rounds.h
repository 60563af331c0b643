#ifndef CONVERT_CAPTURE_ROUNDS_H
#define CONVERT_CAPTURE_ROUNDS_H

#include <jansson.h>
#include <stdint.h>

/*
 * The rounds of a pre-copy: the source runs meanwhile and writes to its disks,
 * so every round but the first compares what is here with what is there and
 * fetches what differs.
 */
enum { ROUNDS_LIMIT = 64, ROUNDS_DEFAULT = 10 };

struct round {
	uint64_t changed_bytes; /* here before, and not the same any more */
	uint64_t fetched_bytes; /* unpacked */
	uint64_t wire_bytes;
	double compare_seconds, fetch_seconds;
};

enum rounds_end {
	ROUNDS_GO_ON,
	ROUNDS_QUIET,	/* nothing changed */
	ROUNDS_STEADY,	/* not less than before, or hardly */
	ROUNDS_OUTRUN,	/* and the source writes faster than we can fetch */
	ROUNDS_ENOUGH	/* as many as were asked for */
};

struct rounds {
	struct round list[ROUNDS_LIMIT];
	unsigned count;
};

/* After each round: another one, or why not.  `most` is 1 to ROUNDS_LIMIT. */
enum rounds_end rounds_judge(const struct rounds *rounds, unsigned most);

/* What would be found different now, and how long getting it takes. */
struct rounds_forecast {
	uint64_t bytes;
	double seconds;
};
void rounds_forecast(struct rounds_forecast *forecast_out,
	const struct rounds *rounds);

/* Sentences for both sides: on the last round, and on why it was the last. */
enum { ROUNDS_TEXT_BYTES = 256 };
void rounds_print(char text[ROUNDS_TEXT_BYTES], const struct rounds *rounds);
void rounds_print_end(char text[ROUNDS_TEXT_BYTES],
	const struct rounds *rounds, enum rounds_end end);

/* For session.json.  NULL when out of memory. */
json_t *rounds_to_json(const struct rounds *rounds, enum rounds_end end);

#endif
