/*
 * One generation of a machine takes the place of another.  Several files of
 * several disks cannot be replaced at once; so a record says that it is to be
 * done, and what it takes is done again until it is.  The VM's overlays go first
 * and come last: without them it does not start, so nobody sees it between.
 */
#include "convert/capture/generation.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/log.h"
#include "common/own.h"
#include "convert/source/entries.h"
#include "convert/source/fold.h"
#include "convert/state/journal.h"
#include "convert/state/machine.h"

#define RECORD "capture/generation.json"

int
generation_read(struct generation *generation_out,
	const struct machine *machine, struct error *err)
{
	AUTO(freep) char *path = machine_path(machine, RECORD);
	AUTO(json_decrefpp) json_t *record = NULL;

	*generation_out = (struct generation){.is_settled = true};
	if (path == NULL)
		return error_set(err, ENOMEM, "machine %s", machine->name);
	if (access(path, F_OK) == -1 && errno == ENOENT)
		return 0;
	if (json_file_read(&record, path, err) == -1)
		return -1;
	generation_out->number =
		(unsigned)json_number(record, "number", 0);
	generation_out->is_settled = json_flag(record, "settled", 0);
	generation_out->disks =
		json_incref(json_object_get(record, "disks"));
	return 0;
}

void
generation_release(struct generation *generation)
{
	json_decref(generation->disks);
}

static int
write_record(const struct machine *machine,
	const struct generation *generation, struct error *err)
{
	AUTO(freep) char *path = machine_path(machine, RECORD);
	AUTO(json_decrefpp) json_t *record = json_pack("{s:s, s:i, s:b, s:O}",
		"format", "unrack-generation/1", "number",
		(int)generation->number, "settled", generation->is_settled,
		"disks", generation->disks);

	if (path == NULL || record == NULL)
		return error_set(err, ENOMEM, "machine %s", machine->name);
	return json_file_write(path, record, err);
}

int
generation_stage(struct machine **place_out, const struct machine *machine,
	struct error *err)
{
	static const char *const folders[] = {"vm", "report"};
	AUTO(machine_closep) struct machine *place = calloc(1, sizeof *place);

	if (place == NULL)
		return error_set(err, ENOMEM, "machine %s", machine->name);
	place->lock_fd = -1;
	strcpy(place->name, machine->name);
	place->folder = machine_path(machine, "next");
	if (place->folder == NULL)
		return error_set(err, ENOMEM, "machine %s", machine->name);
	if (io_remove_tree(place->folder, err) == -1)
		return -1;
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		AUTO(freep) char *path = machine_path(place, "%s", folders[i]);

		if (path == NULL)
			return error_set(err, ENOMEM, "machine %s",
				machine->name);
		if (io_make_folders(path, err) == -1)
			return -1;
	}
	*place_out = take(place);
	return 0;
}

/* All that was written of the machine so far. */
static int
sync_all(const struct machine *machine, struct error *err)
{
	AUTO(fd_closep) int fd = open(machine->folder,
		O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1 || syncfs(fd) == -1)
		return error_set(err, errno, "make %s durable",
			machine->folder);
	return 0;
}

/* Call for each disk of the record, until one fails. */
static int
each_disk(const struct machine *machine, const struct generation *generation,
	int (*what)(const struct generation *generation, const char *folder,
		const char *name, struct error *err),
	struct error *err)
{
	AUTO(freep) char *folder = machine_path(machine, "capture");
	const json_t *disk;
	size_t i;

	if (folder == NULL)
		return error_set(err, ENOMEM, "machine %s", machine->name);
	json_array_foreach(generation->disks, i, disk)
		if (what(generation, folder, json_text(disk, "name", ""),
			    err) == -1)
			return -1;
	return 0;
}

static int
prepare_disk(const struct generation *generation, const char *folder,
	const char *name, struct error *err)
{
	(void)generation;
	return fold_prepare(folder, name, err);
}

static int
fold_disk(const struct generation *generation, const char *folder,
	const char *name, struct error *err)
{
	return fold_run(folder, name, generation->number, err);
}

