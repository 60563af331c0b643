#ifndef CONVERT_REPORT_WORDS_H
#define CONVERT_REPORT_WORDS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A judgement as a person reads it.  The mark's shape says the same as its
 * colour, for those who do not see colours.
 */
struct word {
	const char *name;  /* in JSON: "needs-decisions" */
	const char *words; /* "Needs decisions" */
	const char *class; /* "good", "info", "warn" or "bad" */
};

/* Each returns its last or least entry when the name is not known. */
const struct word *word_tier(const char *name);
const struct word *word_verdict(const char *name);
const struct word *word_severity(const char *name);

/* The gravest first; ends with a NULL name. */
extern const struct word word_severities[], word_tiers[];

/* "12.3 s", "4 min 05 s", "2 h 10 min" */
enum { WORDS_DURATION_BYTES = 32 };
const char *words_duration(char text[WORDS_DURATION_BYTES], double seconds);

/* "1 blocker", "2 blockers" */
enum { WORDS_COUNT_BYTES = 48 };
const char *words_count(char text[WORDS_COUNT_BYTES], size_t count,
	const char *noun);

/* The same without the number, where that stands elsewhere. */
enum { WORDS_NOUN_BYTES = 24 };
const char *words_noun(char text[WORDS_NOUN_BYTES], size_t count,
	const char *noun);

/* A finding's waiver, or NULL when it has none. */
const json_t *words_waiver(const json_t *finding);

/* "file-systems" is "File systems"; the caller frees it. */
char *words_group(const char *group);

/* A list of texts as one, with ", " between; empty for anything else; the
 * caller frees it. */
char *words_join(const json_t *list);

#endif
