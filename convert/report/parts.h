#ifndef CONVERT_REPORT_PARTS_H
#define CONVERT_REPORT_PARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct error;
struct machine;

/* What the stages left; an empty object for each file that is not there. */
struct parts {
	const char *machine; /* borrowed */
	const char *folder;  /* report/; owned */
	json_t *inventory, *guest, *layout, *findings, *changes, *session,
		*proof;
};

/* Fails when a file is there and cannot be read, or memory is out. */
int parts_read(struct parts *parts_out, const struct machine *machine,
	struct error *err);

void parts_release(struct parts *parts);

/* The verdict for people: "boots", ..., or "unproven" without a proof. */
const char *parts_verdict(const struct parts *parts);
const char *parts_reason(const struct parts *parts);

/* The tier of the assessment, or NULL when none was given. */
const char *parts_tier(const struct parts *parts);

/* Why an image could not be assessed; NULL when that is not what happened. */
const char *parts_failure(const struct parts *parts);

/* Was it converted, and not only assessed? */
bool parts_is_migrated(const struct parts *parts);

/* "legacy1: boots"; the caller frees it. */
char *parts_title(const struct parts *parts);

/* The name of its system, or why it is not known ("" without a reason). */
const char *parts_system(const struct parts *parts);

/* How it stands, in a sentence or two; the caller frees it. */
char *parts_lead(const struct parts *parts);

/* How many findings have this severity. */
size_t parts_count(const struct parts *parts, const char *severity);

/*
 * A blocker or a warning that asks something of a person, which unrack did not
 * do and nobody waived.
 */
bool parts_finding_is_open(const json_t *finding);

size_t parts_count_open(const struct parts *parts);

/* The sum of a member over session.json's disks. */
uint64_t parts_disk_sum(const struct parts *parts, const char *key);

/*
 * Why bytes of disks were not sent: members of session.json's
 * disks[].skipped, and words for them.  Ends with a NULL key.
 */
struct parts_reason {
	const char *key, *words;
};
extern const struct parts_reason parts_skipped[];

/* Seconds as JSON has them, real or integer; 0 when missing. */
double parts_seconds(const json_t *object, const char *key);

/* Of all stages. */
double parts_total_seconds(const struct parts *parts);

/* What a person should do next, most important first: a list of texts, owned
 * by the caller.  NULL when out of memory. */
json_t *parts_next_steps(const struct parts *parts);

#endif
