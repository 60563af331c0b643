#ifndef CONVERT_ASSESS_EXAMINE_H
#define CONVERT_ASSESS_EXAMINE_H

#include <jansson.h>

#include "convert/assess/catalogue.h"
#include "convert/assess/files.h"
#include "convert/assess/finding.h"
#include "convert/assess/packages.h"

/* What rules look at, and where they put what they see. */
struct examination {
	const struct files *files;
	const struct packages *packages;
	const json_t *inventory; /* inventory.json; NULL when there is none */
	const json_t *host;	 /* its processor: "vendor", "flags"; or NULL */
	const json_t *guest;	 /* guest.json; NULL when there is no guest */
	const char *today;	 /* "2026-01-31" */
	struct findings *findings;
};

/* Apply every rule of the catalogue that is found by looking. */
void examine(struct examination *examination);

/* One rule alone. */
void examine_rule(struct examination *examination, const struct rule *rule);

/* Note a rule's finding, with what unrack does by itself. */
void examine_note(struct examination *examination, const struct rule *rule,
	const char *where, unsigned line, const char *what);

/* The same, surer or less sure than the rule is in general. */
void examine_note_as(struct examination *examination, const struct rule *rule,
	enum confidence confidence, const char *where, unsigned line,
	const char *what);

/*
 * Note another machine that a line of the guest's names, as "host", "host:port",
 * "[address]:port" or "scheme://host/..."; `kind` as findings_add_dependency() has it.
 * This machine itself and what is no name of a host are passed over: false.
 */
bool examine_depend(const struct examination *examination, const char *kind,
	const char *host, const char *path, unsigned line);

/* Go through a text line by line, each cut at EXAMINE_LINE bytes; false at the end. */
enum { EXAMINE_LINE = 1024 };
struct line {
	const char *next; /* begin with the text */
	unsigned number;
	char text[EXAMINE_LINE]; /* without blanks at its ends */
};
bool line_next(struct line *line);

/* Empty, or does it begin with "#", ";", "//", "--" or "!"? */
bool line_is_comment(const struct line *line);

#endif
