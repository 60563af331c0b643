/*
 * Reading a carry set back, on the host.  Nothing in it is trusted before its
 * hash or tag was checked.  convert/source/carry.c puts the blocks into images.
 */
#include "wire/carry-set.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/progress.h"

enum { PARTS_LIMIT = 64 };

struct carry_set {
	struct carry_folder folders[PARTS_LIMIT];
	size_t count, last; /* the part with the highest number */
	const uint8_t *key;
	struct carry_index index;
	uint8_t *frame; /* of the longest length */
	/* The data file that is open. */
	int fd;
	uint32_t part, chunk;
	struct seal *seal;
	char *path;
};

static void
close_data(struct carry_set *set)
{
	fd_closep(&set->fd);
	set->fd = -1;
	seal_free(take(set->seal));
	free(take(set->path));
}

void
carry_set_close(struct carry_set *set)
{
	if (set == NULL)
		return;
	close_data(set);
	for (size_t i = 0; i < set->count; i++)
		carry_folder_release(&set->folders[i]);
	carry_index_release(&set->index);
	free(set->frame);
	free(set);
}

static int
check_same_set(const struct carry_folder *a, const struct carry_folder *b,
	struct error *err)
{
	if (memcmp(a->part.set, b->part.set, CARRY_ID_BYTES) != 0 ||
		strcmp(a->part.machine, b->part.machine) != 0 ||
		a->part.encrypted != b->part.encrypted) {
		error_set(err, 0, "%s and %s are of two sets", a->path,
			b->path);
		return error_hint(err, "Give the parts of one capture only.");
	}
	if (a->part.number == b->part.number)
		return error_set(err, 0, "%s and %s are both part %u", a->path,
			b->path, a->part.number);
	return 0;
}

static int
add_part(struct carry_set *set, const char *dir, const char *machine,
	struct error *err)
{
	struct carry_folder *folder = &set->folders[set->count];

	if (set->count == PARTS_LIMIT)
		return error_set(err, E2BIG, "more than %d parts", PARTS_LIMIT);
	if (carry_folder_find(folder, dir, machine, err) == -1 &&
		(machine == NULL || err->code != ENOENT ||
			carry_folder_find(folder, dir, NULL, err) == -1))
		return -1;
	set->count++;
	for (size_t i = 0; i + 1 < set->count; i++)
		if (check_same_set(&set->folders[i], folder, err) == -1)
			return -1;
	if (folder->part.number > set->folders[set->last].part.number)
		set->last = set->count - 1;
	return 0;
}

int
carry_set_open(struct carry_set **set_out, const char *const *dirs,
	size_t count, const char *machine, struct error *err)
{
	AUTO(carry_set_closep) struct carry_set *set = calloc(1, sizeof *set);

	if (set == NULL)
		return error_set(err, ENOMEM, "open a carry set");
	set->fd = -1;
	set->frame = malloc(CARRY_HEAD_BYTES + CARRY_PAYLOAD_LIMIT);
	if (set->frame == NULL)
		return error_set(err, ENOMEM, "open a carry set");
	for (size_t i = 0; i < count; i++)
		if (add_part(set, dirs[i], machine, err) == -1)
			return -1;
	*set_out = take(set);
	return 0;
}

const struct carry_part *
carry_set_part(const struct carry_set *set)
{
	return &set->folders[set->last].part;
}

const struct carry_index *
carry_set_index(const struct carry_set *set)
{
	return &set->index;
}

static const struct carry_folder *
folder_of(const struct carry_set *set, uint32_t part)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->folders[i].part.number == part)
			return &set->folders[i];
	return NULL;
}

static int
check_complete(const struct carry_set *set, struct error *err)
{
	const struct carry_folder *last = &set->folders[set->last];

	if (set->index.complete)
		return 0;
	error_set(err, 0, "part %u in %s is not the end of the set",
		last->part.number, last->path);
	err->code = ENODATA;
	if (set->index.torn_chunk > 0)
		return error_hint(err, "Its file %04u.index is damaged, "
			"changed or cut.  Give the last part, or run "
			"unrack-capture --to again.", set->index.torn_chunk);
	return error_hint(err, "Give the part that follows it as well, or let "
		"unrack-capture --to finish.");
}

/* The first part that holds blocks and was not given. */
static int
check_parts(const struct carry_set *set, struct error *err)
{
	uint64_t bytes = 0;
	uint32_t missing = 0;
	char text[16];

	for (size_t i = 0; i < set->index.now.count; i++) {
		const struct carry_place *place =
			&set->index.now.groups[i].place;

		if (place->bytes == 0 || folder_of(set, place->part) != NULL ||
			(missing != 0 && missing != place->part))
			continue;
		missing = place->part;
		bytes += place->bytes;
	}
	if (missing == 0)
		return 0;
	error_set(err, 0, "part %u of the set is missing; it holds %s",
		missing, progress_bytes(text, bytes));
	err->code = ENOENT;
	return error_hint(err, "Give the folders of all its disks at once: "
		"unrack import DIR1 DIR2 ...");
}

int
carry_set_load(struct carry_set *set, const uint8_t *key, struct error *err)
{
	const struct carry_folder *last = &set->folders[set->last];
	uint32_t next;

	if (last->part.encrypted && carry_part_check_key(&last->part, key,
					err) == -1)
		return error_add(err, "%s", last->path);
	set->key = key;
	if (carry_folder_load(last, key, &set->index, &next, err) == -1 ||
		check_complete(set, err) == -1)
		return -1;
	return check_parts(set, err);
}