static bool
is_overlay(const char *name)
{
	size_t bytes = strlen(name);

	return bytes > 6 && strcmp(name + bytes - 6, ".qcow2") == 0;
}

static int
is_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Call for each file of next/vm; a folder that is not there has none. */
static int
each_vm_file(const struct machine *machine,
	int (*what)(const struct machine *machine, const char *name,
		struct error *err),
	struct error *err)
{
	AUTO(freep) char *folder = machine_path(machine, "next/vm");
	AUTO(freep) struct dirent **entries = NULL;
	int count, failed = 0;

	if (folder == NULL)
		return error_set(err, ENOMEM, "machine %s", machine->name);
	count = scandir(folder, &entries, is_file, alphasort);
	if (count == -1)
		return errno == ENOENT ? 0
				       : error_set(err, errno, "list %s", folder);
	for (int i = 0; i < count; i++) {
		if (failed == 0)
			failed = what(machine, entries[i]->d_name, err);
		free(entries[i]);
	}
	return failed;
}

/* The old VM's, over blocks that will change. */
static int
remove_overlay(const struct machine *machine, const char *name,
	struct error *err)
{
	AUTO(freep) char *path = machine_path(machine, "vm/%s", name);

	if (path == NULL)
		return error_set(err, ENOMEM, "machine %s", machine->name);
	if (is_overlay(name) && unlink(path) == -1 && errno != ENOENT)
		return error_set(err, errno, "remove %s", path);
	return 0;
}

/* From next/ to where the machine has it; done already when it is not there. */
static int
move(const struct machine *machine, const char *relative, struct error *err)
{
	AUTO(freep) char *from = machine_path(machine, "next/%s", relative);
	AUTO(freep) char *to = machine_path(machine, "%s", relative);

	if (from == NULL || to == NULL)
		return error_set(err, ENOMEM, "machine %s", machine->name);
	if (access(from, F_OK) == -1 && errno == ENOENT)
		return 0;
	if (io_remove_tree(to, err) == -1)
		return -1;
	if (rename(from, to) == -1)
		return error_set(err, errno, "replace %s", to);
	return 0;
}

static int
move_vm_file(const struct machine *machine, const char *name,
	struct error *err)
{
	AUTO(freep) char *relative = io_format("vm/%s", name);

	if (relative == NULL)
		return error_set(err, ENOMEM, "machine %s", machine->name);
	return move(machine, relative, err);
}

static int
move_other_file(const struct machine *machine, const char *name,
	struct error *err)
{
	return is_overlay(name) ? 0 : move_vm_file(machine, name, err);
}

static int
move_all(const struct machine *machine, struct error *err)
{
	static const char *const parts[] = {"inventory.json", "disks.json",
		"report"};
	AUTO(freep) char *next = machine_path(machine, "next");

	if (next == NULL)
		return error_set(err, ENOMEM, "machine %s", machine->name);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (move(machine, parts[i], err) == -1)
			return -1;
	if (each_vm_file(machine, move_other_file, err) == -1 ||
		each_vm_file(machine, move_vm_file, err) == -1)
		return -1;
	return io_remove_tree(next, err);
}

static int
journal_complete(const struct machine *machine,
	const struct generation *generation, struct error *err)
{
	AUTO(json_decrefpp) json_t *details = json_pack("{s:i, s:O}",
		"generation", (int)generation->number, "disks",
		generation->disks);

	return journal_add(machine, "generation.complete", details, err);
}

/* The first one was made in its place. */
static int
replace(const struct machine *machine, const struct generation *generation,
	struct error *err)
{
	if (generation->number > 1 &&
		(each_vm_file(machine, remove_overlay, err) == -1 ||
			sync_all(machine, err) == -1))
		return -1;
	if (each_disk(machine, generation, fold_disk, err) == -1)
		return -1;
	if (generation->number > 1 &&
		(move_all(machine, err) == -1 || sync_all(machine, err) == -1))
		return -1;
	return 0;
}

