/*
 * The directory of one machine: the only state that unrack keeps.  Its history
 * is in journal.c.
 */
#include "convert/state/machine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/own.h"

static const char *const state_names[MACHINE_STATE_COUNT] = {
	[MACHINE_ENROLLED] = "enrolled",
	[MACHINE_ASSESSED] = "assessed",
	[MACHINE_PRECOPIED] = "pre-copied",
	[MACHINE_CONVERTED] = "converted",
	[MACHINE_CAPTURED] = "captured",
	[MACHINE_VERIFIED] = "verified",
};

static int
machine_new(struct machine **machine_out, const char *state, const char *name,
	struct error *err)
{
	AUTO(machine_closep) struct machine *machine = NULL;

	if (key_check_name(name, err) == -1)
		return -1;
	machine = calloc(1, sizeof *machine);
	if (machine == NULL)
		return error_set(err, ENOMEM, "machine %s", name);
	machine->lock_fd = -1;
	snprintf(machine->name, sizeof machine->name, "%s", name);
	machine->folder = io_format("%s/machines/%s", state, name);
	if (machine->folder == NULL)
		return error_set(err, ENOMEM, "machine %s", name);
	*machine_out = take(machine);
	return 0;
}

int
machine_open(struct machine **machine_out, const char *state, const char *name,
	struct error *err)
{
	AUTO(machine_closep) struct machine *machine = NULL;

	if (machine_new(&machine, state, name, err) == -1)
		return -1;
	if (access(machine->folder, X_OK) == -1) {
		error_set(err, errno, "machine %s in %s", name, state);
		return error_hint(err,
			"`unrack status` lists the machines; `unrack enroll %s` "
			"adds one; --state names another directory.", name);
	}
	*machine_out = take(machine);
	return 0;
}

int
machine_create(struct machine **machine_out, const char *state,
	const char *name, struct error *err)
{
	static const char *const folders[] = {"capture", "vm", "report"};
	AUTO(machine_closep) struct machine *machine = NULL;

	if (machine_new(&machine, state, name, err) == -1)
		return -1;
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		AUTO(freep) char *path = machine_path(machine, "%s", folders[i]);

		if (path == NULL)
			return error_set(err, ENOMEM, "machine %s", name);
		if (io_make_folders(path, err) == -1)
			return -1;
	}
	*machine_out = take(machine);
	return 0;
}

void
machine_close(struct machine *machine)
{
	if (machine->lock_fd != -1)
		close(machine->lock_fd);
	free(machine->folder);
	free(machine);
}

int
machine_lock(struct machine *machine, struct error *err)
{
	AUTO(freep) char *path = machine_path(machine, "lock");
	AUTO(fd_closep) int fd = -1;
	char owner[32] = "";

	if (path == NULL)
		return error_set(err, ENOMEM, "lock machine %s", machine->name);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd == -1)
		return error_set(err, errno, "open %s", path);
	if (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		if (errno != EWOULDBLOCK)
			return error_set(err, errno, "lock %s", path);
		if (pread(fd, owner, sizeof owner - 1, 0) > 0)
			owner[strcspn(owner, "\n")] = '\0';
		error_set(err, EBUSY, "machine %s is in use by process %s",
			machine->name, owner[0] ? owner : "(unknown)");
		return error_hint(err,
			"Wait for it to end, or end that process first.");
	}
	snprintf(owner, sizeof owner, "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) == -1 ||
		pwrite(fd, owner, strlen(owner), 0) != (ssize_t)strlen(owner))
		return error_set(err, errno, "write %s", path);
	machine->lock_fd = take_fd(&fd);
	return 0;
}

char *
machine_path(const struct machine *machine, const char *format, ...)
{
	AUTO(freep) char *relative = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&relative, format, args) == -1)
		relative = NULL;
	va_end(args);
	return relative == NULL ? NULL
				: io_format("%s/%s", machine->folder, relative);
}

const char *
machine_state_name(enum machine_state state)
{
	return state_names[state];
}

enum machine_state
machine_state(const struct machine *machine)
{
	AUTO(freep) char *path = machine_path(machine, "state.json");
	AUTO(json_decrefpp) json_t *json = NULL;
	const char *name;

	if (path == NULL || json_file_read(&json, path, NULL) == -1)
		return MACHINE_ENROLLED;
	name = json_text(json, "state", "");
	for (int i = 0; i < MACHINE_STATE_COUNT; i++)
		if (strcmp(name, state_names[i]) == 0)
			return (enum machine_state)i;
	return MACHINE_ENROLLED;
}

int
machine_set_state(const struct machine *machine, enum machine_state state,
	struct error *err)
{
	AUTO(freep) char *path = machine_path(machine, "state.json");
	AUTO(json_decrefpp) json_t *json = json_pack("{s:s, s:s}", "format",
		"unrack-state/1", "state", state_names[state]);

	if (path == NULL || json == NULL)
		return error_set(err, ENOMEM, "state of %s", machine->name);
	return json_file_write(path, json, err);
}

int
machine_check_whole(const struct machine *machine, struct error *err)
{
	if (machine_state(machine) != MACHINE_PRECOPIED)
		return 0;
	error_set(err, 0, "machine %s was only copied in advance, while it ran: "
		"its disks are of many moments", machine->name);
	return error_hint(err,
		"Boot it from the live image with its enrolment while `unrack "
		"serve` runs: only what still differs is sent.");
}

