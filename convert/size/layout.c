/*
 * Where partitions and volumes lie and how full they are.  The appliance is
 * asked while the guest is mounted; nothing of the guest is read but what the
 * file systems say of themselves.  size.c and the report's disk map use it.
 */
#include "convert/size/layout.h"

#include <string.h>

#include "common/json.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/guest.h"
#include "convert/assess/volume.h"

/* What they hold is listed as volumes. */
static const char *const members[] = {"LVM2_member", "linux_raid_member", NULL};
static const char *const swaps[] = {"swap", "swsuspend", NULL};

static void
set_bytes(json_t *object, const char *key, int64_t bytes)
{
	if (bytes >= 0)
		json_object_set_new(object, key, json_integer(bytes));
	else
		json_object_set_new(object, key, json_null());
}

static const struct guest_mount *
find_mount(const struct guest *guest, const struct volume *volume)
{
	for (size_t i = 0; i < guest->mount_count; i++)
		if (strcmp(guest->mounts[i].device, volume->source) == 0)
			return &guest->mounts[i];
	return NULL;
}

static void
set_space(json_t *object, guestfs_h *g, const char *target)
{
	struct guestfs_statvfs *space = target == NULL ? NULL
		: guestfs_statvfs(g, target);
	int64_t unit = space == NULL ? 0
		: space->frsize > 0 ? space->frsize : space->bsize;

	/* A damaged file system may say anything. */
	if (space != NULL && (unit <= 0 || space->blocks < 0 ||
		space->bfree < 0 || space->bfree > space->blocks ||
		space->blocks > INT64_MAX / unit))
		unit = 0;
	set_bytes(object, "used_bytes",
		unit == 0 ? -1 : (space->blocks - space->bfree) * unit);
	set_bytes(object, "free_bytes", unit == 0 ? -1 : space->bfree * unit);
	if (space != NULL)
		guestfs_free_statvfs(space);
}

/* The last part of "/dev/sda1" for a partition, all of it for a volume. */
static const char *
name_of(const struct volume *volume)
{
	return volume->kind == VOLUME_PARTITION &&
			string_starts(volume->source, "/dev/")
		? volume->source + strlen("/dev/")
		: volume->source;
}

static json_t *
volume_json(guestfs_h *g, const struct volume *volume,
	const struct guest *guest)
{
	const struct guest_mount *mount = find_mount(guest, volume);
	json_t *json = json_object();

	json_set_text(json, "name", name_of(volume));
	json_set_text(json, "filesystem",
		volume->type[0] == '\0' ? NULL : volume->type);
	json_set_text(json, "label",
		volume->label[0] == '\0' ? NULL : volume->label);
	json_set_text(json, "target", mount == NULL ? NULL : mount->target);
	set_space(json, g, mount == NULL ? NULL : mount->target);
	return json;
}

static json_t *
partitions_json(guestfs_h *g, const struct volumes *volumes,
	const struct guest *guest, const struct volume *disk)
{
	json_t *json = json_array();

	for (size_t i = 0; i < volumes->count; i++) {
		const struct volume *volume = &volumes->list[i];
		json_t *partition;

		/* An extended one holds nothing itself. */
		if (volume->kind != VOLUME_PARTITION ||
			volume->disk != disk->disk || volume->size_bytes == 0 ||
			volume_is_extended(volume))
			continue;
		partition = volume_json(g, volume, guest);
		json_object_set_new(partition, "number",
			json_integer(volume->partition));
		set_bytes(partition, "start_bytes",
			(int64_t)volume->start_bytes);
		set_bytes(partition, "size_bytes", (int64_t)volume->size_bytes);
		json_array_append_new(json, partition);
	}
	return json;
}

static json_t *
disk_json(guestfs_h *g, const struct volumes *volumes,
	const struct guest *guest, const struct volume *disk, const char *name)
{
	json_t *json = volume_json(g, disk, guest);

	json_set_text(json, "name", name);
	set_bytes(json, "size_bytes", (int64_t)disk->size_bytes);
	json_set_text(json, "table",
		disk->table[0] == '\0' ? NULL : disk->table);
	json_object_set_new(json, "partitions",
		partitions_json(g, volumes, guest, disk));
	return json;
}

json_t *
layout_read(guestfs_h *g, const struct volumes *volumes,
	const struct guest *guest, const char *const *disk_names,
	size_t disk_count)
{
	json_t *disks = json_array(), *others = json_array(), *json;

	for (size_t i = 0; i < volumes->count; i++) {
		const struct volume *volume = &volumes->list[i];

		if (volume->kind == VOLUME_DISK && volume->disk < disk_count)
			json_array_append_new(disks, disk_json(g, volumes, guest,
				volume, disk_names[volume->disk]));
		if (volume->kind != VOLUME_LV && volume->kind != VOLUME_ARRAY)
			continue;
		json = volume_json(g, volume, guest);
		set_bytes(json, "size_bytes",
			guestfs_blockdev_getsize64(g, volume->device));
		json_array_append_new(others, json);
	}
	return json_pack("{s:s, s:o, s:o}", "format", "unrack-layout/1",
		"disks", disks, "volumes", others);
}

static uint64_t
used_of(const json_t *volume)
{
	const char *type = json_text(volume, "filesystem", "");

	if (strings_hold(members, type) || strings_hold(swaps, type))
		return 0;
	return json_number(volume, "used_bytes",
		json_number(volume, "size_bytes", 0));
}

uint64_t
layout_used_bytes(const json_t *layout)
{
	const json_t *disk, *item;
	uint64_t used = 0;
	size_t i, j;

	json_array_foreach(json_object_get(layout, "disks"), i, disk) {
		const json_t *list = json_object_get(disk, "partitions");

		if (json_array_size(list) == 0)
			used += used_of(disk);
		json_array_foreach(list, j, item)
			used += used_of(item);
	}
	json_array_foreach(json_object_get(layout, "volumes"), i, item)
		used += used_of(item);
	return used;
}

uint64_t
layout_disk_bytes(const json_t *layout)
{
	const json_t *disk;
	uint64_t bytes = 0;
	size_t i;

	json_array_foreach(json_object_get(layout, "disks"), i, disk)
		bytes += json_number(disk, "size_bytes", 0);
	return bytes;
}
