#ifndef CONVERT_ASSESS_FINDING_H
#define CONVERT_ASSESS_FINDING_H

#include <jansson.h>
#include <stdbool.h>

#include "convert/assess/catalogue.h"

struct error;
struct findings;
struct waivers;

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
 * (NULL: nothing).  A rule has one finding, with all its evidence, each once, as
 * far as it does not become too much; the first text of `done` counts.  Secrets in `what` are masked.  Anything that is wrong
 * with the arguments is a bug; a lack of memory is remembered for
 * findings_to_json().
 */
void finding_add(struct findings *findings, const char *rule, const char *where,
	unsigned line, const char *what, const char *done);

/* The same with a confidence of its own; of several, the surest counts. */
void finding_add_as(struct findings *findings, const char *rule,
	enum confidence confidence, const char *where, unsigned line,
	const char *what, const char *done);

/*
 * Forget what was seen at `where`, as it did not come about; a finding without
 * any evidence goes.
 */
void finding_take_back(struct findings *findings, const char *rule,
	const char *where);

/*
 * What was to be done at `where` did not come about.  A finding about nothing
 * else says so; of one about more, this evidence goes.
 */
void findings_undo(struct findings *findings, const char *where);

/*
 * Another machine that this one needs: kind as "nfs", "smb", "iscsi", "database",
 * "http", "ldap", "ntp", "dns", "smtp", "syslog", "backup", "monitoring" or "other"; port 0
 * when it is not known; `where` as "/etc/fstab:7".
 */
void findings_add_dependency(struct findings *findings, const char *kind,
	const char *host, unsigned port, const char *where);

/* A program of the guest that waits for others; protocol "tcp" or "udp". */
void findings_add_listener(struct findings *findings, const char *program,
	const char *protocol, unsigned port, const char *where);
bool findings_have_listener(const struct findings *findings,
	const char *program);

/*
 * What could not be looked at, and why.  A grave one leaves little of the
 * assessment to rely on.
 */
void findings_add_limit(struct findings *findings, bool is_grave,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/* What is known about the machine's size; takes the object. */
void findings_set_size(struct findings *findings, json_t *size);

/*
 * Mark what the waivers accept.  Those that have ended by `today` ("2026-01-31") become
 * a finding themselves.
 */
void findings_waive(struct findings *findings, const struct waivers *waivers,
	const char *machine, const char *today);

enum tier {
	TIER_READY,
	TIER_READY_WITH_CHANGES, /* unrack makes them */
	TIER_NEEDS_DECISIONS,
	TIER_NOT_READY
};

/* By the findings that are not waived. */
enum tier findings_tier(const struct findings *findings);

/* "ready", "ready-with-changes", "needs-decisions", "not-ready" */
const char *tier_name(enum tier tier);

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
