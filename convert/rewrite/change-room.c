/*
 * Is there room for everything that is planned?  Asked once the plan is whole,
 * for each file system by itself: one that is full keeps nothing out of the
 * others.  There, what the VM boots without is left out first; then every text
 * that fits is right by itself.  What drivers-inject and fallback.c write is
 * theirs to ask for.
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

/* What one file system gives for good, and beside a file that is replaced. */
struct need {
	uint64_t bytes, files, beside_bytes, beside_files;
};

/* Where a change takes room. */
struct place {
	size_t mount; /* GUEST_MOUNTS: nowhere, or it is not known */
	unsigned folders; /* that are made for it */
};

struct weighing {
	const struct guest_files *files;
	const struct guest *guest;
	const struct changes *changes;
	struct findings *findings;
	struct place *places; /* as changes->list */
};

static void
weighing_release(struct weighing *weighing)
{
	free(weighing->places);
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

/* The file system of what is there at `path`; GUEST_MOUNTS: it is not known. */
static size_t
find_mount(const struct weighing *weighing, const char *path)
{
	AUTO(freep) char *real = NULL;
	const struct guest_mount *mount;
	struct error ignored;

	if (weighing->files->real_path(weighing->files->handle, path, &real,
		    &ignored) == -1)
		return GUEST_MOUNTS;
	mount = guest_mount_of(weighing->guest, real);
	return mount == NULL ? GUEST_MOUNTS
			     : (size_t)(mount - weighing->guest->mounts);
}

static int
find_place(const struct weighing *weighing, const struct change *change,
	struct place *place, struct error *err)
{
	AUTO(freep) char *path = strdup(change->path);
	bool is_edit = change->kind == CHANGE_EDITED;

	*place = (struct place){.mount = GUEST_MOUNTS};
	if (path == NULL)
		return error_set(err, ENOMEM, "weigh %s", change->path);
	if (!change->is_planned ||
		(!is_edit && change->kind != CHANGE_CREATED &&
			change->kind != CHANGE_LINKED))
		return 0;
	if (!is_edit)
		place->folders = cut_to_folder(weighing->files, path);
	place->mount = find_mount(weighing, path);
	return 0;
}

/* ---- how much ---- */

/* A file beside the old one, which then goes. */
static void
add_replaced(struct need *need, const struct change *change)
{
	uint64_t before = guest_file_room(change->before.bytes);
	uint64_t after = guest_file_room(change->after.bytes);

	if (after > before)
		need->bytes += after - before;
	if (after > need->beside_bytes)
		need->beside_bytes = after;
	need->beside_files = 1;
}

static void
add_new(struct need *need, const struct change *change, unsigned folders)
{
	need->bytes += guest_file_room(change->after.bytes) +
		(uint64_t)folders * GUEST_UNIT_BYTES;
	need->files += 1 + (uint64_t)folders;
}

static void
add(struct need *need, const struct change *change, const struct place *place)
{
	if (change->kind == CHANGE_EDITED || change->before.exists)
		add_replaced(need, change);
	else
		add_new(need, change, place->folders);
}

/* What is not left out. */
static struct need
weigh(const struct weighing *weighing, size_t mount)
{
	struct need need = {0};

	for (size_t i = 0; i < weighing->changes->count; i++)
		if (weighing->places[i].mount == mount &&
			!weighing->changes->list[i].lacks_room)
			add(&need, &weighing->changes->list[i],
				&weighing->places[i]);
	return need;
}

/* ---- is it there? ---- */

/*
 * The conversion writes as root, for whom ext2 and its heirs keep some; ext4 also
 * has some that it gives to nobody.  Of a file system that cannot be asked,
 * writing will tell.
 */
static bool
ask_room(const struct weighing *weighing, size_t index,
	struct guest_room *room)
{
	const struct guest_mount *mount = &weighing->guest->mounts[index];
	AUTO(freep) char *inside = io_format("%s/unrack", mount->target);
	struct error ignored;

	if (inside == NULL ||
		weighing->files->free_room(weighing->files->handle, inside,
			room, &ignored) == -1)
		return false;
	if (string_starts(mount->type, "ext"))
		room->bytes = room->root_bytes;
	if (strcmp(mount->type, "ext4") == 0)
		room->bytes -= room->bytes < room->held_bytes
			? room->bytes
			: room->held_bytes;
	return true;
}

static bool
fits(const struct need *need, const struct guest_room *room)
{
	uint64_t count = need->files + need->beside_files;

	return count == 0 ||
		(need->bytes + need->beside_bytes <= room->bytes &&
			count <= room->files);
}

static void
say(const struct weighing *weighing, const char *rule, size_t mount,
	const struct need *need, const struct guest_room *room)
{
	uint64_t count = need->files + need->beside_files;
	char what[160];

	if (count > room->files)
		snprintf(what, sizeof what, "%ju inodes needed, %ju free",
			(uintmax_t)count, (uintmax_t)room->files);
	else
		snprintf(what, sizeof what, "%ju bytes needed, %ju free",
			(uintmax_t)(need->bytes + need->beside_bytes),
			(uintmax_t)room->bytes);
	finding_add(weighing->findings, rule,
		weighing->guest->mounts[mount].target, 0, what, NULL);
}

/* ---- what is left out ---- */

static bool
is_optional(const struct change *change)
{
	return change->is_optional || change->service != NULL;
}

/* False when there is none. */
static bool
leave_out_optional(const struct weighing *weighing, size_t mount)
{
	bool has_some = false;

	for (size_t i = 0; i < weighing->changes->count; i++) {
		struct change *change = &weighing->changes->list[i];

		if (weighing->places[i].mount != mount || !is_optional(change))
			continue;
		change->lacks_room = true;
		has_some = true;
	}
	return has_some;
}

/* Does the text fit into the file's blocks, and are these written again? */
static bool
fits_in_place(const struct guest_mount *mount, const struct change *change)
{
	static const struct {
		const char *type;
		size_t block_bytes; /* the smallest that is usual */
	} types[] = {{"ext2", 1024}, {"ext3", 1024}, {"ext4", 1024},
		{"xfs", 4096}};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		size_t block = types[i].block_bytes;

		if (strcmp(mount->type, types[i].type) == 0)
			return change->kind == CHANGE_EDITED &&
				(change->after.bytes + block - 1) / block <=
				(change->before.bytes + block - 1) / block;
	}
	return false;
}

