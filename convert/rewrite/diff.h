#ifndef CONVERT_REWRITE_DIFF_H
#define CONVERT_REWRITE_DIFF_H

struct error;

/*
 * The unified diff of two texts, as patch(1) takes it; either may be "" for a
 * file that is not there.  The caller frees *diff_out.
 */
int diff_unified(char **diff_out, const char *path, const char *before,
	const char *after, struct error *err);

#endif
