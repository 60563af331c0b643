/*
 * Names that are made of a disk's own identity, looked up in the inventory.
 * The live image's udev makes other links than that of an old system, so serial
 * and world wide name count as well.
 */
#include "convert/assess/disk-link.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/strings.h"

#define BY_ID "/dev/disk/by-id/"

enum { SERIAL_LEAST = 6, SERIAL_BYTES = 128 };

static int
index_of(const json_t *disk, const char *const *disk_names, size_t count)
{
	for (size_t d = 0; d < count; d++) {
		if (strcmp(disk_names[d], json_text(disk, "name", "")) == 0)
			return (int)d;
	}
	return DISK_LINK_ELSEWHERE;
}

static bool
has_link(const json_t *disk, const char *link)
{
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(disk, "links"), i, item)
	{
		const char *text = json_string_value(item);

		if (text != NULL && strcmp(text, link) == 0)
			return true;
	}
	return false;
}

/* As udev writes it into a link: what is not allowed becomes "_". */
static void
print_serial(char to[SERIAL_BYTES], const char *serial)
{
	size_t used = 0;

	serial += strspn(serial, " ");
	for (; *serial != '\0' && used + 1 < SERIAL_BYTES; serial++)
		to[used++] = isalnum((unsigned char)*serial) ||
				strchr("#+-.:=@_", *serial) != NULL
			? *serial
			: '_';
	while (used > 0 && to[used - 1] == '_')
		used--;
	to[used] = '\0';
}

/* "/dev/disk/by-id/scsi-SATA_ST3500_5QM0XYZW" ends with the serial number. */
static bool
ends_with_serial(const json_t *disk, const char *name)
{
	char serial[SERIAL_BYTES];
	size_t bytes = strlen(name), n;

	print_serial(serial, json_text(disk, "serial", ""));
	n = strlen(serial);
	return string_starts(name, BY_ID) && n >= SERIAL_LEAST &&
		bytes > n && strcmp(name + bytes - n, serial) == 0 &&
		strchr("_-", name[bytes - n - 1]) != NULL;
}

/* The world wide name, behind a digit for its kind or none. */
static bool
ends_with_wwn(const json_t *disk, const char *name)
{
	const char *wwn = json_text(disk, "wwn", "");
	size_t bytes = strlen(name), n;

	if (string_starts(wwn, "0x"))
		wwn += 2;
	else if (string_starts(wwn, "naa."))
		wwn += 4;
	n = strlen(wwn);
	if (!string_starts(name, BY_ID) || n < 16 || bytes <= n ||
		strcmp(name + bytes - n, wwn) != 0)
		return false;
	name += bytes - n;
	return name[-1] == '-' || name[-1] == 'x' ||
		(name[-1] == '3' && name[-2] == '-');
}

/* One disk only; of several that fit, none is known to be meant. */
static int
find_by(const json_t *inventory, const char *const *disk_names, size_t count,
	bool (*fits)(const json_t *disk, const char *name), const char *name)
{
	const json_t *disk;
	int found = -1;
	size_t i;

	json_array_foreach(json_object_get(inventory, "disks"), i, disk)
	{
		if (!fits(disk, name))
			continue;
		if (found != -1)
			return -1;
		found = index_of(disk, disk_names, count);
	}
	return found;
}

int
disk_link_wwid(const json_t *inventory, const char *const *disk_names,
	size_t count, const char *wwid)
{
	static const char *const forms[] = {"scsi-", "dm-uuid-mpath-"};
	char link[256];
	int found = -1;

	for (size_t i = 0; found == -1 && i < sizeof forms / sizeof *forms;
		i++) {
		snprintf(link, sizeof link, BY_ID "%s%s", forms[i], wwid);
		found = disk_link_find(inventory, disk_names, count, link);
	}
	return found;
}

int
disk_link_find(const json_t *inventory, const char *const *disk_names,
	size_t count, const char *name)
{
	static bool (*const ways[])(const json_t *, const char *) = {
		has_link, ends_with_serial, ends_with_wwn};
	int found = -1;

	if (string_starts(name, "/dev/mapper/3"))
		return disk_link_wwid(inventory, disk_names, count,
			name + strlen("/dev/mapper/"));
	for (size_t i = 0; found == -1 && i < sizeof ways / sizeof *ways; i++)
		found = find_by(inventory, disk_names, count, ways[i], name);
	return found;
}
