/*
 * LVM's filters: "a" or "r", a delimiter, a regular expression, the delimiter.
 * Its expressions are POSIX extended ones without counts and references, which
 * would also cost a hostile amount of time.
 */
#include "convert/rewrite/lvm-filter.h"

#include <ctype.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

enum { EXPRESSION_BYTES = 256 };

static char
end_of(char delimiter)
{
	static const char pairs[] = "()[]{}<>";
	const char *at = strchr(pairs, delimiter);

	return at != NULL && *at != '\0' && (at - pairs) % 2 == 0 ? at[1]
								   : delimiter;
}

static bool
is_safe(const char *expression)
{
	for (const char *at = expression; *at != '\0'; at++) {
		if (*at == '{' || (*at == '\\' && isdigit((unsigned char)at[1])))
			return false;
	}
	return true;
}

/* 1: it fits, 0: it does not, -1: it is not understood. */
static int
fits(const char *pattern, const char *device)
{
	char expression[EXPRESSION_BYTES];
	const char *start = pattern + 2, *end;
	regex_t regex;
	int result;

	if ((*pattern != 'a' && *pattern != 'r') || pattern[1] == '\0')
		return -1;
	end = strrchr(start, end_of(pattern[1]));
	if (end == NULL || end - start >= EXPRESSION_BYTES)
		return -1;
	snprintf(expression, sizeof expression, "%.*s", (int)(end - start),
		start);
	if (!is_safe(expression) ||
		regcomp(&regex, expression, REG_EXTENDED | REG_NOSUB) != 0)
		return -1;
	result = regexec(&regex, device, 0, NULL, 0) == 0;
	regfree(&regex);
	return result;
}

bool
lvm_filter_passes(const char *const *patterns, size_t count,
	const char *device)
{
	for (size_t i = 0; i < count; i++) {
		int result = fits(patterns[i], device);

		if (result != 0)
			return result == 1 && *patterns[i] == 'a';
	}
	return true;
}
