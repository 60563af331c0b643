#ifndef CONVERT_CAPTURE_ESTIMATE_H
#define CONVERT_CAPTURE_ESTIMATE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "common/daytime.h"
#include "convert/capture/rate.h"

struct error;

/* What is known before the bulk copy begins. */
struct estimate_facts {
	uint64_t missing_bytes; /* in use, and not here */
	double ratio; /* bytes on the wire for each byte read, so far */
	double speed; /* bytes read a second, all lanes at work; 0: unknown */
	const char *limit; /* of the speed: "disk", "wire" or "processor" */
	struct rate rate;
};

/* One disk's part of it, measured while no other was read. */
struct estimate_disk {
	uint64_t missing_bytes;
	double speed; /* bytes read a second; 0: as of the others */
	/* Of that time, what took the wire or the processors: 0 to 1. */
	double shared;
	const char *limit;
};

/*
 * Speed and limit of all disks, `at_once` at a time: what they share is taken in
 * turn, the rest of their time passes together.  Adds their missing bytes.
 */
void estimate_join(struct estimate_facts *facts,
	const struct estimate_disk *disks, size_t count, unsigned at_once);

struct estimate {
	uint64_t read_bytes, wire_bytes;
	double seconds;
	const char *limit; /* as above, or "rate", "nothing" */
	/* As measured, without the rate and whatever is missing. */
	double speed, ratio;
	const char *speed_limit; /* NULL: it was not measured */
};

/* Reckon from this minute of the day on. */
void estimate_make(struct estimate *estimate_out,
	const struct estimate_facts *facts, unsigned minute);

/* For session.json.  NULL when out of memory. */
json_t *estimate_to_json(const struct estimate *estimate);

/* A sentence for both sides. */
enum { ESTIMATE_TEXT_BYTES = 200 };
void estimate_print(char text[ESTIMATE_TEXT_BYTES],
	const struct estimate *estimate);

/*
 * When the copy may run: so many minutes from the session's start, or a part of
 * the day.
 */
struct window {
	unsigned minutes; /* 0: see `part` */
	struct daytime part;
};

/* "90" or "22:00-06:00" */
int window_parse(struct window *window_out, const char *text,
	struct error *err);

/*
 * Fails when the copy does not fit, `elapsed` seconds after the session's start
 * and at this minute of the day, with the numbers and a hint.
 */
int window_check(const struct window *window, const struct estimate *estimate,
	double elapsed, unsigned minute, struct error *err);

#endif
