/*
 * The parts of a carry set: which one to go on with, and where the next one
 * goes.  carry.c fills them.
 */
#include "p2v/carry-parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "common/progress.h"
#include "p2v/carry-target.h"
#include "p2v/carry.h"
#include "p2v/screen.h"
#include "p2v/source.h"
#include "wire/key.h"

bool
parts_is_full(const struct error *err)
{
	return err->code == ENOSPC || err->code == EDQUOT || err->code == EFBIG;
}

/* One process at a time writes a part. */
static int
lock_part(struct carry_parts *parts, struct error *err)
{
	fd_closep(&parts->lock_fd);
	parts->lock_fd = open(parts->folder.path, O_RDONLY | O_DIRECTORY |
		O_CLOEXEC);
	if (parts->lock_fd == -1)
		return error_set(err, errno, "open %s", parts->folder.path);
	if (flock(parts->lock_fd, LOCK_EX | LOCK_NB) == -1 &&
		errno == EWOULDBLOCK)
		return error_set(err, EBUSY, "another unrack-capture writes %s",
			parts->folder.path);
	return 0;
}

/* The inventory as a frame; *pass_out tells of it. */
static int
write_inventory(struct carry_parts *parts, struct carry_pass *pass_out,
	struct error *err)
{
	static const struct carry_payload head = {CARRY_INVENTORY, 0, 0, 0};
	AUTO(freep) char *text = json_dumps(parts->plan->inventory,
		JSON_COMPACT);
	size_t bytes = text == NULL ? 0 : strlen(text);
	uint32_t length = CARRY_PAYLOAD_HEAD_BYTES + (uint32_t)bytes;
	AUTO(freep) uint8_t *frame = malloc(CARRY_HEAD_BYTES + length);

	if (text == NULL || frame == NULL)
		return error_set(err, ENOMEM, "write the inventory");
	if (bytes > CARRY_INVENTORY_LIMIT)
		return error_set(err, E2BIG, "the inventory has %zu bytes",
			bytes);
	carry_payload_encode(&head, frame + CARRY_HEAD_BYTES);
	memcpy(frame + CARRY_HEAD_BYTES + CARRY_PAYLOAD_HEAD_BYTES, text,
		bytes);
	if (hash_block(frame + CARRY_HEAD_BYTES, length,
		    pass_out->inventory_hash, err) == -1 ||
		carry_writer_begin(parts->writer, err) == -1 ||
		carry_writer_frame(parts->writer, frame, length, err) == -1)
		return -1;
	pass_out->inventory = carry_writer_place(parts->writer);
	return 0;
}

int
parts_commit(struct carry_parts *parts, const struct carry_entry *entry, struct error *err)
{
	if (carry_writer_commit(parts->writer, entry, err) == -1)
		return -1;
	return carry_index_add(&parts->index, entry, err);
}

int
parts_begin_pass(struct carry_parts *parts,
	const uint8_t session[CARRY_ID_BYTES], struct error *err)
{
	struct carry_pass pass = {0};
	struct carry_entry entry;

	memcpy(pass.session, session, sizeof pass.session);
	if (write_inventory(parts, &pass, err) == -1)
		return -1;
	entry = carry_pass_entry(&pass);
	return parts_commit(parts, &entry, err);
}

/* A new part can be understood without those before it. */
static int
repeat_pass(struct carry_parts *parts, struct carry_pass *pass, struct error *err)
{
	struct carry_entry entry = carry_pass_entry(pass);

	if (carry_writer_commit(parts->writer, &entry, err) == -1)
		return -1;
	for (size_t i = 0; i < pass->count; i++) {
		entry = carry_group_entry(&pass->groups[i]);
		if (carry_writer_commit(parts->writer, &entry, err) == -1)
			return -1;
	}
	return 0;
}

static int
repeat_index(struct carry_parts *parts, struct error *err)
{
	struct carry_index *index = &parts->index;

	if (!index->begun)
		return 0;
	if (write_inventory(parts, &index->now, err) == -1)
		return -1;
	index->before.inventory = index->now.inventory;
	memcpy(index->before.inventory_hash, index->now.inventory_hash,
		HASH_BYTES);
	if (index->before.count > 0 &&
		repeat_pass(parts, &index->before, err) == -1)
		return -1;
	return repeat_pass(parts, &index->now, err);
}

static int
start_part(struct carry_parts *parts, const char *dir, uint32_t number,
	struct error *err)
{
	const char *machine = parts->plan->enrolment->machine;
	uint64_t room;
	char text[16];

