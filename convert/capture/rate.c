/*
 * The operator's limit on the wire, as text and as a number for each minute of
 * the day.  serve/throttle.c keeps to it, estimate.c reckons with it.
 */
#include "convert/capture/rate.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"

static const struct {
	const char *name;
	double bytes;
} units[] = {
	{"", 1}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9},
	{"bit", 1.0 / 8}, {"kbit", 1e3 / 8}, {"Mbit", 1e6 / 8},
	{"Gbit", 1e9 / 8},
};

/* Slower than this, no frame would be across within the lane's patience. */
static const double rate_least = 4096, rate_most = 1e12;

static int
parse_amount(uint64_t *bytes_out, const char *text, struct error *err)
{
	double value, bytes = 0;
	char *end;

	*bytes_out = 0;
	if (strcmp(text, "unlimited") == 0)
		return 0;
	value = isdigit((unsigned char)text[0]) ? strtod(text, &end) : 0;
	for (size_t i = 0; value > 0 && i < sizeof units / sizeof *units; i++)
		if (strcasecmp(end, units[i].name) == 0)
			bytes = value * units[i].bytes;
	if (bytes >= rate_least && bytes <= rate_most) {
		*bytes_out = (uint64_t)bytes;
		return 0;
	}
	error_set(err, 0, "%s: not a rate", text);
	return error_hint(err, "Such as 20M (bytes a second, at least 4096), "
		"100Mbit, unlimited, 20M@08:00-18:00,unlimited");
}

static int
parse_rule(struct rate_rule *rule, char *text, struct error *err)
{
	char *when = strchr(text, '@');

	rule->when = (struct daytime){0, DAYTIME_MINUTES};
	if (when != NULL) {
		*when++ = '\0';
		if (daytime_parse(&rule->when, when, err) == -1)
			return -1;
	}
	return parse_amount(&rule->bytes, text, err);
}

int
rate_parse(struct rate *rate_out, const char *text, struct error *err)
{
	char copy[RATE_TEXT_BYTES], *next = copy, *one;

	memset(rate_out, 0, sizeof *rate_out);
	if (strlen(text) >= sizeof copy)
		return error_set(err, 0, "the rate is longer than %d bytes",
			RATE_TEXT_BYTES - 1);
	strcpy(copy, text);
	while ((one = strsep(&next, ",")) != NULL) {
		if (rate_out->count == RATE_RULES)
			return error_set(err, 0, "%s: more than %d rates",
				text, RATE_RULES);
		if (parse_rule(&rate_out->rules[rate_out->count++], one, err) ==
			-1)
			return -1;
	}
	return 0;
}

uint64_t
rate_at(const struct rate *rate, unsigned minute)
{
	for (unsigned i = 0; i < rate->count; i++)
		if (daytime_holds(&rate->rules[i].when, minute))
			return rate->rules[i].bytes;
	return 0;
}

double
rate_seconds(const struct rate *rate, unsigned minute, double bytes,
	double speed)
{
	double seconds = 0, per_day = 0;

	for (unsigned day = 0, i = 0; i < 2 * DAYTIME_MINUTES; i++) {
		unsigned now = (minute + i) % DAYTIME_MINUTES;
		double limit = (double)rate_at(rate, now);
		double most = 60 * (limit > 0 && limit < speed ? limit : speed);

		if (i == DAYTIME_MINUTES) {
			/* All later days are like this one. */
			day = (unsigned)(bytes / per_day);
			bytes -= day * per_day;
			seconds += day * 86400.0;
		}
		if (bytes <= most)
			return seconds + 60 * bytes / most;
		bytes -= most;
		seconds += 60;
		per_day += most;
	}
	return seconds;
}