bool
machine_is_apart(const struct machine *machine)
{
	AUTO(freep) char *path = machine_path(machine, "no-share");

	/* When in doubt, apart. */
	return path == NULL || access(path, F_OK) == 0 || errno != ENOENT;
}

int
machine_set_apart(const struct machine *machine, struct error *err)
{
	AUTO(freep) char *path = machine_path(machine, "no-share");

	if (path == NULL)
		return error_set(err, ENOMEM, "keep %s apart", machine->name);
	return io_write_file(path, "", 0, 0600, err);
}

static int
is_machine_entry(const struct dirent *entry)
{
	return key_check_name(entry->d_name, NULL) == 0;
}

int
machine_list(char ***names_out, size_t *count_out, const char *state,
	struct error *err)
{
	AUTO(freep) char *folder = io_format("%s/machines", state);
	AUTO(freep) struct dirent **entries = NULL;
	char **names;
	int count;

	if (folder == NULL)
		return error_set(err, ENOMEM, "list machines");
	count = scandir(folder, &entries, is_machine_entry, alphasort);
	if (count == -1 && errno != ENOENT)
		return error_set(err, errno, "list %s", folder);
	if (count == -1)
		count = 0;
	names = calloc((size_t)count + 1, sizeof *names);
	for (int i = 0; i < count; i++) {
		if (names != NULL)
			names[i] = strdup(entries[i]->d_name);
		free(entries[i]);
	}
	if (names == NULL)
		return error_set(err, ENOMEM, "list machines");
	*names_out = names;
	*count_out = (size_t)count;
	return 0;
}

void
machine_list_free(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

static int
parse_disk(struct machine_disk *disk, const json_t *json)
{
	const char *name = json_text(json, "name", "");
	const char *image = json_text(json, "image", NULL);

	/* The name becomes a file name. */
	if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL ||
		strlen(name) >= sizeof disk->name)
		return -1;
	snprintf(disk->name, sizeof disk->name, "%s", name);
	snprintf(disk->image_format, sizeof disk->image_format, "%s",
		json_text(json, "image_format", "raw"));
	disk->size_bytes = json_number(json, "size_bytes", 0);
	disk->image = image == NULL ? NULL : strdup(image);
	return image != NULL && disk->image == NULL ? -1 : 0;
}

int
machine_read_disks(const struct machine *machine,
	struct machine_disk **disks_out, size_t *count_out, struct error *err)
{
	AUTO(freep) char *path = machine_path(machine, "disks.json");
	AUTO(json_decrefpp) json_t *json = NULL;
	const json_t *list;
	struct machine_disk *disks;
	size_t count;

	if (path == NULL)
		return error_set(err, ENOMEM, "disks of %s", machine->name);
	if (json_file_read(&json, path, err) == -1) {
		error_add(err, "machine %s has no disks yet", machine->name);
		return error_hint(err,
			"Capture it: boot it from the live image with its "
			"enrolment while `unrack serve` runs, or give `unrack "
			"convert --name %s --disk FILE`.", machine->name);
	}
	list = json_object_get(json, "disks");
	count = json_array_size(list);
	disks = calloc(count + 1, sizeof *disks);
	if (disks == NULL)
		return error_set(err, ENOMEM, "disks of %s", machine->name);
	for (size_t i = 0; i < count; i++) {
		if (parse_disk(&disks[i], json_array_get(list, i)) == 0)
			continue;
		machine_disks_free(disks, count);
		return error_set(err, EBADMSG, "%s: disk %zu", path, i);
	}
	*disks_out = disks;
	*count_out = count;
	return 0;
}

int
machine_write_disks(const struct machine *machine,
	const struct machine_disk *disks, size_t count, struct error *err)
{
	AUTO(freep) char *path = machine_path(machine, "disks.json");
	AUTO(json_decrefpp) json_t *json = json_object();
	json_t *list = json_array();

	json_object_set_new(json, "format", json_string("unrack-disks/1"));
	json_object_set_new(json, "disks", list);
	for (size_t i = 0; i < count; i++) {
		json_t *disk = json_object();

		json_set_text(disk, "name", disks[i].name);
		json_object_set_new(disk, "size_bytes",
			json_integer((json_int_t)disks[i].size_bytes));
		if (disks[i].image != NULL) {
			json_set_text(disk, "image", disks[i].image);
			json_set_text(disk, "image_format",
				disks[i].image_format);
		}
		json_array_append_new(list, disk);
	}
	if (path == NULL || json_array_size(list) != count)
		return error_set(err, ENOMEM, "disks of %s", machine->name);
	return json_file_write(path, json, err);
}

void
machine_disks_free(struct machine_disk *disks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(disks[i].image);
	free(disks);
}

unsigned
machine_sector_bytes(const json_t *inventory, const char *name)
{
	const json_t *disk;
	size_t i;

	json_array_foreach(json_object_get(inventory, "disks"), i, disk)
		if (strcmp(json_text(disk, "name", ""), name) == 0)
			return (unsigned)json_number(disk,
				"logical_sector_bytes", 512);
	return 512;
}