	free(parts->folder.path);
	parts->folder.part.number = number;
	parts->folder.path = carry_folder_path(dir, machine);
	if (parts->folder.path == NULL)
		return error_set(err, ENOMEM, "write %s", dir);
	if (parts->key != NULL && carry_part_prove(&parts->folder.part,
					  parts->key, err) == -1)
		return -1;
	if (carry_folder_make(&parts->folder, err) == -1 ||
		lock_part(parts, err) == -1 ||
		carry_writer_open(&parts->writer, &parts->folder, parts->key,
			1, err) == -1 ||
		repeat_index(parts, err) == -1 ||
		target_room(dir, &room, err) == -1)
		return -1;
	parts->is_fresh = true;
	screen_line(parts->plan->screen, "part %u in %s, %s free", number,
		parts->folder.path, progress_bytes(text, room));
	return 0;
}

/* Whether the folder has a part of this machine already. */
static bool
is_taken(const struct carry_parts *parts, const char *dir)
{
	struct carry_folder folder;
	struct error err = {0};

	if (carry_folder_find(&folder, dir, parts->plan->enrolment->machine,
		    &err) == -1)
		return err.code != ENOENT;
	carry_folder_release(&folder);
	return true;
}

static int
say_how_to_go_on(const struct carry_parts *parts, struct error *err)
{
	error_set(err, 0, "%s is full, and the set is not complete",
		parts->folder.path);
	err->code = ENOSPC;
	return error_hint(err, "Run it again with --to NEXTDIR --continue %s.",
		parts->folder.path);
}

/* The folder for the next part; borrowed. */
static int
find_next(struct carry_parts *parts, const char **dir_out, struct error *err)
{
	const struct carry_plan *plan = parts->plan;
	char full[2 * PARTS_DIR_BYTES];

	while (parts->next_to < plan->to_count) {
		*dir_out = plan->to[parts->next_to++];
		if (!is_taken(parts, *dir_out))
			return 0;
	}
	if (plan->ask == NULL)
		return say_how_to_go_on(parts, err);
	screen_status(plan->screen, "%s", "");
	snprintf(full, sizeof full, "%s is full.", parts->folder.path);
	for (;;) {
		if (plan->ask(parts->asked, sizeof parts->asked, full, err) ==
			-1)
			return say_how_to_go_on(parts, err);
		if (target_check(plan->root, parts->asked, plan->sources,
			    plan->count, err) == 0 &&
			!is_taken(parts, parts->asked))
			break;
		snprintf(full, sizeof full, "%s cannot be used: %.300s",
			parts->asked, err->text[0] == '\0'
				? "it holds a part of this set" : err->text);
		error_clear(err);
	}
	*dir_out = parts->asked;
	return 0;
}

/* What is full is left as it is after the last commit. */
static void
leave_part(struct carry_parts *parts)
{
	if (parts->writer == NULL)
		return;
	carry_writer_sync(parts->writer, NULL);
	carry_writer_abandon(parts->writer);
	carry_writer_close(take(parts->writer));
}

/* Nothing of the part is of use: it goes, so that nobody takes it for one. */
static int
refuse_small(struct carry_parts *parts, struct error *err)
{
	io_remove_tree(parts->folder.path, NULL);
	error_set(err, 0, "%s is too small for a part", parts->folder.path);
	return error_hint(err, "A part must hold a group of up to 260 MiB.  "
		"Take a larger disk; parts before it are kept.");
}

int
parts_next(struct carry_parts *parts, struct error *err)
{
	const char *dir;

	leave_part(parts);
	if (parts->is_fresh)
		return refuse_small(parts, err);
	if (find_next(parts, &dir, err) == -1)
		return -1;
	if (start_part(parts, dir, parts->folder.part.number + 1, err) == 0)
		return 0;
	leave_part(parts);
	return parts_is_full(err) ? refuse_small(parts, err) : -1;
}

/* A set of other disks is not for us; the hashes find out the rest. */
static int
check_disks(const struct carry_parts *parts, const struct carry_index *index,
	struct error *err)
{
	const struct carry_pass *pass = &index->now;
	size_t linear = 0;

	for (size_t i = 0; i < pass->count; i++) {
		const struct carry_stored_group *group = &pass->groups[i];

		if (group->disk >= parts->plan->count || group->group >=
			carry_groups(source_size_bytes(
				parts->plan->sources[group->disk])))
			break;
		linear++;
	}
	for (size_t i = 0; i < index->root_count && linear == pass->count; i++)
		if (i >= parts->plan->count || index->roots[i].size_bytes !=
			source_size_bytes(parts->plan->sources[i]))
			linear++;
	if (linear == pass->count)
		return 0;
	error_set(err, 0, "%s is of other disks than those offered now",
		parts->folder.path);
	return error_hint(err, "Offer the same disks with --disk, or remove "
		"that folder.");
}

