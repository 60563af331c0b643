#ifndef CONVERT_REWRITE_COMMENT_OUT_H
#define CONVERT_REWRITE_COMMENT_OUT_H

#include <stdbool.h>
#include <stddef.h>

struct changes;
struct error;
struct file;

/* The tags of lines that are no service's. */
#define TAG_CONSOLE "console"
#define TAG_DISPLAY "x"
#define TAG_ABSENT "not-in-this-machine"

/* Before a line that becomes a comment. */
#define MARK(tag) "#unrack:" tag "# "

/* Behind a line that takes its place: the undo script removes it. */
#define MARK_NEW(tag) " #unrack:" tag "+"

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
