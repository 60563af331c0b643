/*
 * Where a carry set may be written, and whether the disks are still the ones
 * that it was begun with.
 */
#include "p2v/carry-target.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "p2v/source.h"
#include "p2v/sysfs.h"
#include "wire/hash.h"

enum { DEVICES = 32, TABLE_LIMIT = 4 << 20, FACTS_LIMIT = 64 << 10 };

/* The whole disks that a device lies on. */
struct devices {
	const char *root;
	dev_t list[DEVICES];
	size_t count;
};

static void collect(struct devices *devices, dev_t device, int depth);

static dev_t
number_in(const char *text)
{
	unsigned major_number, minor_number;

	return text != NULL && sscanf(text, "%u:%u", &major_number,
				       &minor_number) == 2
		? makedev(major_number, minor_number)
		: 0;
}

/* A file system of several devices has a number that is none of theirs. */
static dev_t
device_of_mount(const char *root, dev_t number)
{
	AUTO(freep) char *path = io_format("%s/proc/self/mountinfo", root);
	AUTO(freep) char *table = NULL;
	char *rest = NULL, at[32], source[256];
	struct stat st;

	if (path == NULL ||
		io_read_file(&table, NULL, path, TABLE_LIMIT, NULL) == -1)
		return 0;
	for (char *line = strtok_r(table, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		const char *dash = strstr(line, " - ");

		if (sscanf(line, "%*s %*s %31s", at) == 1 &&
			number_in(at) == number && dash != NULL &&
			sscanf(dash, " - %*s %255s", source) == 1 &&
			stat(source, &st) == 0 && S_ISBLK(st.st_mode))
			return st.st_rdev;
	}
	return 0;
}

/* Devices that this one is made of; false when it is made of none. */
static bool
collect_below(struct devices *devices, const char *folder, int depth)
{
	AUTO(names_freep) struct names *slaves = sysfs_list("%s/slaves",
		folder);
	AUTO(freep) char *backing = sysfs_text("%s/loop/backing_file", folder);
	struct stat st;

	if (backing != NULL && stat(backing, &st) == 0) {
		collect(devices, st.st_dev, depth);
		return true;
	}
	for (size_t i = 0; slaves != NULL && i < slaves->count; i++) {
		AUTO(freep) char *number = sysfs_text("%s/slaves/%s/dev",
			folder, slaves->items[i]);

		collect(devices, number_in(number), depth);
	}
	return slaves != NULL && slaves->count > 0;
}

static void
collect(struct devices *devices, dev_t device, int depth)
{
	AUTO(freep) char *folder = io_format("%s/sys/dev/block/%u:%u",
		devices->root, major(device), minor(device));
	AUTO(freep) char *whole = NULL;

	if (depth == 0 || device == 0 || folder == NULL)
		return;
	if (major(device) == 0) {
		collect(devices, device_of_mount(devices->root, device),
			depth - 1);
		return;
	}
	if (collect_below(devices, folder, depth - 1))
		return;
	if (sysfs_exists("%s/partition", folder)) {
		whole = sysfs_text("%s/../dev", folder);
		device = number_in(whole);
	}
	if (devices->count < DEVICES)
		devices->list[devices->count++] = device;
}

bool
target_shares_disk(const char *root, dev_t a, dev_t b)
{
	struct devices of_a = {.root = root}, of_b = {.root = root};

	collect(&of_a, a, 8);
	collect(&of_b, b, 8);
	for (size_t i = 0; i < of_a.count; i++)
		for (size_t k = 0; k < of_b.count; k++)
			if (of_a.list[i] == of_b.list[k])
				return true;
	return false;
}

int
target_check(const char *root, const char *dir, struct source *const *sources,
	unsigned count, struct error *err)
{
	struct stat st, disk;

	if (stat(dir, &st) == -1 || !S_ISDIR(st.st_mode)) {
		error_set(err, S_ISDIR(st.st_mode) ? errno : ENOTDIR, "%s",
			dir);
		return error_hint(err, "Mount the removable disk and name the "
			"folder it is mounted on.");
	}
	for (unsigned i = 0; i < count; i++) {
		const char *name = source_name(sources[i]);

		if (stat(name, &disk) == -1 || !S_ISBLK(disk.st_mode) ||
			!target_shares_disk(root, st.st_dev, disk.st_rdev))
			continue;
		error_set(err, 0, "%s lies on %s, which is one of the disks to "
			"capture", dir, name);
		return error_hint(err, "Nothing is written to them.  Name a "
			"folder on a removable disk, or offer fewer disks with "
			"--disk.");
	}
	return 0;
}

int
target_room(const char *dir, uint64_t *bytes_out, struct error *err)
{
	struct statvfs fs;

	if (statvfs(dir, &fs) == -1)
		return error_set(err, errno, "%s", dir);
	*bytes_out = (uint64_t)fs.f_bavail * fs.f_frsize;
	return 0;
}

/* Sectors written since the boot: the seventh number of a device's counters. */
static int64_t
sectors_written(const char *root, dev_t device)
{
	AUTO(freep) char *text = sysfs_text("%s/sys/dev/block/%u:%u/stat", root,
		major(device), minor(device));
	long long written;

	return text != NULL && sscanf(text, "%*d %*d %*d %*d %*d %*d %lld",
				       &written) == 1
		? written
		: -1;
}

static size_t
print_source(char *text, size_t room, const char *root,
	const struct source *source)
{
	const char *name = source_name(source);
	struct stat st;
	int bytes;

	if (stat(name, &st) == -1)
		bytes = snprintf(text, room, "%s\n", name);
	else if (S_ISBLK(st.st_mode))
		bytes = snprintf(text, room, "%s %ju %jd\n", name,
			(uintmax_t)source_size_bytes(source),
			(intmax_t)sectors_written(root, st.st_rdev));
	else
		bytes = snprintf(text, room, "%ju %ju %jd.%09ld\n",
			(uintmax_t)st.st_ino, (uintmax_t)st.st_size,
			(intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	return bytes < 0 || (size_t)bytes >= room ? 0 : (size_t)bytes;
}

int
target_session(const char *root, struct source *const *sources, unsigned count,
	uint8_t id_out[16], struct error *err)
{
	AUTO(freep) char *boot = sysfs_text("%s/proc/sys/kernel/random/boot_id",
		root);
	AUTO(freep) char *facts = malloc(FACTS_LIMIT);
	uint8_t hash[HASH_BYTES];
	size_t used;

	if (facts == NULL)
		return error_set(err, ENOMEM, "look at the disks");
	used = (size_t)snprintf(facts, FACTS_LIMIT, "%.64s\n",
		boot == NULL ? "" : boot);
	for (unsigned i = 0; i < count; i++)
		used += print_source(facts + used, FACTS_LIMIT - used, root,
			sources[i]);
	if (hash_block(facts, used, hash, err) == -1)
		return -1;
	memcpy(id_out, hash, 16);
	return 0;
}
