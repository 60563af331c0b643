#ifndef CONVERT_REWRITE_CHANGE_H
#define CONVERT_REWRITE_CHANGE_H

#include <guestfs.h>
#include <stdbool.h>
#include <stddef.h>

struct error;
struct findings;
struct inject_change;
struct changes;

struct changes *changes_new(void);
void changes_free(struct changes *changes);

static inline void
changes_freep(struct changes **changes)
{
	changes_free(*changes);
}

/*
 * Plan a file of the guest: `before` is its text now (NULL: it is created) and
 * `after` what it will be.  Nothing is written yet.
 */
int changes_plan(struct changes *changes, const char *path, const char *before,
	const char *after, const char *reason, struct error *err);

/* Is a change of this file planned, or noted? */
bool changes_have(const struct changes *changes, const char *path);

/*
 * Write what was planned.  A file keeps its owner, mode, times, extended
 * attributes and label, and is replaced by a rename, so that it is there whole
 * at any time; an immutable one stays immutable.  What cannot be written becomes
 * a finding and leaves the record.
 */
void changes_apply(struct changes *changes, guestfs_h *g,
	struct findings *findings);

/* Note a change that drivers-inject has made. */
int changes_note(struct changes *changes, const struct inject_change *change,
	struct error *err);

/*
 * Note that the first sectors of a disk, `bytes` long, were written.  The record
 * keeps what was there, so that it can be put back.
 */
int changes_note_sectors(struct changes *changes, const char *disk,
	const void *before, const void *after, size_t bytes, const char *reason,
	struct error *err);

/*
 * The next change from *index on whose file is now a text, borrowed; moves
 * *index behind it.  False at the end.
 */
bool changes_next_text(const struct changes *changes, size_t *index,
	const char **path_out, const char **text_out);

unsigned changes_count(const struct changes *changes);

/* Write index.json and the diffs to `folder`, which is emptied before. */
int changes_record(const struct changes *changes, const char *folder,
	struct error *err);

#endif
