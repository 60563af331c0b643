/*
 * Writing to the guest what was planned, each change whole or not at all.
 */
#include "convert/rewrite/change-list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/assess/finding.h"
#include "drivers-inject/appliance.h"
#include "drivers-inject/guest.h"

static void
statns_freep(struct guestfs_statns **stat)
{
	if (*stat != NULL)
		guestfs_free_statns(*stat);
}

/* The file that `path` leads to inside the guest; NULL and *err on failure. */
static char *
real_path(guestfs_h *g, const char *path, struct error *err)
{
	char *real = guestfs_realpath(g, path);

	if (real == NULL)
		guest_error(err, g, "find %s", path);
	return real;
}

static int
keep_attributes(guestfs_h *g, const char *from, const char *to)
{
	const struct guestfs_copy_attributes_argv all = {
		.bitmask = GUESTFS_COPY_ATTRIBUTES_ALL_BITMASK,
		.all = 1,
	};
	AUTO(statns_freep) struct guestfs_statns *stat =
		guestfs_statns(g, from);

	if (stat == NULL || guestfs_copy_attributes_argv(g, from, to, &all) == -1)
		return -1;
	return guestfs_utimens(g, to, stat->st_atime_sec, stat->st_atime_nsec,
		stat->st_mtime_sec, stat->st_mtime_nsec);
}

static int
replace(guestfs_h *g, const char *path, const struct version *after,
	struct error *err)
{
	AUTO(freep) char *real = real_path(g, path, err);
	AUTO(freep) char *fresh = NULL;

	if (real == NULL)
		return -1;
	fresh = io_format("%s.unrack-new", real);
	if (fresh == NULL)
		return error_set(err, ENOMEM, "write %s", path);
	guestfs_rm_f(g, fresh); /* a link, or a fifo that blocks a writer */
	if (guestfs_write(g, fresh, after->text, after->bytes) == 0 &&
		keep_attributes(g, real, fresh) == 0 &&
		appliance_replace(g, fresh, real) == 0)
		return 0;
	guest_error(err, g, "write %s", path);
	guestfs_rm_f(g, fresh);
	return -1;
}

/* Nobody but this name sees what is written, and it may be written. */
static bool
may_replace_in_place(guestfs_h *g, const char *path)
{
	AUTO(statns_freep) struct guestfs_statns *stat =
		guestfs_statns(g, path);
	AUTO(freep) char *flags = guestfs_get_e2attrs(g, path);

	return stat != NULL && stat->st_nlink == 1 &&
		(flags == NULL || strpbrk(flags, "ia") == NULL);
}

static int
replace_in_place(guestfs_h *g, const struct change *change, struct error *err)
{
	AUTO(freep) char *real = real_path(g, change->path, err);
	struct guest_files files;

	if (real == NULL)
		return -1;
	if (!may_replace_in_place(g, real))
		return error_set(err, ENOSPC, "write %s", change->path);
	guest_libguestfs_open(&files, g);
	return guest_rewrite(&files, real, change->before.text,
		change->before.bytes, change->after.text, change->after.bytes,
		err);
}

/* A new file gets the label of its folder, as the guest's kernel would do. */
static void
inherit_label(guestfs_h *g, const char *path)
{
	AUTO(freep) char *folder = strdup(path);
	AUTO(freep) char *label = NULL;
	size_t bytes;

	if (folder == NULL)
		return;
	*strrchr(folder, '/') = '\0';
	label = guestfs_lgetxattr(g, *folder == '\0' ? "/" : folder,
		"security.selinux", &bytes);
	if (label != NULL)
		guestfs_lsetxattr(g, "security.selinux", label, (int)bytes,
			path);
}

/* Noted in the record before it is there. */
int
changes_make_folder(struct changes *changes, guestfs_h *g, const char *path,
	const char *name, const char *reason, struct error *err)
{
	const struct guestfs_is_dir_opts_argv follow = {
		.bitmask = GUESTFS_IS_DIR_OPTS_FOLLOWSYMLINKS_BITMASK,
		.followsymlinks = 1,
	};
	struct change *change;

	if (guestfs_is_dir_opts_argv(g, path, &follow) == 1)
		return 0;
	change = change_add(changes, name, CHANGE_FOLDER, reason, err);
	if (change == NULL)
		return -1;
	change->mode = 0755;
	if (guestfs_mkdir_mode(g, path, change->mode) == -1) {
		change_forget(&changes->list[--changes->count]);
		return guest_error(err, g, "create the folder %s", path);
	}
	inherit_label(g, path);
	return 0;
}

int
changes_make_folders(struct changes *changes, guestfs_h *g, const char *path,
	const char *reason, struct error *err)
{
	AUTO(freep) char *folder = strdup(path);

	if (folder == NULL)
		return error_set(err, ENOMEM, "create %s", path);
	for (char *slash = strchr(folder + 1, '/'); slash != NULL;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (changes_make_folder(changes, g, folder, folder, reason,
			    err) == -1)
			return -1;
		*slash = '/';
	}
	return 0;
}

static int
create(struct changes *changes, guestfs_h *g, const struct change *change,
	struct error *err)
{
	const struct version *after = &change->after;
	const char *path = change->path;

