/* Files of sections and keys; who reads them: networkd.c, keyfile.c. */
#include "convert/assess/ini.h"

#include <stdio.h>
#include <string.h>

/* Copy without the blanks at both ends. */
static void
copy(char *to, size_t room, const char *from, size_t bytes)
{
	while (bytes > 0 && strchr(" \t\r", from[bytes - 1]) != NULL)
		bytes--;
	while (bytes > 0 && (*from == ' ' || *from == '\t')) {
		from++;
		bytes--;
	}
	if (bytes >= room)
		bytes = room - 1;
	memcpy(to, from, bytes);
	to[bytes] = '\0';
}

bool
ini_next(struct ini *ini)
{
	while (*ini->next != '\0') {
		const char *line = ini->next + strspn(ini->next, " \t");
		size_t bytes = strcspn(line, "\n");
		const char *equals = memchr(line, '=', bytes);

		ini->next = line + bytes + (line[bytes] == '\n');
		if (*line == '[') {
			size_t n = strcspn(line + 1, "]\n");

			copy(ini->section, sizeof ini->section, line + 1, n);
		} else if (equals != NULL && *line != '#' && *line != ';') {
			copy(ini->key, sizeof ini->key, line,
				(size_t)(equals - line));
			copy(ini->value, sizeof ini->value, equals + 1,
				(size_t)(line + bytes - equals - 1));
			return true;
		}
	}
	return false;
}

bool
ini_is(const struct ini *ini, const char *section, const char *key)
{
	return strcmp(ini->section, section) == 0 &&
		strcmp(ini->key, key) == 0;
}
