#ifndef CONVERT_ASSESS_INI_H
#define CONVERT_ASSESS_INI_H

#include <stdbool.h>

/*
 * A file of "[section]" and "key = value" lines, as NetworkManager, systemd and
 * ConnMan write them.  Begin with .next at the text and the rest zero.
 */
struct ini {
	const char *next;
	char section[64]; /* without brackets; empty before the first */
	char key[64], value[512];
};

/*
 * The next key; false at the end.  What is longer than its place is cut;
 * comments ("#", ";") and lines without "=" are passed over.
 */
bool ini_next(struct ini *ini);

/* Is it this key of this section? */
bool ini_is(const struct ini *ini, const char *section, const char *key);

#endif