	if (changes_make_folders(changes, g, path, change->reason, err) == -1)
		return -1;
	if (guestfs_rm_f(g, path) == -1 || /* a link or fifo */
		guestfs_write(g, path, after->text == NULL ? after->data
							   : after->text,
			after->bytes) == -1 ||
		guestfs_chmod(g, change->mode, path) == -1)
		return guest_error(err, g, "create %s", path);
	inherit_label(g, path);
	return 0;
}

/* Is there nothing at `path`, not even a link? */
static bool
is_free(guestfs_h *g, const char *path)
{
	struct guestfs_statns *stat = guestfs_lstatns(g, path);
	bool is_there = stat != NULL;

	guestfs_free_statns(stat);
	return !is_there;
}

/* Is at `path` the link that the plan saw, or nothing if it saw nothing? */
static int
check_link(guestfs_h *g, const char *path, const struct version *before,
	struct error *err)
{
	AUTO(freep) char *target = NULL;

	if (!before->exists && is_free(g, path))
		return 0;
	if (before->exists)
		target = guestfs_readlink(g, path);
	if (target != NULL && strcmp(target, before->target) == 0)
		return 0;
	return error_set(err, EEXIST, "%s is not what it was", path);
}

static int
make_link(struct changes *changes, guestfs_h *g, const struct change *change,
	struct error *err)
{
	AUTO(freep) char *fresh = io_format("%s.unrack-new", change->path);

	if (fresh == NULL)
		return error_set(err, ENOMEM, "create %s", change->path);
	if (check_link(g, change->path, &change->before, err) == -1 ||
		changes_make_folders(changes, g, change->path, change->reason,
			err) == -1)
		return -1;
	guestfs_rm_f(g, fresh);
	if (guestfs_ln_s(g, change->after.target, fresh) == 0) {
		inherit_label(g, fresh);
		if (guestfs_rename(g, fresh, change->path) == 0)
			return 0;
	}
	guest_error(err, g, "link %s", change->path);
	guestfs_rm_f(g, fresh);
	return -1;
}

static int
move(guestfs_h *g, const char *from, const char *to, struct error *err)
{
	if (!is_free(g, to))
		return error_set(err, EEXIST, "%s is there already", to);
	return guestfs_rename(g, from, to) == -1
		? guest_error(err, g, "rename %s", from)
		: 0;
}

static int
take_away(guestfs_h *g, const struct change *change, struct error *err)
{
	if (check_link(g, change->path, &change->before, err) == -1)
		return -1;
	return guestfs_rm(g, change->path) == -1
		? guest_error(err, g, "remove %s", change->path)
		: 0;
}

static int
write_change(struct changes *changes, guestfs_h *g,
	const struct change *change, struct error *err)
{
	switch (change->kind) {
	case CHANGE_CREATED:
		return create(changes, g, change, err);
	case CHANGE_EDITED:
		return change->is_in_place
			? replace_in_place(g, change, err)
			: replace(g, change->path, &change->after, err);
	case CHANGE_LINKED:
		return make_link(changes, g, change, err);
	case CHANGE_MOVED:
		return move(g, change->path, change->after.target, err);
	case CHANGE_REMOVED:
		return take_away(g, change, err);
	case CHANGE_FOLDER:
	case CHANGE_APPENDED:
	case CHANGE_REPLACED:
	case CHANGE_SECTORS:
		break;
	}
	return 0; /* never planned: noted when it was done */
}

/* Room for one more, so that what was done can be kept; change_add() keeps it. */
static int
reserve(struct changes *changes, struct error *err)
{
	struct change *larger = realloc(changes->list,
		(changes->count + 1) * sizeof *larger);

	if (larger == NULL)
		return error_set(err, ENOMEM, "note a change");
	changes->list = larger;
	return 0;
}

static int
make(struct changes *changes, guestfs_h *g, const struct change *change,
	struct error *err)
{
	if (reserve(changes, err) == -1)
		return -1;
	return change->is_planned ? write_change(changes, g, change, err) : 0;
}

/* False when it was left out. */
static bool
apply(struct changes *changes, guestfs_h *g, struct change *change,
	bool last_was_made, struct findings *findings)
{
	struct error why = {.code = 0};

	if (change->lacks_room) { /* changes_check_room() has said so */
		change_forget(change);
		return false;
	}
	if (change->joins_last && !last_was_made) {
		error_set(&why, ECANCELED, "it goes with what was not written");
	} else if (make(changes, g, change, &why) == 0) {
		change->is_planned = false;
		changes->list[changes->count++] = *change;
		return true;
	}
	findings_undo(findings, change->path);
	finding_add(findings, change->service == NULL
			? "guest.file-not-written"
			: "operations.service-kept",
		change->path, 0, why.text, NULL);
	changes->is_partial |= change->service == NULL && !change->is_optional;
	change_forget(change);
	return false;
}

void
changes_apply(struct changes *changes, guestfs_h *g, struct findings *findings)
{
	AUTO(freep) struct change *planned = changes->list;
	size_t count = changes->count;
	bool is_made = true;

	changes->list = NULL;
	changes->count = 0;
	for (size_t i = 0; i < count; i++)
		is_made = apply(changes, g, &planned[i], is_made, findings);
}