/*
 * In the order of the plan, which begins with what every boot reads.  False
 * when something was left out.
 */
static bool
keep_what_fits(const struct weighing *weighing, size_t mount,
	const struct guest_room *room)
{
	struct need kept = {0};
	bool has_all = true;

	for (size_t i = 0; i < weighing->changes->count; i++) {
		struct change *change = &weighing->changes->list[i];
		struct need with = kept;

		if (weighing->places[i].mount != mount || change->lacks_room)
			continue;
		add(&with, change, &weighing->places[i]);
		if (fits(&with, room))
			kept = with;
		else if (fits_in_place(&weighing->guest->mounts[mount], change))
			change->is_in_place = true;
		else
			change->lacks_room = true;
		has_all &= !change->lacks_room;
	}
	return has_all;
}

static void
settle(const struct weighing *weighing, size_t mount)
{
	struct need all = weigh(weighing, mount), needed;
	struct guest_room room;
	bool has_less;

	if (!ask_room(weighing, mount, &room) || fits(&all, &room))
		return;
	has_less = leave_out_optional(weighing, mount);
	needed = weigh(weighing, mount);
	if (!keep_what_fits(weighing, mount, &room))
		say(weighing, "guest.no-room", mount, &needed, &room);
	else if (has_less)
		say(weighing, "guest.no-room-optional", mount, &all, &room);
}

static void
leave_out_service(const struct changes *changes, const char *service)
{
	for (size_t i = 0; i < changes->count; i++)
		if (changes->list[i].service != NULL &&
			strcmp(changes->list[i].service, service) == 0)
			changes->list[i].lacks_room = true;
}

/* What takes no room, or is elsewhere, but makes sense only together. */
static void
leave_out_partners(const struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++) {
		struct change *change = &changes->list[i];

		if (i > 0 && change->joins_last && change[-1].lacks_room)
			change->lacks_room = true;
		if (change->lacks_room && change->service != NULL)
			leave_out_service(changes, change->service);
	}
}

static void
report(struct changes *changes, struct findings *findings)
{
	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->list[i];

		if (!change->lacks_room)
			continue;
		changes->is_partial |= !is_optional(change);
		findings_undo(findings, change->path);
		finding_add(findings, change->service != NULL
				? "operations.service-kept"
			: change->is_optional ? "guest.no-room-optional"
					      : "guest.no-room",
			change->path, 0, "left as it is, for want of room",
			NULL);
	}
}

int
changes_check_room(struct changes *changes, const struct guest_files *files,
	const struct guest *guest, struct findings *findings, struct error *err)
{
	AUTO(weighing_release) struct weighing weighing = {.files = files,
		.guest = guest, .changes = changes, .findings = findings};

	weighing.places = calloc(changes->count + 1, sizeof *weighing.places);
	if (weighing.places == NULL)
		return error_set(err, ENOMEM, "look for room");
	for (size_t i = 0; i < changes->count; i++)
		if (find_place(&weighing, &changes->list[i],
			    &weighing.places[i], err) == -1)
			return -1;
	for (size_t i = 0; i < guest->mount_count; i++)
		settle(&weighing, i);
	leave_out_partners(changes);
	report(changes, findings);
	return 0;
}
