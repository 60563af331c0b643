#ifndef CONVERT_ASSESS_FILES_H
#define CONVERT_ASSESS_FILES_H

#include <stdbool.h>
#include <stddef.h>

struct error;

/*
 * A snapshot of what rules look at: texts of the guest and names of files.  It
 * is bounded, because the guest may be hostile; what did not fit is counted.
 */
struct files;

enum {
	FILES_TEXT_LIMIT = 256 << 10,  /* of one file; the rest is cut off */
	FILES_TOTAL_LIMIT = 64 << 20,  /* of all texts */
	FILES_COUNT_LIMIT = 60000,
	FILES_PATH_LIMIT = 1024,
};

/* Absolute paths; sorted by path once files_settle() was called. */
struct file {
	char *path;
	char *text;    /* NUL-terminated; NULL: only the name is known */
	size_t bytes;  /* of the text */
	char *target;  /* of a symbolic link, as it stands there; else NULL */
	bool is_cut;   /* it was longer */
};

struct files *files_new(void);
void files_free(struct files *files);

static inline void
files_freep(struct files **files)
{
	files_free(*files);
}

/*
 * Add a file.  `data` (NULL: only the name) is copied; what holds NUL bytes is
 * no text and kept by name, but a certificate in DER, which becomes one in PEM.  A path that is too long, relative or holds ".." is
 * refused, and so is everything beyond the limits: false.
 */
bool files_add(struct files *files, const char *path, const char *data,
	size_t bytes);
bool files_add_link(struct files *files, const char *path, const char *target);

/* Of the file that was just added: it goes on beyond what was given. */
void files_mark_cut(struct files *files);

/* Sort; call it once after the last is added.  A path added twice counts once. */
void files_settle(struct files *files);

/* What was not kept whole: how many files were cut, how many left out. */
void files_losses(const struct files *files, size_t *cut_out,
	size_t *dropped_out);

/* By path, through symbolic links; NULL when it is not in the snapshot. */
const struct file *files_find(const struct files *files, const char *path);

/* What is at the path itself, be it a link; NULL when nothing is. */
const struct file *files_entry(const struct files *files, const char *path);

/* Its text, NULL when there is none. */
const char *files_text(const struct files *files, const char *path);

/*
 * The next whose path matches one of the shell patterns ("/etc/x.? /opt/?",
 * a star matches "/" too), from *index on, which begins with 0 and is moved behind
 * it.  NULL at the end.
 */
const struct file *files_match(const struct files *files, const char *patterns,
	size_t *index);

/* Read a folder as if it were "/" (of tests); links are not followed. */
int files_read_folder(struct files *files, const char *folder,
	struct error *err);

/*
 * Read a tar archive whose names are below `prefix` ("/etc").  One that was cut
 * off at its end (`is_cut`) gives what is whole.
 */
int files_read_tar(struct files *files, const char *data, size_t bytes,
	bool is_cut, const char *prefix, struct error *err);

#endif
