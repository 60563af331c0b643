#ifndef CONVERT_REWRITE_MDADM_H
#define CONVERT_REWRITE_MDADM_H

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

#endif
