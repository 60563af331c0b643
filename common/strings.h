#ifndef COMMON_STRINGS_H
#define COMMON_STRINGS_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* NULL-terminated lists of strings, as libguestfs returns them. */

static inline void
strings_freep(char ***strings)
{
	for (char **s = *strings; s != NULL && *s != NULL; s++)
		free(*s);
	free(*strings);
}

static inline bool
strings_hold(const char *const *strings, const char *wanted)
{
	for (; *strings != NULL; strings++) {
		if (strcmp(*strings, wanted) == 0)
			return true;
	}
	return false;
}

static inline bool
string_starts(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

static inline bool
string_ends(const char *text, const char *end)
{
	size_t n = strlen(text), tail = strlen(end);

	return n >= tail && strcmp(text + n - tail, end) == 0;
}

/* Is `wanted` one of the items of "a,b,c"? */
static inline bool
string_list_holds(const char *list, const char *wanted)
{
	size_t n = strlen(wanted);

	for (const char *at = list; at != NULL; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, wanted, n) == 0 &&
			(at[n] == ',' || at[n] == '\0'))
			return true;
	}
	return false;
}

/*
 * NULL for a text, else why it is none, for a person.  Of control characters a text
 * has few but those of its lines.
 */
static inline const char *
string_binary(const char *data, size_t bytes)
{
	size_t odd = 0;

	for (size_t i = 0; i < bytes; i++) {
		if (data[i] == '\0')
			return "it holds NUL bytes";
		odd += (unsigned char)data[i] < ' ' &&
			strchr("\t\n\v\f\r\033", data[i]) == NULL;
	}
	return odd > 2 && odd > bytes / 20 ? "it holds no text" : NULL;
}

/*
 * Is it an interface's name that the kernel takes (IFNAMSIZ), of letters, digits,
 * "_" and "-" only?  Then it is safe in a path, a rule and a table.
 */
static inline bool
string_is_interface(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

	return n > 0 && n < 16 && text[n] == '\0';
}

#endif