int
generation_settle(const struct machine *machine, struct error *err)
{
	AUTO(generation_release) struct generation generation = {0};

	if (generation_read(&generation, machine, err) == -1)
		return -1;
	if (generation.is_settled)
		return 0;
	if (machine_set_state(machine, MACHINE_CAPTURED, err) == -1 ||
		replace(machine, &generation, err) == -1 ||
		journal_complete(machine, &generation, err) == -1) {
		error_add(err, "put generation %u in its place",
			generation.number);
		return error_hint(err, "It is complete; the next `unrack` "
			"that works on this machine goes on with it.");
	}
	generation.is_settled = true;
	if (write_record(machine, &generation, err) == -1)
		return -1;
	log_info("%s: generation %u is complete", machine->name,
		generation.number);
	return 0;
}

int
generation_recover(struct machine *machine, struct error *err)
{
	AUTO(generation_release) struct generation generation = {0};

	if (generation_read(&generation, machine, err) == -1)
		return -1;
	if (generation.is_settled)
		return 0;
	return machine_lock(machine, err) == -1
		? -1
		: generation_settle(machine, err);
}

void
generation_recover_all(const char *state)
{
	struct error err = {0};
	char **names;
	size_t count;

	if (machine_list(&names, &count, state, &err) == -1) {
		log_error(&err);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		AUTO(machine_closep) struct machine *machine = NULL;

		if (machine_open(&machine, state, names[i], &err) == -1 ||
			generation_recover(machine, &err) == -1)
			log_error(&err);
	}
	machine_list_free(names, count);
}

int
generation_commit(const struct machine *machine, unsigned number,
	const json_t *disks, struct error *err)
{
	AUTO(generation_release) struct generation generation = {
		.number = number, .disks = json_array()};
	const json_t *disk;
	size_t i;

	json_array_foreach(disks, i, disk)
		json_array_append_new(generation.disks, json_pack(
			"{s:s, s:I, s:I, s:s}", "name",
			json_text(disk, "name", ""), "size_bytes",
			(json_int_t)json_number(disk, "size_bytes", 0),
			"captured_bytes",
			(json_int_t)json_number(disk, "captured_bytes", 0),
			"root_hash", json_text(disk, "root_hash", "")));
	if (json_array_size(generation.disks) != json_array_size(disks))
		return error_set(err, ENOMEM, "machine %s", machine->name);
	if (each_disk(machine, &generation, prepare_disk, err) == -1 ||
		sync_all(machine, err) == -1 ||
		write_record(machine, &generation, err) == -1)
		return -1;
	return generation_settle(machine, err);
}

static int
is_next_map(const struct dirent *entry)
{
	size_t bytes = strlen(entry->d_name);

	return bytes > 9 &&
		strcmp(entry->d_name + bytes - 9, ".next-map") == 0;
}

static int
add_bytes(void *context, uint64_t block, const struct map_entry *entry,
	struct error *err)
{
	uint64_t *bytes = context;

	(void)block;
	(void)entry;
	(void)err;
	*bytes += BLOCK_BYTES;
	return 0;
}

/* A map that a session makes or removes at this moment counts nothing. */
static void
add_map(uint64_t *bytes, char *path)
{
	struct entries entries = {.path = path, .fd = -1};

	if (entries_look(&entries, NULL) == 0) {
		entries.blocks = entries_count(&entries.header);
		entries_load(&entries, add_bytes, bytes, NULL);
	}
	entries_close(&entries);
}

int
generation_next_bytes(uint64_t *bytes_out, bool *any_out,
	const struct machine *machine, struct error *err)
{
	AUTO(freep) char *folder = machine_path(machine, "capture");
	AUTO(freep) struct dirent **entries = NULL;
	int count;

	*bytes_out = 0;
	if (folder == NULL)
		return error_set(err, ENOMEM, "machine %s", machine->name);
	count = scandir(folder, &entries, is_next_map, alphasort);
	if (count == -1 && errno != ENOENT)
		return error_set(err, errno, "list %s", folder);
	*any_out = count > 0;
	for (int i = 0; i < count; i++) {
		add_map(bytes_out, io_format("%s/%s", folder,
			entries[i]->d_name));
		free(entries[i]);
	}
	return 0;
}
