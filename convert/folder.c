/*
 * Which machines a folder of disk images holds: by the names of the files alone,
 * because what is in them is not to be trusted.  verb-assess.c takes one after
 * the other.
 */
#include "convert/folder.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/local.h"

/* What ls shows, disk2 before disk10. */
struct names {
	struct dirent **list;
	int count;
};

static void
names_release(struct names *names)
{
	for (int i = 0; i < names->count; i++)
		free(names->list[i]);
	free(names->list);
}

static int
is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int
names_read(struct names *names, const char *path, struct error *err)
{
	names->count = scandir(path, &names->list, is_shown, versionsort);
	if (names->count >= 0)
		return 0;
	names->count = 0;
	return error_set(err, errno, "read folder %s", path);
}

/* ---- names ---- */

/* Lower case; what no name of a machine has becomes "-". */
static void
make_name(char name[KEY_NAME_BYTES], const char *stem)
{
	size_t used = 0;

	for (; *stem != '\0' && used + 1 < KEY_NAME_BYTES; stem++) {
		char c = (char)tolower((unsigned char)*stem);
		bool is_fine = strchr("abcdefghijklmnopqrstuvwxyz0123456789.-",
				       c) != NULL;

		if (!is_fine || (c == '.' && used > 0 && name[used - 1] == '.'))
			c = '-';
		if (used > 0 || isalnum((unsigned char)c))
			name[used++] = c;
	}
	while (used > 0 && !isalnum((unsigned char)name[used - 1]))
		used--;
	name[used] = '\0';
	if (used == 0)
		snprintf(name, KEY_NAME_BYTES, "machine");
}

static bool
is_taken(const struct folder *folder, const char *name)
{
	for (size_t i = 0; i < folder->count; i++) {
		if (strcmp(folder->machines[i].name, name) == 0)
			return true;
	}
	return false;
}

/* "Web 1" and "web-1" are two machines, whatever they are called here. */
static void
choose_name(const struct folder *folder, char name[KEY_NAME_BYTES],
	const char *stem)
{
	char wanted[KEY_NAME_BYTES];

	make_name(wanted, stem);
	memcpy(name, wanted, sizeof wanted);
	for (unsigned n = 2; is_taken(folder, name); n++)
		snprintf(name, KEY_NAME_BYTES, "%.*s-%u", KEY_NAME_BYTES - 12,
			wanted, n);
}

/* Where a disk's own name begins: "-sda", ".vdb", "_disk2"; else at the end. */
static size_t
find_disk_name(const char *stem, size_t bytes)
{
	static const char *const letters[] = {"sd", "vd", "hd", "xvd"};
	static const char *const numbers[] = {"disk", "nvme"};
	size_t at = bytes;

	while (at > 0 && strchr("-_.", stem[at - 1]) == NULL)
		at--;
	if (at < 2)
		return bytes;
	for (size_t i = 0; i < sizeof letters / sizeof *letters; i++) {
		size_t n = strlen(letters[i]), rest = bytes - at;

		if (rest > n && rest <= n + 2 &&
			strncasecmp(stem + at, letters[i], n) == 0)
			return at - 1;
	}
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		size_t n = strlen(numbers[i]);

		if (bytes - at >= n &&
			strncasecmp(stem + at, numbers[i], n) == 0 &&
			(bytes - at == n || isdigit((unsigned char)stem[at + n])))
			return at - 1;
	}
	return bytes;
}

/* ---- machines ---- */

static struct folder_machine *
add_machine(struct folder *folder, const char *stem)
{
	struct folder_machine *grown = realloc(folder->machines,
		(folder->count + 1) * sizeof *grown);
	struct folder_machine *machine;

	if (grown == NULL)
		return NULL;
	folder->machines = grown;
	machine = &grown[folder->count];
	memset(machine, 0, sizeof *machine);
	machine->stem = strdup(stem);
	if (machine->stem == NULL)
		return NULL;
	choose_name(folder, machine->name, stem);
	folder->count++;
	return machine;
}

static int
add_disk(struct folder_machine *machine, const char *path)
{
	char **grown = realloc(machine->disks,
		(machine->disk_count + 2) * sizeof *grown);

	if (grown == NULL)
		return -1;
	machine->disks = grown;
	grown[machine->disk_count] = strdup(path);
	grown[machine->disk_count + 1] = NULL;
	return grown[machine->disk_count] == NULL ? -1
						  : (machine->disk_count++, 0);
}

