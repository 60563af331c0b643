#ifndef CONVERT_REWRITE_CHANGE_H
#define CONVERT_REWRITE_CHANGE_H

#include <guestfs.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct findings;
struct guest;
struct guest_files;
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
 * `after` what it will be.  Nothing is written yet.  A further plan for the same
 * file begins with changes_text().  Fails when the texts, or the changes of all
 * kinds, become more than a system can have.
 */
int changes_plan(struct changes *changes, const char *path, const char *before,
	const char *after, const char *reason, struct error *err);

/* The same for a program of root's; one that is there keeps its mode. */
int changes_plan_program(struct changes *changes, const char *path,
	const char *before, const char *after, const char *reason,
	struct error *err);

/* The same for a new file of root's that may be no text. */
int changes_plan_file(struct changes *changes, const char *path,
	const void *data, size_t bytes, unsigned mode, const char *reason,
	struct error *err);

/*
 * Plan a symbolic link to `target`, in place of one to `before` (NULL: nothing
 * is there).
 */
int changes_plan_symlink(struct changes *changes, const char *path,
	const char *before, const char *target, const char *reason,
	struct error *err);

/* Plan to take such a link away. */
int changes_plan_unlink(struct changes *changes, const char *path,
	const char *target, const char *reason, struct error *err);

/* Plan another name in the same folder, which nothing has yet. */
int changes_plan_move(struct changes *changes, const char *from,
	const char *to, const char *reason, struct error *err);

/*
 * A service that does not start any more: by its name, what it is, why it is
 * disabled, and what a person should do.
 */
struct disabled_service {
	const char *name, *title, *why, *advice;
};
int changes_add_service(struct changes *changes,
	const struct disabled_service *service, struct error *err);

/*
 * What was planned of `path` disables the service added last.  When it cannot be
 * made, that is less grave than of others.
 */
int changes_mark_service(struct changes *changes, const char *path,
	struct error *err);

/* What was planned of `path` is left out first where room is lacking. */
void changes_mark_optional(struct changes *changes, const char *path);

/* What was planned last is made only together with what was planned before. */
void changes_join_last(struct changes *changes);

/*
 * Wish that a service ("multipathd") does not start in the VM, because of
 * `reason`, a sentence.  disable.c finds later what starts it, and plans it so that the
 * guest's administrator can bring it back; one that nothing starts is left.
 */
int changes_wish_disabled(struct changes *changes, const char *service,
	const char *reason, struct error *err);

/* The reason of such a wish; NULL: there is none. */
const char *changes_wish(const struct changes *changes, const char *service);

/* The text that a file will have by what is planned; NULL: nothing is. */
const char *changes_text(const struct changes *changes, const char *path);

/* Is a change of this file planned, and not left out, or noted? */
bool changes_have(const struct changes *changes, const char *path);

/*
 * Is there room for all that is planned, in each of the guest's file systems?
 * Asked when nothing more will be planned.  What one lacks is a finding, and so
 * is what is left out of the plan for that.
 */
int changes_check_room(struct changes *changes, const struct guest_files *files,
	const struct guest *guest, struct findings *findings, struct error *err);

/*
 * Write what was planned.  A file keeps its owner, mode, times, extended
 * attributes and label, and is replaced by a rename, so that it is there whole
 * at any time, unless there is room for one only; an immutable one stays
 * immutable.  Folders that are missing are made and noted.  What cannot be
 * written, because the file system fails or the guest is not what the plan took
 * it for, becomes a finding and leaves the record.
 */
void changes_apply(struct changes *changes, guestfs_h *g,
	struct findings *findings);

/* False when something that the VM may need was left out, or not written. */
bool changes_are_whole(const struct changes *changes);

/*
 * Make a folder of root's, unless it is there, and note it as `name`: as people
 * see it, where something is mounted for a while.
 */
int changes_make_folder(struct changes *changes, guestfs_h *g,
	const char *path, const char *name, const char *reason,
	struct error *err);

/* The same for every folder that `path` lies in, by their paths. */
int changes_make_folders(struct changes *changes, guestfs_h *g,
	const char *path, const char *reason, struct error *err);

/* Note a change that drivers-inject has made. */
int changes_note(struct changes *changes, const struct inject_change *change,
	struct error *err);

/*
 * Note that sectors of a disk, `bytes` long, were written from `at_bytes` on.  The record
 * keeps what was there, so that it can be put back.
 */
int changes_note_sectors(struct changes *changes, const char *disk,
	uint64_t at_bytes, const void *before, const void *after, size_t bytes,
	const char *reason, struct error *err);

/*
 * The next change from *index on whose file is now a text, borrowed; moves
 * *index behind it.  False at the end.
 */
bool changes_next_text(const struct changes *changes, size_t *index,
	const char **path_out, const char **text_out);

/* Is a file planned to be created, or expected to be, or was one? */
bool changes_have_created(const struct changes *changes);

/* Expect that files will be created which are noted only then. */
void changes_expect_created(struct changes *changes);

/*
 * The next file or folder that was created or is planned to be, from *index on,
 * borrowed; moves *index behind it.  False at the end.
 */
bool changes_next_created(const struct changes *changes, size_t *index,
	const char **path_out, bool *is_folder_out);

unsigned changes_count(const struct changes *changes);

/* Write index.json and the diffs to `folder`, which is emptied before. */
int changes_record(const struct changes *changes, const char *folder,
	struct error *err);

#endif
