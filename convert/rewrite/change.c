/*
 * Every change inside the guest passes through here, so that the record is
 * complete: first as a plan (which is what an assessment stops at), then
 * written, then recorded as report/changes/.  diff.c makes the diffs.
 */
#include "convert/rewrite/change.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/assess/secret.h"
#include "convert/rewrite/diff.h"
#include "drivers-inject/appliance.h"
#include "drivers-inject/inject.h"
#include "wire/hash.h"

/* A file before or after. */
struct version {
	char *text; /* NULL: not a text, or not kept */
	bool exists;
	size_t bytes;
	uint8_t hash[HASH_BYTES];
};

struct change {
	char *path, *reason;
	const char *kind;
	struct version before, after;
	char *sectors;	 /* what was there, before.bytes long; else NULL */
	bool is_planned; /* and not written yet */
};

struct changes {
	struct change *list;
	size_t count;
};

struct changes *
changes_new(void)
{
	return calloc(1, sizeof(struct changes));
}

static void
forget(struct change *change)
{
	free(change->path);
	free(change->reason);
	free(change->before.text);
	free(change->after.text);
	free(change->sectors);
}

void
changes_free(struct changes *changes)
{
	if (changes == NULL)
		return;
	for (size_t i = 0; i < changes->count; i++)
		forget(&changes->list[i]);
	free(changes->list);
	free(changes);
}

unsigned
changes_count(const struct changes *changes)
{
	return (unsigned)changes->count;
}

static struct change *
add(struct changes *changes, const char *path, const char *kind,
	const char *reason, struct error *err)
{
	struct change *larger = realloc(changes->list,
		(changes->count + 1) * sizeof *larger);
	struct change *change;

	if (larger != NULL) {
		changes->list = larger;
		change = &larger[changes->count++];
		*change = (struct change){.kind = kind};
		change->path = strdup(path);
		change->reason = strdup(reason);
		if (change->path != NULL && change->reason != NULL)
			return change;
	}
	error_set(err, ENOMEM, "note the change of %s", path);
	return NULL;
}

static int
set_text(struct version *version, const char *text, struct error *err)
{
	if (text == NULL)
		return 0;
	version->exists = true;
	version->bytes = strlen(text);
	version->text = strdup(text);
	if (version->text == NULL)
		return error_set(err, ENOMEM, "keep a text");
	return hash_block(text, version->bytes, version->hash, err);
}

int
changes_plan(struct changes *changes, const char *path, const char *before,
	const char *after, const char *reason, struct error *err)
{
	struct change *change = add(changes, path,
		before == NULL ? "created" : "edited", reason, err);

	if (change == NULL || set_text(&change->before, before, err) == -1 ||
		set_text(&change->after, after, err) == -1)
		return -1;
	change->is_planned = true;
	return 0;
}

bool
changes_have(const struct changes *changes, const char *path)
{
	for (size_t i = 0; i < changes->count; i++) {
		if (strcmp(changes->list[i].path, path) == 0)
			return true;
	}
	return false;
}

bool
changes_next_text(const struct changes *changes, size_t *index,
	const char **path_out, const char **text_out)
{
	while (*index < changes->count) {
		const struct change *change = &changes->list[(*index)++];

		if (change->after.text == NULL)
			continue;
		*path_out = change->path;
		*text_out = change->after.text;
		return true;
	}
	return false;
}

/* ---- writing ---- */

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
put_in_place(guestfs_h *g, const char *fresh, const char *real,
	const struct version *after)
{
	if (guestfs_write(g, fresh, after->text, after->bytes) == 0 &&
		keep_attributes(g, real, fresh) == 0 &&
		guestfs_rename(g, fresh, real) == 0)
		return 0;
	return -1;
}

static int
replace(guestfs_h *g, const char *path, const struct version *after,
	struct error *err)
{
	const struct guestfs_set_e2attrs_argv clear = {
		.bitmask = GUESTFS_SET_E2ATTRS_CLEAR_BITMASK,
		.clear = 1,
	};
	const struct guestfs_set_e2attrs_argv set = {.bitmask = 0};
	char lifted[3] = "";
	AUTO(freep) char *real = real_path(g, path, err);
	AUTO(freep) char *fresh = NULL;
	AUTO(freep) char *flags = NULL;
	int failed;