static int
find_inventory(struct folder_machine *machine, const char *path)
{
	if (access(path, F_OK) == -1)
		return 0;
	machine->inventory = strdup(path);
	return machine->inventory == NULL ? -1 : 0;
}

static bool
is_image(const char *path)
{
	struct stat st;

	return local_image_format(path) != NULL && stat(path, &st) == 0 &&
		S_ISREG(st.st_mode);
}

/* All images in a folder are one machine's. */
static int
read_machine_folder(struct folder *folder, const char *path, const char *name,
	struct error *err)
{
	AUTO(names_release) struct names names = {0};
	AUTO(freep) char *inventory = io_format("%s/inventory.json", path);
	struct folder_machine *machine = NULL;

	if (names_read(&names, path, err) == -1)
		return -1;
	for (int i = 0; i < names.count; i++) {
		AUTO(freep) char *file = io_format("%s/%s", path,
			names.list[i]->d_name);

		if (file == NULL)
			return error_set(err, ENOMEM, "read %s", path);
		if (!is_image(file))
			continue;
		if (machine == NULL)
			machine = add_machine(folder, name);
		if (machine == NULL || add_disk(machine, file) == -1)
			return error_set(err, ENOMEM, "read %s", path);
	}
	if (machine != NULL && (inventory == NULL ||
				       find_inventory(machine, inventory) == -1))
		return error_set(err, ENOMEM, "read %s", path);
	return 0;
}

/* An image that names its disk joins the machine that the last one began. */
static struct folder_machine *
machine_of(struct folder *folder, const char *stem, bool names_disk)
{
	struct folder_machine *last = folder->count == 0
		? NULL
		: &folder->machines[folder->count - 1];

	return names_disk && last != NULL && strcmp(last->stem, stem) == 0
		? last
		: add_machine(folder, stem);
}

static int
read_image(struct folder *folder, const char *path, const char *name,
	struct error *err)
{
	size_t bytes = (size_t)(strrchr(name, '.') - name);
	size_t end = find_disk_name(name, bytes);
	AUTO(freep) char *stem = strndup(name, end);
	AUTO(freep) char *inventory = io_format("%.*s%s.json",
		(int)(strlen(path) - strlen(name)), path, stem == NULL ? "" : stem);
	struct folder_machine *machine;

	if (stem == NULL || inventory == NULL)
		return error_set(err, ENOMEM, "read %s", path);
	machine = machine_of(folder, stem, end < bytes);
	if (machine == NULL || add_disk(machine, path) == -1 ||
		(machine->disk_count == 1 &&
			find_inventory(machine, inventory) == -1))
		return error_set(err, ENOMEM, "read %s", path);
	return 0;
}

int
folder_read(struct folder *folder_out, const char *path, struct error *err)
{
	AUTO(folder_release) struct folder folder = {0};
	AUTO(names_release) struct names names = {0};

	if (names_read(&names, path, err) == -1)
		return -1;
	for (int i = 0; i < names.count; i++) {
		const char *name = names.list[i]->d_name;
		AUTO(freep) char *file = io_format("%s/%s", path, name);
		struct stat st;
		int result = 0;

		if (file == NULL)
			return error_set(err, ENOMEM, "read %s", path);
		if (is_image(file))
			result = read_image(&folder, file, name, err);
		else if (stat(file, &st) == 0 && S_ISDIR(st.st_mode))
			result = read_machine_folder(&folder, file, name, err);
		if (result == -1)
			return -1;
	}
	if (folder.count == 0) {
		error_set(err, ENOENT, "%s holds no disk images", path);
		return error_hint(err, "Their names end in %s.",
			LOCAL_IMAGE_ENDINGS);
	}
	*folder_out = folder;
	folder = (struct folder){0};
	return 0;
}

void
folder_release(struct folder *folder)
{
	for (size_t i = 0; i < folder->count; i++) {
		struct folder_machine *machine = &folder->machines[i];

		for (size_t d = 0; d < machine->disk_count; d++)
			free(machine->disks[d]);
		free(machine->disks);
		free(machine->stem);
		free(machine->inventory);
	}
	free(folder->machines);
}
