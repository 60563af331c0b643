#ifndef CONVERT_ASSESS_MDADM_CONF_H
#define CONVERT_ASSESS_MDADM_CONF_H

#include <stdbool.h>
#include <stddef.h>

/* A word of mdadm.conf, outside comments. */
struct mdadm_word {
	size_t offset, bytes;
	size_t keyword_offset; /* of the word that its line begins with */
	unsigned line;	       /* counts keywords: continued lines are one */
	unsigned number;       /* of the line in the file, from 1 */
};

/* The next word.  Begin with all zeros; false at the end. */
bool mdadm_next(const char *text, struct mdadm_word *word);

/*
 * Does the word's line begin with this keyword?  Three letters do for the
 * whole, in any case.
 */
bool mdadm_line_is(const char *text, const struct mdadm_word *word,
	const char *keyword);

/* "uuid=", in any case, and something behind it. */
bool mdadm_word_starts(const char *text, const struct mdadm_word *word,
	const char *start);

#endif
