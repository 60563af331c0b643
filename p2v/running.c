/*
 * Which system runs here: the one on the server's disks, or another that somebody
 * started to capture them?
 */
#include "p2v/running.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "common/io.h"
#include "common/own.h"
#include "common/strings.h"
#include "p2v/sysfs.h"
#include "p2v/udev.h"

enum { TABLE_LIMIT = 4 << 20 };

/* A line of mountinfo, as usage.c describes it. */
struct mount {
	char target[256], source[256];
	unsigned major, minor;
};

static bool
read_mount(const char *line, struct mount *mount)
{
	const char *dash = strstr(line, " - ");

	return dash != NULL &&
		sscanf(line, "%*s %*s %u:%u %*s %255s", &mount->major,
			&mount->minor, mount->target) == 3 &&
		sscanf(dash, " - %*s %255s", mount->source) == 1;
}

/* The last that covers the others, as the kernel's own does at first. */
static bool
find_root(const char *root, struct mount *mount_out)
{
	AUTO(freep) char *path = io_format("%s/proc/self/mountinfo", root);
	AUTO(freep) char *table = NULL;
	char *rest = NULL;
	bool found = false;

	if (path == NULL ||
		io_read_file(&table, NULL, path, TABLE_LIMIT, NULL) == -1)
		return false;
	for (char *line = strtok_r(table, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		struct mount mount;

		if (!read_mount(line, &mount) ||
			strcmp(mount.target, "/") != 0)
			continue;
		*mount_out = mount;
		found = true;
	}
	return found;
}

bool
running_from_disk(const char *root)
{
	enum { RAM = 1, LOOP = 7 };
	struct mount mount;

	if (sysfs_exists("%s/run/unrack", root) || !find_root(root, &mount))
		return false;
	/* Btrfs shows numbers of its own. */
	if (mount.major == 0)
		return string_starts(mount.source, "/dev/");
	return mount.major != RAM && mount.major != LOOP;
}

char *
running_root_uuid(const char *root)
{
	AUTO(freep) char *node = NULL, *record = NULL;
	struct mount mount;
	struct stat status;

	if (!running_from_disk(root) || !find_root(root, &mount))
		return NULL;
	node = io_format("%s%s", root, mount.source);
	if (mount.major == 0 && node != NULL && stat(node, &status) == 0 &&
		S_ISBLK(status.st_mode)) {
		mount.major = major(status.st_rdev);
		mount.minor = minor(status.st_rdev);
	}
	record = sysfs_text("%s/run/udev/data/b%u:%u", root, mount.major,
		mount.minor);
	return udev_value(record, "ID_FS_UUID");
}
