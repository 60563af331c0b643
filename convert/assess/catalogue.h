#ifndef CONVERT_ASSESS_CATALOGUE_H
#define CONVERT_ASSESS_CATALOGUE_H

#include <stddef.h>

enum severity { SEVERITY_BLOCKER, SEVERITY_WARNING, SEVERITY_INFORMATION };

/* What unrack knows about one kind of problem. */
struct rule {
	const char *id; /* stable: people filter by it */
	const char *title;
	enum severity severity;
	const char *why;    /* why it matters */
	const char *action; /* what a person does about it, if unrack did not */
};

/* NULL when there is no such rule. */
const struct rule *catalogue_rule(const char *id);

/* All rules, ordered by id. */
const struct rule *catalogue_rules(size_t *count_out);

/* "blocker", "warning", "information". */
const char *severity_name(enum severity severity);

#endif
