#ifndef CONVERT_ASSESS_SECRET_H
#define CONVERT_ASSESS_SECRET_H

/*
 * Replace what looks like a secret in a text (passwords behind their keys or in
 * URLs, private keys, hashes of passwords, tokens) by asterisks, in place.  Every text of
 * a guest that leaves in a report passes through here; it rather hides too much.
 */
void secret_mask(char *text);

/*
 * The same for a line of the file at `path`: of some files it is known where in
 * a line the secret stands, although no word says so.
 */
void secret_mask_line(char *text, const char *path);

/* The same for a path, which keeps its line number. */
void secret_mask_path(char *path);

/*
 * The same for a text of many lines of that file, each for itself; private keys go
 * whole.
 */
void secret_mask_lines(char *text, const char *path);

#endif
