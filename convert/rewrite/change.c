/*
 * Every change inside the guest passes through here, so that the record is
 * complete: first as a plan (which is what an assessment stops at, with
 * change-room.c), then written (change-write.c), then recorded as
 * report/changes/ (change-record.c).
 */
#include "convert/rewrite/change-list.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "drivers-inject/inject.h"

/*
 * Conversions make some hundred changes, of some hundred kilobytes; of a guest
 * with a thousand loader entries of 1 MiB each, all would be kept, twice.
 */
enum { CHANGES_LIMIT = 10000, TEXTS_BYTES = 64 << 20 };

struct changes *
changes_new(void)
{
	return calloc(1, sizeof(struct changes));
}

static void
version_release(struct version *version)
{
	free(version->text);
	free(version->data);
	free(version->target);
}

void
change_forget(struct change *change)
{
	free(change->path);
	free(change->reason);
	free(change->service);
	free(change->sectors);
	version_release(&change->before);
	version_release(&change->after);
}

void
changes_free(struct changes *changes)
{
	if (changes == NULL)
		return;
	for (size_t i = 0; i < changes->count; i++)
		change_forget(&changes->list[i]);
	for (size_t i = 0; i < changes->wish_count; i++) {
		free(changes->wishes[i].name);
		free(changes->wishes[i].reason);
	}
	for (size_t i = 0; i < changes->disabled_count; i++) {
		free(changes->disabled[i].name);
		free(changes->disabled[i].title);
		free(changes->disabled[i].why);
		free(changes->disabled[i].advice);
	}
	free(changes->list);
	free(changes->wishes);
	free(changes->disabled);
	free(changes);
}

unsigned
changes_count(const struct changes *changes)
{
	return (unsigned)changes->count;
}

bool
changes_are_whole(const struct changes *changes)
{
	return !changes->is_partial;
}

bool
changes_have_created(const struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		if (!changes->list[i].before.exists &&
			changes->list[i].kind != CHANGE_MOVED)
			return true;
	return changes->expects_created;
}

void
changes_expect_created(struct changes *changes)
{
	changes->expects_created = true;
}

bool
changes_next_created(const struct changes *changes, size_t *index,
	const char **path_out, bool *is_folder_out)
{
	while (*index < changes->count) {
		const struct change *change = &changes->list[(*index)++];

		if (change->kind != CHANGE_CREATED &&
			change->kind != CHANGE_FOLDER)
			continue;
		*path_out = change->path;
		*is_folder_out = change->kind == CHANGE_FOLDER;
		return true;
	}
	return false;
}

#define TOO_MANY "no system has so many files that name its hardware: look at " \
	"what is in the folder of this one"

