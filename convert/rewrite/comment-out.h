#ifndef CONVERT_REWRITE_COMMENT_OUT_H
#define CONVERT_REWRITE_COMMENT_OUT_H

#include <stdbool.h>
#include <stddef.h>

struct changes;
struct error;
struct file;

/*
 * Plan that lines of a file become comments which the undo script finds again:
 * "#unrack:TAG# LINE".  Of a snapshot's file that is no text, or was not read
 * whole, nothing is planned.  Returns 1 when something was, 0, or -1 and *err.
 */
int comment_out(struct changes *changes, const struct file *file,
	bool (*is_wanted)(const char *line, size_t bytes), const char *tag,
	const char *reason, struct error *err);

/* The same for the lines that are this one. */
int comment_out_line(struct changes *changes, const struct file *file,
	const char *wanted, size_t wanted_bytes, const char *tag,
	const char *reason, struct error *err);

#endif
