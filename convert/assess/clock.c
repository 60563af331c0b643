/*
 * Whether the clock that the hardware keeps is in UTC or local time: hwclock's own
 * note, and what init scripts tell it, which wins.
 */
#include "convert/assess/clock.h"

#include <string.h>
#include <strings.h>

#include "convert/assess/shell.h"

/* A setting of the scripts, and how the values begin that mean local time. */
static const struct {
	const char *key, *local[3];
} settings[CLOCK_FILES][2] = {
	{{NULL, {NULL}}}, /* no shell's */
	{{"UTC", {"no", "false"}}},
	{{"UTC", {"no", "false"}}, {"HWCLOCK", {"-l", "--local"}}},
	{{"clock", {"local"}}},
	{{"CLOCK", {"local"}}},
};

const char *const clock_files[CLOCK_FILES] = {
	"/etc/adjtime",
	"/etc/default/rcS",	/* Debian until 6 */
	"/etc/sysconfig/clock", /* Red Hat until 5, SUSE */
	"/etc/conf.d/hwclock",	/* OpenRC */
	"/etc/conf.d/clock",
};

/* Its third line is UTC or LOCAL. */
static int
read_adjtime(const char *text)
{
	if (strstr(text, "\nLOCAL") != NULL)
		return 0;
	return strstr(text, "\nUTC") != NULL ? 1 : -1;
}

int
clock_is_utc(size_t index, const char *text)
{
	char value[32];

	if (index == 0)
		return read_adjtime(text);
	for (size_t i = 0; i < 2; i++) {
		const char *key = settings[index][i].key;

		if (key == NULL || !shell_value(text, key, value, sizeof value))
			continue;
		for (size_t k = 0; settings[index][i].local[k] != NULL; k++) {
			const char *local = settings[index][i].local[k];

			if (strncasecmp(value, local, strlen(local)) == 0)
				return 0;
		}
		return *value == '\0' ? -1 : 1;
	}
	return -1;
}