struct change *
change_add(struct changes *changes, const char *path, enum change_kind kind,
	const char *reason, struct error *err)
{
	struct change *larger, *change;

	if (changes->count >= CHANGES_LIMIT) {
		error_set(err, 0, "%s: more than %d changes", path,
			CHANGES_LIMIT);
		error_hint(err, TOO_MANY);
		return NULL;
	}
	larger = realloc(changes->list, (changes->count + 2) * sizeof *larger);
	if (larger != NULL) {
		changes->list = larger;
		change = &larger[changes->count++];
		*change = (struct change){.kind = kind, .mode = 0644};
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

/* What is planned for the text of a file. */
static struct change *
find_text(const struct changes *changes, const char *path)
{
	for (size_t i = 0; i < changes->count; i++) {
		struct change *change = &changes->list[i];

		if (change->is_planned && change->after.text != NULL &&
			strcmp(change->path, path) == 0)
			return change;
	}
	return NULL;
}

const char *
changes_text(const struct changes *changes, const char *path)
{
	const struct change *change = find_text(changes, path);

	return change == NULL ? NULL : change->after.text;
}

/* The file was planned for another reason already. */
static int
plan_again(struct change *change, const char *after, const char *reason,
	struct error *err)
{
	char *both = strstr(change->reason, reason) != NULL
		? strdup(change->reason)
		: io_format("%s %s", change->reason, reason);

	if (both == NULL)
		return error_set(err, ENOMEM, "plan %s", change->path);
	free(change->reason);
	change->reason = both;
	change->is_optional = false;
	version_release(&change->after);
	change->after = (struct version){.text = NULL};
	return set_text(&change->after, after, err);
}

int
changes_plan(struct changes *changes, const char *path, const char *before,
	const char *after, const char *reason, struct error *err)
{
	struct change *change = find_text(changes, path);

	changes->texts_bytes += (after == NULL ? 0 : strlen(after)) +
		(before == NULL ? 0 : strlen(before));
	if (changes->texts_bytes > TEXTS_BYTES) {
		error_set(err, 0, "%s: the texts that change have more than "
			"%d MiB", path, TEXTS_BYTES >> 20);
		return error_hint(err, TOO_MANY);
	}
	if (change != NULL)
		return plan_again(change, after, reason, err);
	change = change_add(changes, path,
		before == NULL ? CHANGE_CREATED : CHANGE_EDITED, reason, err);
	if (change == NULL || set_text(&change->before, before, err) == -1 ||
		set_text(&change->after, after, err) == -1)
		return -1;
	change->is_planned = true;
	return 0;
}

int
changes_plan_program(struct changes *changes, const char *path,
	const char *before, const char *after, const char *reason,
	struct error *err)
{
	if (changes_plan(changes, path, before, after, reason, err) == -1)
		return -1;
	changes->list[changes->count - 1].mode = 0755;
	return 0;
}

int
changes_plan_file(struct changes *changes, const char *path,
	const void *data, size_t bytes, unsigned mode, const char *reason,
	struct error *err)
{
	struct change *change = change_add(changes, path, CHANGE_CREATED,
		reason, err);
	char *copy = malloc(bytes + 1);

	if (change == NULL || copy == NULL) {
		free(copy);
		return error_set(err, ENOMEM, "plan %s", path);
	}
	memcpy(copy, data, bytes);
	copy[bytes] = '\0';
	if (strlen(copy) == bytes)
		change->after.text = copy;
	else
		change->after.data = copy;
	change->mode = (int)mode;
	change->after.exists = true;
	change->after.bytes = bytes;
	if (hash_block(data, bytes, change->after.hash, err) == -1)
		return -1;
	change->is_planned = true;
	return 0;
}

static int
set_target(struct version *version, const char *target, struct error *err)
{
	if (target == NULL)
		return 0;
	version->exists = true;
	version->target = strdup(target);
	return version->target == NULL ? error_set(err, ENOMEM, "keep a link")
				       : 0;
}

/* What has no text but leads somewhere: a link, or a move. */
static int
plan_target(struct changes *changes, const char *path, enum change_kind kind,
	const char *before, const char *after, const char *reason,
	struct error *err)
{
	struct change *change = change_add(changes, path, kind, reason, err);

	if (change == NULL || set_target(&change->before, before, err) == -1 ||
		set_target(&change->after, after, err) == -1)
		return -1;
	change->is_planned = true;
	return 0;
}

int
changes_plan_symlink(struct changes *changes, const char *path,
	const char *before, const char *target, const char *reason,
	struct error *err)
{
	return plan_target(changes, path, CHANGE_LINKED, before, target,
		reason, err);
}

int
changes_plan_unlink(struct changes *changes, const char *path,
	const char *target, const char *reason, struct error *err)
{
	return plan_target(changes, path, CHANGE_REMOVED, target, NULL, reason,
		err);
}

int
changes_plan_move(struct changes *changes, const char *from, const char *to,
	const char *reason, struct error *err)
{
	return plan_target(changes, from, CHANGE_MOVED, NULL, to, reason, err);
}

int
changes_add_service(struct changes *changes,
	const struct disabled_service *service, struct error *err)
{
	struct disabled *larger = realloc(changes->disabled,
		(changes->disabled_count + 1) * sizeof *larger);
	struct disabled *disabled;

	if (larger == NULL)
		return error_set(err, ENOMEM, "disable %s", service->name);
	changes->disabled = larger;
	disabled = &larger[changes->disabled_count++];
	*disabled = (struct disabled){strdup(service->name),
		strdup(service->title), strdup(service->why),
		strdup(service->advice)};
	if (disabled->name == NULL || disabled->title == NULL ||
		disabled->why == NULL || disabled->advice == NULL)
		return error_set(err, ENOMEM, "disable %s", service->name);
	return 0;
}

int
changes_mark_service(struct changes *changes, const char *path,
	struct error *err)
{
	const char *name = changes->disabled[changes->disabled_count - 1].name;
	struct change *change = NULL;

	for (size_t i = 0; i < changes->count; i++) {
		if (strcmp(changes->list[i].path, path) == 0)
			change = &changes->list[i]; /* the last counts */
	}
	assert(change != NULL);
	free(change->service);
	change->service = strdup(name);
	return change->service == NULL
		? error_set(err, ENOMEM, "disable %s", name)
		: 0;
}

void
changes_mark_optional(struct changes *changes, const char *path)
{
	for (size_t i = 0; i < changes->count; i++) {
		if (strcmp(changes->list[i].path, path) == 0)
			changes->list[i].is_optional = true;
	}
}

void
changes_join_last(struct changes *changes)
{
	changes->list[changes->count - 1].joins_last = true;
}

int
changes_wish_disabled(struct changes *changes, const char *service,
	const char *reason, struct error *err)
{
	struct service_wish *larger = realloc(changes->wishes,
		(changes->wish_count + 1) * sizeof *larger);
	struct service_wish *wish;

	if (larger == NULL)
		return error_set(err, ENOMEM, "disable %s", service);
	changes->wishes = larger;
	wish = &larger[changes->wish_count];
	*wish = (struct service_wish){strdup(service), strdup(reason)};
	if (wish->name != NULL && wish->reason != NULL) {
		changes->wish_count++;
		return 0;
	}
	free(wish->name);
	free(wish->reason);
	return error_set(err, ENOMEM, "disable %s", service);
}

const char *
changes_wish(const struct changes *changes, const char *service)
{
	for (size_t i = 0; i < changes->wish_count; i++) {
		if (strcmp(changes->wishes[i].name, service) == 0)
			return changes->wishes[i].reason;
	}
	return NULL;
}

bool
changes_have(const struct changes *changes, const char *path)
{
	for (size_t i = 0; i < changes->count; i++) {
		if (strcmp(changes->list[i].path, path) == 0 &&
			!changes->list[i].lacks_room)
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
	static const enum change_kind kinds[] = {
		[INJECT_CREATED] = CHANGE_CREATED,
		[INJECT_EDITED] = CHANGE_EDITED,
		[INJECT_APPENDED] = CHANGE_APPENDED,
		[INJECT_REPLACED] = CHANGE_REPLACED,
	};
	bool is_text = noted->kind != INJECT_APPENDED;
	struct change *change = change_add(changes, noted->path,
		kinds[noted->kind], noted->reason, err);

	if (change == NULL ||
		set_content(&change->after, &noted->after, is_text, err) == -1)
		return -1;
	if (noted->kind == INJECT_CREATED) {
		change->mode = (int)noted->mode;
		return 0;
	}
	return set_content(&change->before, &noted->before, is_text, err);
}

int
changes_note_sectors(struct changes *changes, const char *disk,
	uint64_t at_bytes, const void *before, const void *after, size_t bytes,
	const char *reason, struct error *err)
{
	struct change *change = change_add(changes, disk, CHANGE_SECTORS,
		reason, err);

	if (change == NULL)
		return -1;
	change->sectors = malloc(bytes);
	if (change->sectors == NULL)
		return error_set(err, ENOMEM, "note the change of %s", disk);
	memcpy(change->sectors, before, bytes);
	change->at_bytes = at_bytes;
	change->before.exists = change->after.exists = true;
	change->before.bytes = change->after.bytes = bytes;
	if (hash_block(before, bytes, change->before.hash, err) == -1)
		return -1;
	return hash_block(after, bytes, change->after.hash, err);
}
