#ifndef CONVERT_REPORT_FRAME_H
#define CONVERT_REPORT_FRAME_H

#include <jansson.h>
#include <stdio.h>

struct word;

/*
 * What every page has: head, policy, style, the way past the head for keyboards,
 * and the script.  The policy allows this very style and script, pictures within
 * the page, and nothing else; so there are no style attributes anywhere.
 */
void frame_begin(FILE *out, const char *title);
void frame_end(FILE *out);

/* "<section ...><h2>": closed by frame_section_end(). */
void frame_section(FILE *out, const char *id, const char *title);
void frame_section_end(FILE *out);

/* A word with its mark before it. */
void frame_word(FILE *out, const struct word *word, const char *class);

/* A share of the whole, 0 to 1, as a bar that readers of screens skip. */
void frame_share(FILE *out, double share);

/* A row of a table of facts; nothing when there is no value. */
void frame_fact(FILE *out, const char *name, const char *value);

/* How a column shows the member `key` of each object in a list. */
enum frame_cell { FRAME_TEXT, FRAME_HEADING, FRAME_NUMBER, FRAME_CODE };
struct frame_column {
	const char *title, *key;
	enum frame_cell cell;
};

/* A heading and a table, a row for each object; the columns end with one without title. */
void frame_table(FILE *out, const char *title,
	const struct frame_column *columns, const json_t *list);

extern const char frame_style[], frame_script[];

#endif