/* The part to go on from, if any: the one with the highest number. */
static int
find_part(struct carry_parts *parts, const char *dir, struct carry_folder *best,
	bool *own, bool is_to, struct error *err)
{
	struct carry_folder folder;

	if (carry_folder_find(&folder, dir, parts->plan->enrolment->machine,
		    err) == -1) {
		if (err->code == ENOENT && is_to) {
			error_clear(err);
			return 0;
		}
		return error_hint(err, "--continue names the folder of a disk "
			"that a part of the set is on.");
	}
	if (best->path != NULL && memcmp(best->part.set, folder.part.set,
					 CARRY_ID_BYTES) != 0) {
		error_set(err, 0, "%s and %s are of two sets", best->path,
			folder.path);
		carry_folder_release(&folder);
		return error_hint(err, "Remove the one that is not wanted.");
	}
	if (best->path != NULL && best->part.number > folder.part.number) {
		carry_folder_release(&folder);
		return 0;
	}
	carry_folder_release(best);
	*best = folder;
	*own = is_to;
	return 0;
}

static int
check_part(const struct carry_parts *parts, const struct carry_folder *folder,
	struct error *err)
{
	const struct carry_part *part = &folder->part;

	if (strcmp(part->machine, parts->plan->enrolment->machine) != 0) {
		error_set(err, 0, "%s is of machine %s", folder->path,
			part->machine);
		return error_hint(err, "Give that machine's key, or another "
			"folder.");
	}
	if (part->encrypted != (parts->key != NULL)) {
		error_set(err, 0, "%s is %sencrypted", folder->path,
			part->encrypted ? "" : "not ");
		return error_hint(err, part->encrypted
			? "Run it with --encrypt as before."
			: "Run it without --encrypt, or remove that folder.");
	}
	if (part->encrypted && carry_part_check_key(part, parts->key, err) ==
			-1)
		return error_add(err, "%s", folder->path);
	return 0;
}

/* Go on with a part in one of the folders; `own` unless it is only read. */
static int
resume(struct carry_parts *parts, struct carry_folder *found, bool own,
	struct error *err)
{
	const char *dir;
	uint32_t next;

	if (check_part(parts, found, err) == -1 ||
		carry_folder_load(found, parts->key, &parts->index, &next,
			err) == -1)
		return -1;
	parts->folder.part = found->part;
	parts->folder.path = take(found->path);
	if (check_disks(parts, &parts->index, err) == -1)
		return -1;
	if (!own) {
		if (find_next(parts, &dir, err) == -1)
			return -1;
		return start_part(parts, dir, parts->folder.part.number + 1,
			err);
	}
	if (lock_part(parts, err) == -1)
		return -1;
	carry_folder_trim(&parts->folder, &parts->index, next);
	screen_line(parts->plan->screen, "going on with part %u in %s",
		parts->folder.part.number, parts->folder.path);
	return carry_writer_open(&parts->writer, &parts->folder, parts->key,
		next, err);
}

static int
start_set(struct carry_parts *parts, struct error *err)
{
	const struct carry_plan *plan = parts->plan;
	struct carry_part *part = &parts->folder.part;
	const char *dir;

	part->encrypted = parts->key != NULL;
	memcpy(part->machine, plan->enrolment->machine, sizeof part->machine);
	if (getrandom(part->set, sizeof part->set, 0) !=
		(ssize_t)sizeof part->set)
		return error_set(err, errno, "make an id");
	if (find_next(parts, &dir, err) == -1)
		return -1;
	return start_part(parts, dir, 1, err);
}

int
parts_open(struct carry_parts *parts, struct error *err)
{
	const struct carry_plan *plan = parts->plan;
	struct carry_folder found = {0};
	bool own = false;
	int result = 0;

	for (size_t i = 0; i < plan->to_count && result == 0; i++) {
		result = target_check(plan->root, plan->to[i], plan->sources,
			plan->count, err);
		if (result == 0)
			result = find_part(parts, plan->to[i], &found, &own,
				true, err);
	}
	for (size_t i = 0; i < plan->continued_count && result == 0; i++)
		result = find_part(parts, plan->continued[i], &found, &own,
			false, err);
	if (result == 0)
		result = found.path == NULL
			? start_set(parts, err)
			: resume(parts, &found, own, err);
	carry_folder_release(&found);
	return result;
}

void
parts_release(struct carry_parts *parts)
{
	carry_writer_close(parts->writer);
	carry_index_release(&parts->index);
	carry_folder_release(&parts->folder);
	fd_closep(&parts->lock_fd);
}
