#ifndef CONVERT_EMIT_ARGUMENTS_H
#define CONVERT_EMIT_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>

/* A program's arguments while they are gathered. */
struct arguments {
	char **items; /* NULL-terminated once there is one */
	size_t count, room;
	bool failed; /* out of memory somewhere; check once, at the end */
};

/* Append one argument. */
void arguments_add(struct arguments *arguments, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * `text` as a value within a QEMU option such as "type=1,serial=VALUE": commas
 * doubled, control characters left out.  The caller frees it; NULL: no memory.
 */
char *arguments_value(const char *text);

/* Release for AUTO. */
void arguments_free(struct arguments *arguments);

#endif
