#ifndef CONVERT_EMIT_MARKUP_H
#define CONVERT_EMIT_MARKUP_H

#include <stdio.h>

/*
 * Print XML or HTML.  The format knows %s, %u, %ju and %%, nothing else; what
 * %s brings is escaped, so text from a guest or from firmware stays text
 * wherever it is put: in an element or in a quoted attribute.  Bytes that are
 * not UTF-8, and characters that XML forbids, become '?'.  Write errors are
 * left in `out` (ferror).
 */
void markup_print(FILE *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The escaping alone. */
void markup_text(FILE *out, const char *text);

#endif
