/* Parts of a day, for what may only happen at night.  capture/rate.c uses it. */
#include "common/daytime.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "common/error.h"

static bool
read_minute(unsigned *minute_out, unsigned hour, unsigned minute)
{
	*minute_out = hour * 60 + minute;
	return hour <= 24 && minute < 60 && *minute_out <= DAYTIME_MINUTES;
}

int
daytime_parse(struct daytime *daytime_out, const char *text,
	struct error *err)
{
	unsigned h1, m1, h2, m2;
	int used = 0;

	/* %n is not counted; an end that is missing leaves `used` at 0. */
	if (sscanf(text, "%2u:%2u-%2u:%2u%n", &h1, &m1, &h2, &m2, &used) == 4 &&
		text[used] == '\0' && read_minute(&daytime_out->from, h1, m1) &&
		read_minute(&daytime_out->to, h2, m2) &&
		daytime_out->from != daytime_out->to)
		return 0;
	return error_set(err, 0, "%s: not a part of the day such as "
		"08:00-18:00", text);
}

bool
daytime_holds(const struct daytime *daytime, unsigned minute)
{
	if (daytime->from < daytime->to)
		return minute >= daytime->from && minute < daytime->to;
	return minute >= daytime->from || minute < daytime->to;
}

unsigned
daytime_now(void)
{
	time_t now = time(NULL);
	struct tm local = {0};

	localtime_r(&now, &local);
	return (unsigned)local.tm_hour * 60 + (unsigned)local.tm_min;
}
