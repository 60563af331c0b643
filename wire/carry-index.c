/*
 * From entries to what a part holds.  carry-set.c reads them from files.
 */
#include "wire/carry-index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"

enum { GROUPS_FIRST = 64 };

static void
pass_release(struct carry_pass *pass)
{
	free(pass->groups);
	*pass = (struct carry_pass){0};
}

void
carry_index_release(struct carry_index *index)
{
	pass_release(&index->now);
	pass_release(&index->before);
	free(index->roots);
	*index = (struct carry_index){0};
}

static int
pass_append(struct carry_pass *pass, const struct carry_stored_group *group,
	struct error *err)
{
	size_t room = pass->room == 0 ? GROUPS_FIRST : 2 * pass->room;
	struct carry_stored_group *groups;

	if (pass->count == pass->room) {
		groups = reallocarray(pass->groups, room, sizeof *groups);
		if (groups == NULL)
			return error_set(err, ENOMEM, "read an index");
		pass->groups = groups;
		pass->room = room;
	}
	pass->groups[pass->count++] = *group;
	return 0;
}

/* What the old pass knew and the new one did not reach stays known. */
static int
begin_pass(struct carry_index *index, const struct carry_entry *entry,
	struct error *err)
{
	struct carry_pass *now = &index->now, *before = &index->before;

	if (index->begun) {
		for (size_t i = now->count; i < before->count; i++)
			if (pass_append(now, &before->groups[i], err) == -1)
				return -1;
		pass_release(before);
		*before = *now;
		*now = (struct carry_pass){0};
	}
	index->begun = true;
	memcpy(now->session, entry->session, sizeof now->session);
	now->inventory = entry->place;
	memcpy(now->inventory_hash, entry->hash, HASH_BYTES);
	free(index->roots);
	index->roots = NULL;
	index->root_count = 0;
	index->complete = false;
	return 0;
}

static bool
follows(const struct carry_pass *pass, uint8_t disk, uint32_t group)
{
	const struct carry_stored_group *last;

	if (pass->count == 0)
		return disk == 0 && group == 0;
	last = &pass->groups[pass->count - 1];
	return disk == last->disk ? group == last->group + 1
				  : disk == last->disk + 1 && group == 0;
}

static int
add_group(struct carry_index *index, const struct carry_entry *entry,
	struct error *err)
{
	struct carry_stored_group group = {entry->place, entry->group,
		entry->blocks, entry->disk, {0}};

	memcpy(group.hash, entry->hash, HASH_BYTES);
	if (index->root_count > 0 ||
		!follows(&index->now, entry->disk, entry->group))
		return error_set(err, EBADMSG, "group %u of disk %u is out of "
			"order", entry->group, entry->disk);
	return pass_append(&index->now, &group, err);
}

static int
add_root(struct carry_index *index, const struct carry_entry *entry,
	struct error *err)
{
	struct carry_root *roots;

	if (entry->disk != index->root_count)
		return error_set(err, EBADMSG, "disk %u is out of order",
			entry->disk);
	roots = reallocarray(index->roots, index->root_count + 1,
		sizeof *roots);
	if (roots == NULL)
		return error_set(err, ENOMEM, "read an index");
	index->roots = roots;
	roots += index->root_count++;
	roots->size_bytes = entry->size_bytes;
	memcpy(roots->hash, entry->hash, HASH_BYTES);
	return 0;
}

int
carry_index_add(struct carry_index *index, const struct carry_entry *entry,
	struct error *err)
{
	if (entry->type == CARRY_PASS)
		return begin_pass(index, entry, err);
	if (!index->begun || index->complete)
		return error_set(err, EBADMSG, "an entry of no pass");
	if (entry->type == CARRY_GROUP)
		return add_group(index, entry, err);
	if (entry->type == CARRY_DISK)
		return add_root(index, entry, err);
	if (entry->disk != index->root_count)
		return error_set(err, EBADMSG, "an end after %zu of %u disks",
			index->root_count, entry->disk);
	index->complete = true;
	return 0;
}

struct carry_entry
carry_group_entry(const struct carry_stored_group *group)
{
	struct carry_entry entry = {.type = CARRY_GROUP, .disk = group->disk,
		.group = group->group, .blocks = group->blocks,
		.place = group->place};

	memcpy(entry.hash, group->hash, HASH_BYTES);
	return entry;
}

struct carry_entry
carry_pass_entry(const struct carry_pass *pass)
{
	struct carry_entry entry = {.type = CARRY_PASS,
		.place = pass->inventory};

	memcpy(entry.hash, pass->inventory_hash, HASH_BYTES);
	memcpy(entry.session, pass->session, CARRY_ID_BYTES);
	return entry;
}

int
carry_index_root(const struct carry_index *index, uint8_t disk,
	uint8_t hash_out[HASH_BYTES], struct error *err)
{
	const struct carry_pass *pass = &index->now;
	uint8_t *hashes = malloc(pass->count * HASH_BYTES + 1), *at = hashes;
	int result;

	if (hashes == NULL)
		return error_set(err, ENOMEM, "hash a disk");
	for (size_t i = 0; i < pass->count; i++) {
		if (pass->groups[i].disk != disk)
			continue;
		memcpy(at, pass->groups[i].hash, HASH_BYTES);
		at += HASH_BYTES;
	}
	result = hash_block(hashes, (size_t)(at - hashes), hash_out, err);
	free(hashes);
	return result;
}
