#ifndef CONVERT_STATE_JOURNAL_H
#define CONVERT_STATE_JOURNAL_H

#include <jansson.h>

struct error;
struct machine;

/*
 * journal.jsonl: who did what when.  Each line is a JSON object with "time",
 * "who", "event", the details, and "previous": the hash of the line before, so
 * that a removed, changed or moved line is found.  `details` is borrowed and may
 * be NULL.  Appends durably; safe from several processes.
 */
int journal_add(const struct machine *machine, const char *event,
	const json_t *details, struct error *err);

/* Check the chain.  EBADMSG names the first line that does not fit. */
int journal_check(const struct machine *machine, struct error *err);

#endif
