#ifndef COMMON_DAYTIME_H
#define COMMON_DAYTIME_H

#include <stdbool.h>

struct error;

/*
 * A part of each day, in minutes since midnight by the local clock.  One that
 * ends before it begins goes over midnight.
 */
struct daytime {
	unsigned from, to;
};
enum { DAYTIME_MINUTES = 24 * 60 };

/* "08:00-18:00" */
int daytime_parse(struct daytime *daytime_out, const char *text,
	struct error *err);

/* `from` belongs to it, `to` does not. */
bool daytime_holds(const struct daytime *daytime, unsigned minute);

/* The minute of the day that it is now. */
unsigned daytime_now(void);

#endif
