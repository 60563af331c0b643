/*
 * The folder of a part: finding it and reading its index.  carry-writer.c
 * appends to it, carry-set.c reads the blocks.
 */
#include "wire/carry-folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/strings.h"

static const char suffix[] = ".carry";

void
carry_folder_release(struct carry_folder *folder)
{
	free(folder->path);
	*folder = (struct carry_folder){0};
}

char *
carry_folder_path(const char *dir, const char *machine)
{
	return io_format("%s/%s%s", dir, *machine == '\0' ? "unnamed" : machine,
		suffix);
}

char *
carry_chunk_path(const char *folder, uint32_t chunk, const char *kind)
{
	return io_format("%s/%04u.%s", folder, chunk, kind);
}

/* Takes `path`.  ENOENT when it is no part. */
static int
read_part(struct carry_folder *folder_out, char *path, struct error *err)
{
	AUTO(freep) char *folder = path;
	AUTO(freep) char *file = path == NULL ? NULL
					      : io_format("%s/part", path);
	AUTO(freep) char *bytes = NULL;
	size_t count;

	if (file == NULL)
		return error_set(err, ENOMEM, "look for a carry set");
	if (io_read_file(&bytes, &count, file, CARRY_PART_BYTES, err) == -1)
		return -1;
	if (count != CARRY_PART_BYTES)
		return error_set(err, EBADMSG, "%s has %zu bytes", file, count);
	if (carry_part_decode(&folder_out->part, (uint8_t *)bytes, err) == -1)
		return error_add(err, "%s", file);
	folder_out->path = take(folder);
	return 0;
}

static void
dir_closep(DIR **dir)
{
	if (*dir != NULL)
		closedir(*dir);
}

/* The only MACHINE.carry in the folder. */
static int
search(struct carry_folder *folder_out, const char *dir, struct error *err)
{
	AUTO(dir_closep) DIR *list = opendir(dir);
	AUTO(freep) char *found = NULL;
	const struct dirent *entry;

	if (list == NULL) {
		error_set(err, errno, "open %s", dir);
		return error_hint(err, "Name the folder that the removable "
			"disk is mounted on.");
	}
	while ((entry = readdir(list)) != NULL) {
		if (*entry->d_name == '.' ||
			!string_ends(entry->d_name, suffix))
			continue;
		if (found != NULL) {
			error_set(err, EEXIST, "%s holds more than one carry "
				"set", dir);
			return error_hint(err, "Name one of its folders "
				"MACHINE%s, or the machine.", suffix);
		}
		found = io_format("%s/%s", dir, entry->d_name);
		if (found == NULL)
			return error_set(err, ENOMEM, "open %s", dir);
	}
	if (found == NULL) {
		error_set(err, ENOENT, "%s holds no carry set", dir);
		return error_hint(err, "`unrack-capture --to DIR` writes one, "
			"as DIR/MACHINE%s.", suffix);
	}
	return read_part(folder_out, take(found), err);
}

int
carry_folder_find(struct carry_folder *folder_out, const char *dir,
	const char *machine, struct error *err)
{
	*folder_out = (struct carry_folder){0};
	if (read_part(folder_out, strdup(dir), err) == 0)
		return 0;
	if (err->code != ENOENT)
		return -1;
	error_clear(err);
	if (machine == NULL)
		return search(folder_out, dir, err);
	return read_part(folder_out, carry_folder_path(dir, machine), err);
}

int
carry_folder_make(const struct carry_folder *folder, struct error *err)
{
	AUTO(freep) char *file = io_format("%s/part", folder->path);
	uint8_t bytes[CARRY_PART_BYTES];

	if (file == NULL)
		return error_set(err, ENOMEM, "make %s", folder->path);
	carry_part_encode(&folder->part, bytes);
	if (io_make_folders(folder->path, err) == -1)
		return -1;
	return io_write_file(file, bytes, sizeof bytes, 0600, err);
}

/* 1, 0 when no whole and true entry comes any more, -1. */
static int
read_entry(FILE *file, struct seal *seal, uint64_t position,
	struct carry_index *index, struct error *err)
{
	uint8_t bytes[CARRY_ENTRY_BYTES];
	struct carry_entry entry;
	size_t got = fread(bytes, 1, sizeof bytes, file);

	if (ferror(file))
		return error_set(err, EIO, "read an index");
	if (got == 0)
		return 0;
	if (got == sizeof bytes && carry_entry_decode(&entry, seal, position,
				bytes, NULL) == 0)
		return carry_index_add(index, &entry, err) == -1 ? -1 : 1;
	return 0;
}

/* What a kill or a full disk left of a chunk ends at the first bad entry. */
static int
load_chunk(const struct carry_folder *folder, uint32_t chunk,
	const uint8_t *key, FILE *file, struct carry_index *index,
	struct error *err)
{
	uint8_t head[CARRY_CHUNK_BYTES], salt[SEAL_SALT_BYTES];
	AUTO(seal_freep) struct seal *seal = NULL;
	uint64_t position = 0;
	int got;

	if (fread(head, 1, sizeof head, file) != sizeof head ||
		carry_chunk_decode(&folder->part, chunk, salt, head, NULL) ==
			-1) {
		index->torn_chunk = chunk;
		return 0;
	}
	if (carry_seal(&seal, &folder->part, chunk, 'i', salt, key, err) == -1)
		return -1;
	while ((got = read_entry(file, seal, position, index, err)) == 1)
		position++;
	if (got == 0 && !feof(file))
		index->torn_chunk = chunk;
	return got;
}

int
carry_folder_load(const struct carry_folder *folder, const uint8_t *key,
	struct carry_index *index_out, uint32_t *next_out, struct error *err)
{
	uint32_t chunk = 1;

	*index_out = (struct carry_index){0};
	for (;; chunk++) {
		AUTO(freep) char *path = carry_chunk_path(folder->path, chunk,
			"index");
		AUTO(file_closep) FILE *file = NULL;

		if (path == NULL)
			return error_set(err, ENOMEM, "read %s", folder->path);
		file = fopen(path, "rbe");
		if (file == NULL && errno == ENOENT)
			break;
		if (file == NULL)
			return error_set(err, errno, "open %s", path);
		if (load_chunk(folder, chunk, key, file, index_out, err) ==
			-1) {
			carry_index_release(index_out);
			return error_add(err, "%s", path);
		}
	}
	*next_out = chunk;
	return 0;
}

static uint32_t
end_in(const struct carry_pass *pass, uint32_t part, uint32_t chunk,
	uint32_t end)
{
	for (size_t i = 0; i < pass->count; i++) {
		const struct carry_place *place = &pass->groups[i].place;

		if (place->part == part && place->chunk == chunk &&
			place->offset + place->bytes > end)
			end = place->offset + place->bytes;
	}
	if (pass->inventory.part == part && pass->inventory.chunk == chunk &&
		pass->inventory.offset + pass->inventory.bytes > end)
		end = pass->inventory.offset + pass->inventory.bytes;
	return end;
}

void
carry_folder_trim(const struct carry_folder *folder,
	const struct carry_index *index, uint32_t next)
{
	uint32_t part = folder->part.number, chunk = next - 1;
	AUTO(freep) char *path = carry_chunk_path(folder->path, chunk, "data");
	uint32_t end = end_in(&index->before, part, chunk,
		end_in(&index->now, part, chunk, 0));

	/* What cannot be given back only takes room. */
	if (path != NULL && chunk > 0 && truncate(path, (off_t)end) == -1)
		return;
}
