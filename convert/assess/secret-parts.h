#ifndef CONVERT_ASSESS_SECRET_PARTS_H
#define CONVERT_ASSESS_SECRET_PARTS_H

#include <stdbool.h>

/*
 * Kinds of secrets, one file each, for secret.c alone.  All work in place on one
 * line and never make it longer.
 */

/* Asterisks for [from, to), at most 8, so that its length is hidden; their end. */
char *secret_hide(char *from, char *to);

/* Is c part of a word such as "DB_PASS" or "api-key"? */
bool secret_is_word(char c);

/* "password=...", "rocommunity ...", <property name="password" value="..."/> */
void secret_hide_keyed(char *line);

/* The same in a path: only what stands behind "=". */
void secret_hide_assigned(char *path);

/* Programs, directives and functions that are called with a secret. */
void secret_hide_called(char *line);

/* By the place in a line of a file of this format. */
void secret_hide_placed(char *line, const char *path);

/* Hashes, keys, tokens, "user:password@host". */
void secret_hide_shaped(char *text);

#endif
