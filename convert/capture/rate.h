#ifndef CONVERT_CAPTURE_RATE_H
#define CONVERT_CAPTURE_RATE_H

#include <stddef.h>
#include <stdint.h>

#include "common/daytime.h"

struct error;

/*
 * How fast a capture may take from the wire.  As text: "20M" (bytes a second;
 * k, M, G), "100Mbit", "unlimited", each with "@08:00-18:00" or not, and several
 * of them with commas: the first whose time it is holds.  When it is none's
 * time, there is no limit.
 */
enum { RATE_RULES = 8, RATE_TEXT_BYTES = 256 };

struct rate_rule {
	uint64_t bytes; /* a second; 0: unlimited */
	struct daytime when;
};

struct rate {
	struct rate_rule rules[RATE_RULES];
	unsigned count; /* 0: unlimited at any time */
};

int rate_parse(struct rate *rate_out, const char *text, struct error *err);

/* Bytes a second in this minute of the day; 0: no limit. */
uint64_t rate_at(const struct rate *rate, unsigned minute);

/*
 * Seconds until `bytes` are across, when the limits are those of the rate from
 * `minute` on and the wire itself carries `speed` bytes a second.
 */
double rate_seconds(const struct rate *rate, unsigned minute, double bytes,
	double speed);

#endif
