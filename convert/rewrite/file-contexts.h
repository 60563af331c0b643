#ifndef CONVERT_REWRITE_FILE_CONTEXTS_H
#define CONVERT_REWRITE_FILE_CONTEXTS_H

#include <sys/types.h>

struct error;

/* What a guest's file_contexts, and the files beside it, assign to paths. */
struct file_contexts;

/* The files, in the order in which libselinux reads the first three. */
enum file_contexts_text {
	FILE_CONTEXTS_MAIN,
	FILE_CONTEXTS_HOMEDIRS,
	FILE_CONTEXTS_LOCAL,
	FILE_CONTEXTS_SUBS,
	FILE_CONTEXTS_SUBS_DIST,
	FILE_CONTEXTS_TEXTS
};

/* Longer labels are none that we would write; with the NUL. */
enum { FILE_CONTEXTS_LABEL_BYTES = 256 };

/*
 * Read the texts, which are copied; NULL for a file that is not there.  Fails
 * where libselinux would take none of them, and without a line.
 */
int file_contexts_new(struct file_contexts **contexts_out,
	const char *const texts[FILE_CONTEXTS_TEXTS], struct error *err);

/* Does nothing to NULL. */
void file_contexts_free(struct file_contexts *contexts);

static inline void
file_contexts_freep(struct file_contexts **contexts)
{
	file_contexts_free(*contexts);
}

/*
 * The label of a path without needless slashes, by its file type; "" when it is
 * to have none.  The same that libselinux finds, but the work is bounded, for
 * each pattern and for all calls together: beyond that it fails, as with a
 * pattern that is none.
 */
int file_contexts_find(struct file_contexts *contexts, const char *path,
	mode_t mode, char label_out[FILE_CONTEXTS_LABEL_BYTES],
	struct error *err);

#endif