	if (real == NULL)
		return -1;
	fresh = io_format("%s.unrack-new", real);
	if (fresh == NULL)
		return error_set(err, ENOMEM, "write %s", path);
	guestfs_rm_f(g, fresh); /* a link, or a fifo that blocks a writer */
	failed = put_in_place(g, fresh, real, after);
	if (failed && guestfs_last_errno(g) == EPERM &&
		(flags = guestfs_get_e2attrs(g, real)) != NULL &&
		strpbrk(flags, "ia") != NULL &&
		guestfs_set_e2attrs_argv(g, real, "ia", &clear) == 0) {
		failed = put_in_place(g, fresh, real, after);
		strcat(lifted, strchr(flags, 'i') == NULL ? "" : "i");
		strcat(lifted, strchr(flags, 'a') == NULL ? "" : "a");
		guestfs_set_e2attrs_argv(g, real, lifted, &set);
	}
	if (failed) {
		guest_error(err, g, "write %s", path);
		guestfs_rm_f(g, fresh);
	}
	return failed;
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

static int
create(guestfs_h *g, const char *path, const struct version *after,
	struct error *err)
{
	AUTO(freep) char *folder = strdup(path);

	if (folder == NULL)
		return error_set(err, ENOMEM, "create %s", path);
	*strrchr(folder, '/') = '\0';
	if ((*folder != '\0' && guestfs_mkdir_p(g, folder) == -1) ||
		guestfs_rm_f(g, path) == -1 || /* a link or fifo */
		guestfs_write(g, path, after->text, after->bytes) == -1 ||
		guestfs_chmod(g, 0644, path) == -1)
		return guest_error(err, g, "create %s", path);
	inherit_label(g, path);
	return 0;
}

void
changes_apply(struct changes *changes, guestfs_h *g, struct findings *findings)
{
	size_t kept = 0;

	for (size_t i = 0; i < changes->count; i++) {
		struct change *change = &changes->list[i];
		struct error why = {.code = 0};
		int failed = 0;

		if (change->is_planned)
			failed = change->before.exists
				? replace(g, change->path, &change->after, &why)
				: create(g, change->path, &change->after, &why);
		change->is_planned = false;
		if (failed) {
			finding_add(findings, "guest.file-not-written",
				change->path, 0, why.text, NULL);
			forget(change);
		} else {
			changes->list[kept++] = *change;
		}
	}
	changes->count = kept;
}

/* ---- what drivers-inject did ---- */

static int
set_content(struct version *version, const struct inject_content *content,
	bool is_text, struct error *err)
{
	version->exists = true;
	version->bytes = content->bytes;
	memcpy(version->hash, content->hash, HASH_BYTES);
	if (!is_text || content->data == NULL)
		return 0;
	version->text = strndup(content->data, content->bytes);
	return version->text == NULL ? error_set(err, ENOMEM, "keep a text") : 0;
}

int
changes_note(struct changes *changes, const struct inject_change *noted,
	struct error *err)
{
	static const char *const kinds[] = {
		[INJECT_CREATED] = "created",
		[INJECT_EDITED] = "edited",
		[INJECT_APPENDED] = "appended",
		[INJECT_REPLACED] = "replaced",
	};
	bool is_text = noted->kind != INJECT_APPENDED;
	struct change *change = add(changes, noted->path, kinds[noted->kind],
		noted->reason, err);

	if (change == NULL ||
		set_content(&change->after, &noted->after, is_text, err) == -1)
		return -1;
	if (noted->kind == INJECT_CREATED)
		return 0;
	return set_content(&change->before, &noted->before, is_text, err);
}

int
changes_note_sectors(struct changes *changes, const char *disk,
	const void *before, const void *after, size_t bytes, const char *reason,
	struct error *err)
{
	struct change *change = add(changes, disk, "sectors", reason, err);

