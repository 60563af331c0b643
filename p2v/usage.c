/*
 * What the running system itself uses.  Serving a disk that is mounted would
 * serve a moving target, and the live medium is no disk of the server.
 */
#include "p2v/usage.h"

#include <stdio.h>
#include <string.h>

#include "common/io.h"
#include "common/own.h"
#include "p2v/sysfs.h"

enum { TABLE_LIMIT = 4 << 20 };

/* A disk or a partition: all the ways in which the system may name it. */
struct device {
	const char *root;
	char folder[512]; /* in sysfs */
	char number[32];  /* "8:1"; empty when not known */
	char node[128];   /* "/dev/sda1" */
};

static void
device_name(struct device *device, const char *root, const char *disk,
	const char *partition)
{
	AUTO(freep) char *number = NULL;

	device->root = root;
	snprintf(device->folder, sizeof device->folder, "%s/sys/block/%s%s%s",
		root, disk, partition == NULL ? "" : "/",
		partition == NULL ? "" : partition);
	number = sysfs_text("%s/dev", device->folder);
	snprintf(device->number, sizeof device->number, "%s",
		number == NULL ? "" : number);
	snprintf(device->node, sizeof device->node, "/dev/%s",
		partition == NULL ? disk : partition);
	for (char *at = device->node; (at = strchr(at, '!')) != NULL;)
		*at = '/';
}

/*
 * A line of mountinfo: id, parent, major:minor, root, target, options, optional
 * fields, "-", type, source, options.  Btrfs shows numbers of its own, hence
 * the look at the source as well.
 */
static bool
line_mounts(char *line, const struct device *device, char *reason, size_t room)
{
	char number[32], target[256], source[256];
	const char *dash = strstr(line, " - ");

	if (sscanf(line, "%*s %*s %31s %*s %255s", number, target) != 2)
		return false;
	if (dash == NULL || sscanf(dash, " - %*s %255s", source) != 1)
		source[0] = '\0';
	if (strcmp(number, device->number) != 0 &&
		strcmp(source, device->node) != 0)
		return false;
	snprintf(reason, room, "mounted on %s", target);
	return true;
}

static bool
is_mounted(const struct device *device, char *reason, size_t room)
{
	AUTO(freep) char *path = io_format("%s/proc/self/mountinfo",
		device->root);
	AUTO(freep) char *table = NULL;
	char *rest = NULL;

	if (path == NULL ||
		io_read_file(&table, NULL, path, TABLE_LIMIT, NULL) == -1)
		return false;
	for (char *line = strtok_r(table, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest))
		if (line_mounts(line, device, reason, room))
			return true;
	return false;
}

static bool
is_swap(const struct device *device, char *reason, size_t room)
{
	AUTO(freep) char *path = io_format("%s/proc/swaps", device->root);
	AUTO(freep) char *table = NULL;
	char *rest = NULL, node[128];

	if (path == NULL ||
		io_read_file(&table, NULL, path, TABLE_LIMIT, NULL) == -1)
		return false;
	for (char *line = strtok_r(table, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		if (sscanf(line, "%127s", node) != 1 ||
			strcmp(node, device->node) != 0)
			continue;
		snprintf(reason, room, "in use as swap");
		return true;
	}
	return false;
}

static bool
is_held(const struct device *device, char *reason, size_t room)
{
	AUTO(names_freep) struct names *holders = sysfs_list("%s/holders",
		device->folder);

	if (holders == NULL || holders->count == 0)
		return false;
	snprintf(reason, room, "in use by %s", holders->items[0]);
	return true;
}

static bool
is_medium(const struct device *device, char *reason, size_t room)
{
	AUTO(freep) char *noted = sysfs_text("%s/run/unrack/medium",
		device->root);

	if (noted == NULL || (strcmp(noted, device->node) != 0 &&
				     strcmp(noted, device->node + 5) != 0))
		return false;
	snprintf(reason, room, "the live medium");
	return true;
}

static bool
device_is_used(const struct device *device, char *reason, size_t room)
{
	static bool (*const checks[])(const struct device *, char *, size_t) = {
		is_medium, is_mounted, is_swap, is_held,
	};

	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
		if (checks[i](device, reason, room))
			return true;
	return false;
}

bool
usage_find(const char *root, const char *disk, char *reason, size_t room)
{
	AUTO(names_freep) struct names *names = sysfs_list("%s/sys/block/%s",
		root, disk);
	struct device device;

	device_name(&device, root, disk, NULL);
	if (device_is_used(&device, reason, room))
		return true;
	for (size_t i = 0; names != NULL && i < names->count; i++) {
		if (!sysfs_exists("%s/sys/block/%s/%s/partition", root, disk,
			    names->items[i]))
			continue;
		device_name(&device, root, disk, names->items[i]);
		if (device_is_used(&device, reason, room))
			return true;
	}
	return false;
}
