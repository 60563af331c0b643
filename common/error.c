/*
 * Failures as values.  The text is built on the caller's struct, so reporting
 * works when memory does not.  Read own.h next.
 */
#include "common/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void
append_reason(struct error *err, int code)
{
	size_t used = strlen(err->text);
	char reason[128];

	if (code == 0)
		return;
	snprintf(err->text + used, sizeof err->text - used, ": %s",
		strerror_r(code, reason, sizeof reason));
}

int
error_set(struct error *err, int code, const char *format, ...)
{
	va_list args;

	if (err == NULL)
		return -1;
	err->code = code;
	err->hint[0] = '\0';
	va_start(args, format);
	vsnprintf(err->text, sizeof err->text, format, args);
	va_end(args);
	append_reason(err, code);
	return -1;
}

int
error_add(struct error *err, const char *format, ...)
{
	char inner[sizeof err->text];
	size_t used;
	va_list args;

	if (err == NULL)
		return -1;
	memcpy(inner, err->text, sizeof inner);
	va_start(args, format);
	vsnprintf(err->text, sizeof err->text, format, args);
	va_end(args);
	used = strlen(err->text);
	snprintf(err->text + used, sizeof err->text - used, ": %s", inner);
	return -1;
}

int
error_hint(struct error *err, const char *format, ...)
{
	va_list args;

	if (err == NULL || err->hint[0] != '\0')
		return -1;
	va_start(args, format);
	vsnprintf(err->hint, sizeof err->hint, format, args);
	va_end(args);
	return -1;
}

void
error_clear(struct error *err)
{
	if (err != NULL)
		memset(err, 0, sizeof *err);
}
