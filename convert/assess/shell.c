/* Files that shells read: assignments alone, and nothing is expanded. */
#include "convert/assess/shell.h"

#include <stdio.h>
#include <string.h>

bool
shell_value(const char *text, const char *key, char *value_out, size_t room)
{
	size_t n = strlen(key);

	while (*text != '\0') {
		const char *at = text + strspn(text, " \t");
		size_t bytes = strcspn(text, "\n");
		char stop[] = " \t\r\n";

		text += bytes + (text[bytes] == '\n');
		if (strncmp(at, key, n) != 0 || at[n] != '=')
			continue;
		at += n + 1;
		if (*at == '"' || *at == '\'') {
			char quoted[] = {*at++, '\n', '\0'};

			snprintf(value_out, room, "%.*s",
				(int)strcspn(at, quoted), at);
		} else {
			snprintf(value_out, room, "%.*s",
				(int)strcspn(at, stop), at);
		}
		return true;
	}
	return false;
}
