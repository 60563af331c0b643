/*
 * LVM's filters: "a" or "r", a delimiter, a regular expression, the delimiter.
 * Its expressions are POSIX extended ones without counts and references, which
 * would also cost a hostile amount of time.  So does "+": the C library compiles
 * what is before it twice, and "((a+)+)+" eight times.
 */
#include "convert/rewrite/lvm-filter.h"

#include <ctype.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"

/* At COMPILED_BYTES, counted as above, compiling takes some 20 ms. */
enum { EXPRESSION_BYTES = 256, COMPILED_BYTES = 512 };

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
	size_t bytes = strlen(expression);

	for (const char *at = expression; *at != '\0'; at++) {
		if (*at == '{' || (*at == '\\' && isdigit((unsigned char)at[1])))
			return false;
		bytes *= *at == '+' ? 2 : 1;
		if (bytes > COMPILED_BYTES)
			return false;
	}
	return true;
}

/* The expression of a pattern; -1: it is not understood. */
static int
compile(regex_t *regex_out, const char *pattern)
{
	char expression[EXPRESSION_BYTES];
	const char *start = pattern + 2, *end;

	if ((*pattern != 'a' && *pattern != 'r') || pattern[1] == '\0')
		return -1;
	end = strrchr(start, end_of(pattern[1]));
	if (end == NULL || end - start >= EXPRESSION_BYTES)
		return -1;
	snprintf(expression, sizeof expression, "%.*s", (int)(end - start),
		start);
	if (!is_safe(expression))
		return -1;
	return regcomp(regex_out, expression, REG_EXTENDED | REG_NOSUB) == 0
		? 0
		: -1;
}

/* Decide about those that the pattern fits; false when one does not pass. */
static bool
decide(const char *pattern, const char (*devices)[LVM_NAME_BYTES], size_t count,
	bool *is_decided)
{
	regex_t regex;
	bool passes = true;

	if (compile(&regex, pattern) == -1)
		return memchr(is_decided, false, count) == NULL;
	for (size_t i = 0; i < count && passes; i++) {
		if (is_decided[i] ||
			regexec(&regex, devices[i], 0, NULL, 0) != 0)
			continue;
		is_decided[i] = true;
		passes = *pattern == 'a';
	}
	regfree(&regex);
	return passes;
}

bool
lvm_filter_passes(const char *const *patterns, size_t pattern_count,
	const char (*devices)[LVM_NAME_BYTES], size_t device_count)
{
	AUTO(freep) bool *is_decided =
		calloc(device_count + 1, sizeof *is_decided);

	for (size_t i = 0; is_decided != NULL && i < pattern_count; i++)
		if (!decide(patterns[i], devices, device_count, is_decided))
			return false;
	return is_decided != NULL;
}
