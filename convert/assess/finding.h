#ifndef CONVERT_ASSESS_FINDING_H
#define CONVERT_ASSESS_FINDING_H

#include <jansson.h>
#include <stdbool.h>

#include "convert/assess/catalogue.h"

struct error;
struct findings;

struct findings *findings_new(void);
void findings_free(struct findings *findings);

static inline void
findings_freep(struct findings **findings)
{
	findings_free(*findings);
}

/* What findings_to_json() made earlier, to add to it. */
int findings_read(struct findings **findings_out, const char *path,
	struct error *err);

/*
 * Note what a rule of the catalogue is about: `where` it was seen ("/etc/fstab"
 * and a line, 0 for none), `what` stood there, and what unrack does about it
 * (NULL: nothing).  A rule has one finding, with all its evidence, each once; the
 * first text of `done` counts.  Anything that is wrong with the arguments is a bug; a
 * lack of memory is remembered for findings_to_json().
 */
void finding_add(struct findings *findings, const char *rule, const char *where,
	unsigned line, const char *what, const char *done);

unsigned findings_count(const struct findings *findings,
	enum severity severity);
bool findings_have(const struct findings *findings, const char *rule);

/*
 * The whole findings.json, the gravest first; the caller owns the reference.
 * `applied` is false when only an assessment was asked for: then nothing has
 * been done.  NULL when memory ran out, here or earlier.
 */
json_t *findings_to_json(const struct findings *findings, const char *machine,
	bool applied);

#endif
