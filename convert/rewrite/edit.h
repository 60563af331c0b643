#ifndef CONVERT_REWRITE_EDIT_H
#define CONVERT_REWRITE_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct error;
struct findings;
struct references;

/*
 * A copy of a text with some ranges replaced; every other byte stays as it is.
 * Begin with edit_open(), end with edit_close(), both always.  Running out of
 * memory is remembered for edit_close().
 */
struct edit {
	const char *text;
	size_t copied; /* of text */
	FILE *out;
	char *data;
	size_t bytes;
	bool changed;
};

void edit_open(struct edit *edit, const char *text);

/* Ranges come in ascending order and do not overlap. */
void edit_replace(struct edit *edit, size_t offset, size_t bytes,
	const char *replacement);

/* *text_out is the new text, owned by the caller, or NULL without changes. */
int edit_close(struct edit *edit, char **text_out, struct error *err);

/* What the rewriting of one file has at hand. */
struct rewrite {
	const char *path; /* for findings */
	struct references *references;
	struct findings *findings;
};

/*
 * The one form of all rewriters: text to text, *text_out owned by the caller
 * and NULL when nothing is to be changed.  What was seen goes to the findings.
 */
typedef int rewrite_function(char **text_out, const char *text,
	const struct rewrite *rewrite, struct error *err);

#endif
