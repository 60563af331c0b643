/*
 * Is there room for everything that is planned?  Asked once the plan is whole,
 * because half of it may serve the VM worse than nothing.  What drivers-inject
 * and fallback.c write is theirs to ask for.
 */
#include "convert/rewrite/change-list.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest.h"
#include "drivers-inject/guest.h"

enum { UNIT_BYTES = 4096 }; /* that a file takes at a time */

/* What one file system gives for good, and beside a file that is replaced. */
struct need {
	uint64_t bytes, files, beside_bytes, beside_files;
};

struct weighing {
	const struct guest_files *files;
	const struct guest *guest;
	struct need needs[GUEST_MOUNTS]; /* as guest->mounts */
};

static uint64_t
in_units(size_t bytes)
{
	return ((uint64_t)bytes + UNIT_BYTES - 1) / UNIT_BYTES * UNIT_BYTES;
}

/* ---- where ---- */

/* Cut `path` to the nearest folder that is there; how many were cut off. */
static unsigned
cut_to_folder(const struct guest_files *files, char *path)
{
	unsigned missing = 0;
	struct error ignored;
	char *slash;

	while ((slash = strrchr(path, '/')) != NULL && slash != path) {
		*slash = '\0';
		if (guest_has_folder(files, path, &ignored) == 1)
			return missing;
		missing++;
	}
	path[slash == path] = '\0';
	return missing;
}

static bool
is_below(const char *path, const char *target)
{
	size_t bytes = strlen(target);

	return strcmp(target, "/") == 0 ||
		(strncmp(path, target, bytes) == 0 &&
			(path[bytes] == '/' || path[bytes] == '\0'));
}

/* The file system of what is there at `path`; NULL when that is not known. */
static struct need *
find_need(struct weighing *weighing, const char *path)
{
	const struct guest *guest = weighing->guest;
	struct error ignored;
	AUTO(freep) char *real = NULL;
	size_t longest = 0;
	struct need *found = NULL;

	if (weighing->files->real_path(weighing->files->handle, path, &real,
		    &ignored) == -1)
		return NULL;
	for (size_t i = 0; i < guest->mount_count; i++) {
		size_t bytes = strlen(guest->mounts[i].target);

		if (bytes < longest || !is_below(real, guest->mounts[i].target))
			continue;
		longest = bytes;
		found = &weighing->needs[i];
	}
	return found;
}

/* ---- how much ---- */

/* A file beside the old one, which then goes. */
static void
add_replaced(struct need *need, const struct change *change)
{
	uint64_t before = in_units(change->before.bytes);
	uint64_t after = in_units(change->after.bytes);

	if (after > before)
		need->bytes += after - before;
	if (after > need->beside_bytes)
		need->beside_bytes = after;
	need->beside_files = 1;
}

static void
add_new(struct need *need, const struct change *change, unsigned folders)
{
	need->bytes += in_units(change->after.bytes) +
		(uint64_t)folders * UNIT_BYTES;
	need->files += 1 + (uint64_t)folders;
}

static int
add_change(struct weighing *weighing, const struct change *change,
	struct error *err)
{
	AUTO(freep) char *path = strdup(change->path);
	bool is_edit = change->kind == CHANGE_EDITED;
	unsigned folders;
	struct need *need;

	if (path == NULL)
		return error_set(err, ENOMEM, "weigh %s", change->path);
	if (!is_edit && change->kind != CHANGE_CREATED &&
		change->kind != CHANGE_LINKED)
		return 0;
	folders = is_edit ? 0 : cut_to_folder(weighing->files, path);
	need = find_need(weighing, path);
	if (need == NULL)
		return 0;
	if (is_edit || change->before.exists)
		add_replaced(need, change);
	else
		add_new(need, change, folders);
	return 0;
}

/* ---- is it there? ---- */

/* The conversion writes as root, for whom ext2 and its heirs keep some. */
static uint64_t
writable_bytes(const struct guest_mount *mount, const struct guest_room *room)
{
	return string_starts(mount->type, "ext") ? room->root_bytes
						 : room->bytes;
}

/* False, and a finding, when a file system lacks what it is to give. */
static bool
has_room(const struct weighing *weighing, size_t index,
	struct findings *findings)
{
	const struct guest_mount *mount = &weighing->guest->mounts[index];
	const struct need *need = &weighing->needs[index];
	uint64_t bytes = need->bytes + need->beside_bytes;
	uint64_t count = need->files + need->beside_files;
	AUTO(freep) char *inside = io_format("%s/unrack", mount->target);
	struct guest_room room;
	struct error ignored;
	char what[160];

	/* Of one that cannot be asked, writing will tell. */
	if (count == 0 || inside == NULL ||
		weighing->files->free_room(weighing->files->handle, inside,
			&room, &ignored) == -1)
		return true;
	room.bytes = writable_bytes(mount, &room);
	if (bytes <= room.bytes && count <= room.files)
		return true;
	if (count > room.files)
		snprintf(what, sizeof what, "%ju inodes needed, %ju free",
			(uintmax_t)count, (uintmax_t)room.files);
	else
		snprintf(what, sizeof what, "%ju bytes needed, %ju free",
			(uintmax_t)bytes, (uintmax_t)room.bytes);
	finding_add(findings, "guest.no-room", mount->target, 0, what, NULL);
	return false;
}

int
changes_check_room(struct changes *changes, const struct guest_files *files,
	const struct guest *guest, struct findings *findings, struct error *err)
{
	AUTO(freep) struct weighing *weighing = calloc(1, sizeof *weighing);

	if (weighing == NULL)
		return error_set(err, ENOMEM, "look for room");
	weighing->files = files;
	weighing->guest = guest;
	for (size_t i = 0; i < changes->count; i++)
		if (changes->list[i].is_planned &&
			add_change(weighing, &changes->list[i], err) == -1)
			return -1;
	for (size_t i = 0; i < guest->mount_count; i++)
		changes->lacks_room |= !has_room(weighing, i, findings);
	return 0;
}
