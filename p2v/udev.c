/*
 * What udev found out about a device, as its records in /run/udev/data have it;
 * disk.c and nic.c know which record is whose.
 */
#include "p2v/udev.h"

#include <string.h>

char *
udev_value(const char *record, const char *key)
{
	size_t bytes = strlen(key);

	for (const char *line = record; line != NULL && *line != '\0';) {
		const char *end = strchrnul(line, '\n');

		if (strncmp(line, "E:", 2) == 0 &&
			strncmp(line + 2, key, bytes) == 0 &&
			line[2 + bytes] == '=')
			return strndup(line + bytes + 3,
				(size_t)(end - line) - bytes - 3);
		line = *end == '\0' ? end : end + 1;
	}
	return NULL;
}
