#ifndef COMMON_ERROR_H
#define COMMON_ERROR_H

#include <stddef.h>

/*
 * The one error convention: a function that can fail returns 0 or -1 (or a
 * pointer or NULL) and describes the failure in a struct error that its caller
 * provides, usually on main's stack.  Nothing here allocates.
 */
struct error {
	int code;	/* an errno value, or 0 when none fits */
	char text[512]; /* what happened and where, for a person */
	char hint[256]; /* what the person can do next; may be empty */
};

/*
 * Describe a failure where it was met.  A non-zero `code` appends its
 * strerror().  Clears an older hint.  Returns -1, so that a caller can write
 * `return error_set(...)`.  `err` may be NULL: then nothing is recorded.
 */
int error_set(struct error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Put what a caller knows in front of the text, then ": ".  Returns -1. */
int error_add(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Say what to do next, unless something deeper already did.  Returns -1. */
int error_hint(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Forget a failure that was dealt with. */
void error_clear(struct error *err);

#endif