static int
read_salt(const struct carry_folder *folder, uint32_t chunk,
	uint8_t salt_out[SEAL_SALT_BYTES], struct error *err)
{
	AUTO(freep) char *path = carry_chunk_path(folder->path, chunk, "index");
	AUTO(fd_closep) int fd = path == NULL ? -1
					      : open(path, O_RDONLY | O_CLOEXEC);
	uint8_t head[CARRY_CHUNK_BYTES];

	if (fd == -1)
		return error_set(err, path == NULL ? ENOMEM : errno, "open %s",
			path == NULL ? "an index" : path);
	if (io_pread(fd, head, sizeof head, 0, path, err) == -1)
		return -1;
	if (carry_chunk_decode(&folder->part, chunk, salt_out, head, err) == -1)
		return error_add(err, "%s", path);
	return 0;
}

static int
open_data(struct carry_set *set, const struct carry_place *place,
	struct error *err)
{
	const struct carry_folder *folder = folder_of(set, place->part);
	uint8_t salt[SEAL_SALT_BYTES];

	if (set->fd != -1 && set->part == place->part &&
		set->chunk == place->chunk)
		return 0;
	close_data(set);
	if (folder == NULL)
		return error_set(err, ENOENT, "part %u", place->part);
	if (read_salt(folder, place->chunk, salt, err) == -1 ||
		carry_seal(&set->seal, &folder->part, place->chunk, 'd', salt,
			set->key, err) == -1)
		return -1;
	set->path = carry_chunk_path(folder->path, place->chunk, "data");
	if (set->path == NULL)
		return error_set(err, ENOMEM, "open part %u", place->part);
	set->fd = open(set->path, O_RDONLY | O_CLOEXEC);
	if (set->fd == -1)
		return error_set(err, errno, "open %s", set->path);
	set->part = place->part;
	set->chunk = place->chunk;
	posix_fadvise(set->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return 0;
}

/* The frame at *at, which moves behind it; its payload is in set->frame. */
static int
read_frame(struct carry_set *set, uint32_t *at, uint32_t end,
	uint32_t *payload_bytes_out, struct error *err)
{
	uint32_t offset = *at, bytes;

	if (end - offset < CARRY_HEAD_BYTES)
		return error_set(err, EBADMSG, "%s: a cut frame", set->path);
	if (io_pread(set->fd, set->frame, CARRY_HEAD_BYTES, offset, set->path,
		    err) == -1)
		return -1;
	if (carry_frame_length(set->frame, &bytes, err) == -1 ||
		(bytes > end - offset - CARRY_HEAD_BYTES &&
			error_set(err, EBADMSG, "a cut frame") == -1))
		return error_add(err, "%s at byte %u", set->path, offset);
	if (io_pread(set->fd, set->frame + CARRY_HEAD_BYTES, bytes,
		    offset + CARRY_HEAD_BYTES, set->path, err) == -1)
		return -1;
	if (carry_frame_open(set->frame, set->seal, offset, err) == -1)
		return error_add(err, "%s at byte %u", set->path, offset);
	*at = offset + CARRY_HEAD_BYTES + bytes;
	*payload_bytes_out = bytes;
	return 0;
}

static int
read_inventory(struct carry_set *set, uint32_t *bytes_out, struct error *err)
{
	const struct carry_place *place = &set->index.now.inventory;
	uint8_t hash[HASH_BYTES];
	uint32_t at = place->offset;
	struct carry_payload payload;

	if (open_data(set, place, err) == -1 ||
		read_frame(set, &at, place->offset + place->bytes, bytes_out,
			err) == -1 ||
		carry_payload_decode(&payload, set->frame + CARRY_HEAD_BYTES,
			*bytes_out, err) == -1 ||
		hash_block(set->frame + CARRY_HEAD_BYTES, *bytes_out, hash,
			err) == -1)
		return -1;
	if (payload.kind != CARRY_INVENTORY ||
		memcmp(hash, set->index.now.inventory_hash, sizeof hash) != 0)
		return error_set(err, EBADMSG, "%s: not the inventory",
			set->path);
	return 0;
}

int
carry_set_inventory(struct carry_set *set, json_t **inventory_out,
	struct error *err)
{
	json_error_t why;
	json_t *inventory;
	uint32_t bytes;

	if (read_inventory(set, &bytes, err) == -1)
		return -1;
	inventory = json_loadb((const char *)set->frame + CARRY_HEAD_BYTES +
			CARRY_PAYLOAD_HEAD_BYTES,
		bytes - CARRY_PAYLOAD_HEAD_BYTES, JSON_REJECT_DUPLICATES, &why);
	if (!json_is_object(inventory)) {
		json_decref(inventory);
		return error_set(err, EBADMSG, "%s: the inventory is no JSON "
			"object", set->path);
	}
	*inventory_out = inventory;
	return 0;
}

int
carry_set_read(struct carry_set *set, const struct carry_stored_group *stored,
	uint64_t disk_bytes, struct carry_group *group, carry_stored *block,
	void *context, struct error *err)
{
	const struct carry_place *place = &stored->place;
	uint32_t at = place->offset, end = at + place->bytes, bytes;
	uint8_t hash[HASH_BYTES];

	if (carry_group_begin(group, disk_bytes, stored->disk, stored->group,
		    err) == -1 ||
		(at < end && open_data(set, place, err) == -1))
		return -1;
	while (at < end)
		if (read_frame(set, &at, end, &bytes, err) == -1 ||
			carry_group_read(group, set->frame + CARRY_HEAD_BYTES,
				bytes, block, context, err) == -1)
			return -1;
	if (carry_group_hash(group, hash, err) == -1)
		return -1;
	if (group->blocks != stored->blocks ||
		memcmp(hash, stored->hash, sizeof hash) != 0)
		return error_set(err, EBADMSG, "group %u of disk %u does not "
			"match its hash", stored->group, stored->disk);
	return 0;
}
