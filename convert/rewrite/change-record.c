/*
 * The record of changes: an index, and a diff of each text.  diff.c makes the
 * diffs.
 */
#include "convert/rewrite/change-list.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/assess/secret.h"
#include "convert/rewrite/diff.h"

static json_t *
version_json(const struct version *version)
{
	char hash[HASH_HEX_BYTES];
	AUTO(json_decrefpp) json_t *link = NULL;

	if (!version->exists)
		return json_null();
	if (version->target != NULL) {
		link = json_object();
		return json_set_text(link, "target", version->target) == -1
			? NULL
			: take(link);
	}
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

/*
 * NNNN.sectors: `dd of=DISK conv=notrunc bs=512 seek=N` puts them back, N being
 * "offset" in sectors.
 */
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

/* Of what is new, in octal; null: as it was. */
static json_t *
mode_json(const struct change *change)
{
	char mode[16];

	if (change->kind != CHANGE_CREATED && change->kind != CHANGE_FOLDER)
		return json_null();
	snprintf(mode, sizeof mode, "%04o", (unsigned)change->mode);
	return json_string(mode);
}

static const char *const kinds[] = {
	[CHANGE_CREATED] = "created",
	[CHANGE_EDITED] = "edited",
	[CHANGE_APPENDED] = "appended",
	[CHANGE_REPLACED] = "replaced",
	[CHANGE_LINKED] = "linked",
	[CHANGE_MOVED] = "moved",
	[CHANGE_REMOVED] = "removed",
	[CHANGE_FOLDER] = "folder",
	[CHANGE_SECTORS] = "sectors",
};

static int
record_one(json_t *list, const struct change *change, size_t index,
	const char *folder, struct error *err)
{
	json_t *json;
	char name[32], saved[32];

	if (write_diff(change, index, folder, name, err) == -1 ||
		write_sectors(change, index, folder, saved, err) == -1)
		return -1;
	json = json_pack("{ss so so so so}", "kind", kinds[change->kind],
		"before", version_json(&change->before), "after",
		version_json(&change->after), "mode", mode_json(change),
		"diff", *name == '\0' ? json_null() : json_string(name));
	if (*saved != '\0') {
		json_set_text(json, "saved", saved);
		json_object_set_new(json, "offset",
			json_integer((json_int_t)change->at_bytes));
	}
	if (json_set_text(json, "path", change->path) == -1 ||
		json_set_text(json, "service", change->service) == -1 ||
		json_set_text(json, "reason", change->reason) == -1 ||
		json_array_append(list, json) == -1) {
		json_decref(json);
		return error_set(err, ENOMEM, "record %s", change->path);
	}
	json_decref(json);
	return 0;
}

/* One that could not be kept from starting by anything is left out. */
static bool
is_disabled(const struct changes *changes, const char *service)
{
	for (size_t i = 0; i < changes->count; i++) {
		const char *of = changes->list[i].service;

		if (of != NULL && strcmp(of, service) == 0)
			return true;
	}
	return false;
}

static int
record_service(json_t *list, const struct disabled *service, struct error *err)
{
	AUTO(json_decrefpp) json_t *json = json_object();

	if (json_set_text(json, "name", service->name) == -1 ||
		json_set_text(json, "title", service->title) == -1 ||
		json_set_text(json, "why", service->why) == -1 ||
		json_set_text(json, "advice", service->advice) == -1 ||
		json_array_append(list, json) == -1)
		return error_set(err, ENOMEM, "record %s", service->name);
	return 0;
}

int
changes_record(const struct changes *changes, const char *folder,
	struct error *err)
{
	AUTO(json_decrefpp) json_t *index = json_pack("{ss s[] s[]}", "format",
		"unrack-changes/1", "changes", "services");
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
	for (size_t i = 0; i < changes->disabled_count; i++) {
		if (is_disabled(changes, changes->disabled[i].name) &&
			record_service(json_object_get(index, "services"),
				&changes->disabled[i], err) == -1)
			return -1;
	}
	return json_file_write(path, index, err);
}