	if (change == NULL)
		return -1;
	change->sectors = malloc(bytes);
	if (change->sectors == NULL)
		return error_set(err, ENOMEM, "note the change of %s", disk);
	memcpy(change->sectors, before, bytes);
	change->before.exists = change->after.exists = true;
	change->before.bytes = change->after.bytes = bytes;
	if (hash_block(before, bytes, change->before.hash, err) == -1)
		return -1;
	return hash_block(after, bytes, change->after.hash, err);
}

/* ---- the record ---- */

static json_t *
version_json(const struct version *version)
{
	char hash[HASH_HEX_BYTES];

	if (!version->exists)
		return json_null();
	hash_hex(version->hash, hash);
	return json_pack("{sI ss}", "bytes", (json_int_t)version->bytes, "hash",
		hash);
}

/* *name_out is empty for a change that is no text. */
static int
write_diff(const struct change *change, size_t index, const char *folder,
	char name_out[32], struct error *err)
{
	AUTO(freep) char *diff = NULL;
	AUTO(freep) char *path = NULL;

	name_out[0] = '\0';
	if (change->after.text == NULL ||
		(change->before.exists && change->before.text == NULL))
		return 0;
	if (diff_unified(&diff, change->path,
		    change->before.exists ? change->before.text : "",
		    change->after.text, err) == -1)
		return -1;
	secret_mask_lines(diff, change->path);
	snprintf(name_out, 32, "%04zu.diff", index + 1);
	path = io_format("%s/%s", folder, name_out);
	if (path == NULL)
		return error_set(err, ENOMEM, "record %s", change->path);
	return io_write_file(path, diff, strlen(diff), 0600, err);
}

/* NNNN.sectors: `dd of=DISK conv=notrunc` puts them back. */
static int
write_sectors(const struct change *change, size_t index, const char *folder,
	char name_out[32], struct error *err)
{
	AUTO(freep) char *path = NULL;

	name_out[0] = '\0';
	if (change->sectors == NULL)
		return 0;
	snprintf(name_out, 32, "%04zu.sectors", index + 1);
	path = io_format("%s/%s", folder, name_out);
	if (path == NULL)
		return error_set(err, ENOMEM, "record %s", change->path);
	return io_write_file(path, change->sectors, change->before.bytes, 0600,
		err);
}

static int
record_one(json_t *list, const struct change *change, size_t index,
	const char *folder, struct error *err)
{
	json_t *json;
	char name[32], saved[32];

	if (write_diff(change, index, folder, name, err) == -1 ||
		write_sectors(change, index, folder, saved, err) == -1)
		return -1;
	json = json_pack("{ss so so so}", "kind", change->kind, "before",
		version_json(&change->before), "after",
		version_json(&change->after), "diff",
		*name == '\0' ? json_null() : json_string(name));
	if (*saved != '\0')
		json_set_text(json, "saved", saved);
	if (json_set_text(json, "path", change->path) == -1 ||
		json_set_text(json, "reason", change->reason) == -1 ||
		json_array_append(list, json) == -1) {
		json_decref(json);
		return error_set(err, ENOMEM, "record %s", change->path);
	}
	json_decref(json);
	return 0;
}

int
changes_record(const struct changes *changes, const char *folder,
	struct error *err)
{
	AUTO(json_decrefpp) json_t *index = json_pack("{ss s[]}", "format",
		"unrack-changes/1", "changes");
	AUTO(freep) char *path = io_format("%s/index.json", folder);

	if (index == NULL || path == NULL)
		return error_set(err, ENOMEM, "record the changes");
	if (io_remove_tree(folder, err) == -1 ||
		io_make_folders(folder, err) == -1)
		return -1;
	for (size_t i = 0; i < changes->count; i++) {
		if (record_one(json_object_get(index, "changes"),
			    &changes->list[i], i, folder, err) == -1)
			return -1;
	}
	return json_file_write(path, index, err);
}
