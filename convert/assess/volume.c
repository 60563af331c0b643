/*
 * What is on the disks: one blkid run in the appliance per device.  Who means
 * which of them is for reference.c to say.
 */
#include "convert/assess/volume.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/md-superblock.h"
#include "convert/assess/raid-mark.h"
#include "convert/assess/volume-name.h"
#include "drivers-inject/appliance.h"

enum { VOLUME_LIMIT = 1024 };

static const struct {
	const char *key;
	size_t offset, room;
} facts[] = {
#define FACT(key, member)                                                      \
	{key, offsetof(struct volume, member), sizeof((struct volume *)0)->member}
	FACT("TYPE", type),
	FACT("UUID", uuid),
	FACT("LABEL", label),
	FACT("PART_ENTRY_UUID", partition_uuid),
	FACT("PART_ENTRY_NAME", partition_label),
	FACT("PART_ENTRY_TYPE", partition_type),
	FACT("PTTYPE", table),
#undef FACT
};

/* blkid counts in 512 bytes, also on disks with larger sectors. */
static uint64_t
bytes_of_sectors(const char *text)
{
	uint64_t sectors = strtoull(text, NULL, 10);

	return sectors > INT64_MAX / 512 ? 0 : sectors * 512;
}

/* A device without anything recognisable is no failure. */
static void
probe(struct volume *volume, guestfs_h *g)
{
	AUTO(strings_freep) char **pairs = guestfs_blkid(g, volume->device);

	for (size_t i = 0; pairs != NULL && pairs[i] != NULL; i += 2) {
		volume_name_decode(pairs[i + 1]);
		for (size_t f = 0; f < sizeof facts / sizeof *facts; f++) {
			if (strcmp(pairs[i], facts[f].key) == 0)
				snprintf((char *)volume + facts[f].offset,
					facts[f].room, "%s", pairs[i + 1]);
		}
		if (strcmp(pairs[i], "PART_ENTRY_NUMBER") == 0)
			volume->partition =
				(unsigned)strtoul(pairs[i + 1], NULL, 10);
		else if (strcmp(pairs[i], "PART_ENTRY_OFFSET") == 0)
			volume->start_bytes = bytes_of_sectors(pairs[i + 1]);
		else if (strcmp(pairs[i], "PART_ENTRY_SIZE") == 0)
			volume->size_bytes = bytes_of_sectors(pairs[i + 1]);
	}
}

/* An array says who it is by mdadm's words. */
static void
read_array(struct volume *volume, guestfs_h *g)
{
	AUTO(strings_freep) char **pairs =
		guestfs_md_detail(g, volume->device);

	for (size_t i = 0; pairs != NULL && pairs[i] != NULL &&
		pairs[i + 1] != NULL;
		i += 2) {
		const char *value = pairs[i + 1];

		if (strcmp(pairs[i], "uuid") == 0)
			snprintf(volume->array_uuid, sizeof volume->array_uuid,
				"%s", value);
		else if (strcmp(pairs[i], "name") == 0)
			snprintf(volume->array_name, sizeof volume->array_name,
				"%s", value);
		else if (strcmp(pairs[i], "level") == 0)
			snprintf(volume->array_level,
				sizeof volume->array_level, "%s", value);
		else if (strcmp(pairs[i], "metadata") == 0)
			snprintf(volume->array_metadata,
				sizeof volume->array_metadata, "%s", value);
		else if (strcmp(pairs[i], "devices") == 0)
			volume->array_devices =
				(unsigned)strtoul(value, NULL, 10);
	}
}

/* What the metadata on this member has instead of a name. */
static bool
read_minor(struct volume *array, guestfs_h *g, const struct volume *member)
{
	uint64_t offset = md_superblock_offset(member->size_bytes);
	AUTO(freep) char *superblock = NULL;
	size_t bytes = 0;
	int minor = -1;

	if (offset > 0)
		superblock = guestfs_pread_device(g, member->device,
			MD_SUPERBLOCK_BYTES, (int64_t)offset, &bytes);
	if (superblock != NULL)
		minor = md_superblock_minor((const uint8_t *)superblock, bytes);
	if (minor == -1)
		return false;
	snprintf(array->array_minor, sizeof array->array_minor, "%d", minor);
	return true;
}

static void
find_minor(struct volume *array, guestfs_h *g, const struct volumes *volumes)
{
	for (size_t i = 0; i < volumes->count; i++) {
		const struct volume *member = &volumes->list[i];

		if (strcmp(member->type, "linux_raid_member") == 0 &&
			volume_uuid_is(array->array_uuid, member->uuid) &&
			read_minor(array, g, member))
			return;
	}
}

/* Which physical volumes are its, unless they were asked for already. */
static void
note_group(const struct volumes *volumes, guestfs_h *g, const char *group)
{
	AUTO(strings_freep) char **uuids = NULL;

	for (size_t i = 0; i < volumes->count; i++) {
		if (strcmp(volumes->list[i].type, "LVM2_member") == 0 &&
			strcmp(volumes->list[i].group, group) == 0)
			return;
	}
	uuids = guestfs_vgpvuuids(g, group);
	for (size_t u = 0; uuids != NULL && uuids[u] != NULL; u++)
		for (size_t i = 0; i < volumes->count; i++) {
			struct volume *volume = &volumes->list[i];

			if (strcmp(volume->type, "LVM2_member") == 0 &&
				volume_uuid_is(volume->uuid, uuids[u]))
				snprintf(volume->group, sizeof volume->group,
					"%s", group);
		}
}

/* By a link that udev makes of it, a guest may name a logical volume. */
static void
read_lv(struct volume *volume, guestfs_h *g, const struct volumes *volumes)
{
	AUTO(freep) char *uuid = guestfs_lvuuid(g, volume->device);

	if (uuid != NULL)
		snprintf(volume->lv_uuid, sizeof volume->lv_uuid, "%s", uuid);
	if (sscanf(volume->device, "/dev/%127[^/]/", volume->group) == 1)
		note_group(volumes, g, volume->group);
}

/* "/dev/sda1" lies on "/dev/sda": the index of that disk. */
static unsigned
disk_of(const struct volumes *volumes, const char *device)
{
	for (size_t i = 0; i < volumes->count; i++) {
		const struct volume *disk = &volumes->list[i];
		size_t n = strlen(disk->device);

		if (disk->kind == VOLUME_DISK &&
			strncmp(device, disk->device, n) == 0 &&
			device[n + strspn(device + n, "0123456789")] == '\0')
			return disk->disk;
	}
	return VOLUME_NO_DISK;
}

int
volumes_add(struct volumes *volumes, guestfs_h *g, enum volume_kind kind,
	const char *device, struct error *err)
{
	struct volume *volume = &volumes->list[volumes->count];
	int64_t size;
	int index;

	if (volumes->count == VOLUME_LIMIT)
		return error_set(err, E2BIG, "more than %d volumes",
			VOLUME_LIMIT);
	*volume = (struct volume){.kind = kind, .disk = VOLUME_NO_DISK};
	snprintf(volume->device, sizeof volume->device, "%s", device);
	snprintf(volume->source, sizeof volume->source, "%s", device);
	if (kind == VOLUME_DISK) {
		index = guestfs_device_index(g, device);
		if (index == -1)
			return guest_error(err, g, "number %s", device);
		volume->disk = (unsigned)index;
		size = guestfs_blockdev_getsize64(g, device);
		volume->size_bytes = size < 0 ? 0 : (uint64_t)size;
	} else if (kind == VOLUME_PARTITION) {
		volume->disk = disk_of(volumes, device);
		volume->partition = (unsigned)strtoul(
			device + strcspn(device, "0123456789"), NULL, 10);
	}
	if (kind == VOLUME_ARRAY) {
		read_array(volume, g);
		if (volume->array_name[0] == '\0')
			find_minor(volume, g, volumes);
	}
	if (kind == VOLUME_LV)
		read_lv(volume, g, volumes);
	probe(volume, g);
	volumes->count++;
	return 0;
}

int
volumes_add_new(struct volumes *volumes, guestfs_h *g, enum volume_kind kind,
	char **(*list)(guestfs_h *g), struct error *err)
{
	AUTO(strings_freep) char **devices = list(g);

	if (devices == NULL)
		return guest_error(err, g, "list the disks' volumes");
	for (size_t i = 0; devices[i] != NULL; i++) {
		if (volumes_find(volumes, devices[i]) == NULL &&
			volumes_add(volumes, g, kind, devices[i], err) == -1)
			return -1;
	}
	return 0;
}

static bool
has_member(const struct volumes *volumes, const char *type)
{
	for (size_t i = 0; i < volumes->count; i++) {
		if (strcmp(volumes->list[i].type, type) == 0)
			return true;
	}
	return false;
}

/* "sda" and 1 make "/dev/sda1", "nvme0n1" and 1 "/dev/nvme0n1p1". */
static void
name_as_source(struct volume *volume, const char *const *disk_names,
	size_t disk_count)
{
	const char *disk;
	size_t n;

	if (volume->disk >= disk_count)
		return;
	disk = disk_names[volume->disk];
	n = strlen(disk);
	if (volume->partition == 0)
		snprintf(volume->source, sizeof volume->source, "/dev/%s",
			disk);
	else
		snprintf(volume->source, sizeof volume->source, "/dev/%s%s%u",
			disk,
			n > 0 && isdigit((unsigned char)disk[n - 1]) ? "p" : "",
			volume->partition);
}

/* Once the partitions are known, which may lie over it. */
static void
look_for_mark(const struct volumes *volumes, struct volume *volume,
	guestfs_h *g)
{
	uint64_t sectors[RAID_MARKS];

	volume->has_raid_mark = volume->kind == VOLUME_DISK &&
		raid_marks_find(sectors, g, volumes, volume) > 0;
}

int
volumes_scan(struct volumes *volumes_out, guestfs_h *g,
	const char *const *disk_names, size_t disk_count, struct error *err)
{
	struct volumes volumes = {calloc(VOLUME_LIMIT, sizeof *volumes.list), 0};

	if (volumes.list == NULL)
		return error_set(err, ENOMEM, "list the disks' volumes");
	*volumes_out = volumes;
	if (volumes_add_new(volumes_out, g, VOLUME_DISK, guestfs_list_devices,
		    err) == -1 ||
		volumes_add_new(volumes_out, g, VOLUME_PARTITION,
			guestfs_list_partitions, err) == -1)
		return -1;
	if (has_member(volumes_out, "linux_raid_member") &&
		volumes_add_new(volumes_out, g, VOLUME_ARRAY,
			guestfs_list_md_devices, err) == -1)
		return -1;
	if (has_member(volumes_out, "LVM2_member") &&
		volumes_add_new(volumes_out, g, VOLUME_LV, guestfs_lvs, err) ==
			-1)
		return -1;
	for (size_t i = 0; i < volumes_out->count; i++) {
		name_as_source(&volumes_out->list[i], disk_names, disk_count);
		look_for_mark(volumes_out, &volumes_out->list[i], g);
	}
	return 0;
}

void
volumes_release(struct volumes *volumes)
{
	free(volumes->list);
	*volumes = (struct volumes){NULL, 0};
}

const struct volume *
volumes_find(const struct volumes *volumes, const char *device)
{
	for (size_t i = 0; i < volumes->count; i++) {
		if (strcmp(volumes->list[i].device, device) == 0)
			return &volumes->list[i];
	}
	return NULL;
}

bool
volume_is_extended(const struct volume *volume)
{
	static const char *const types[] = {"0x5", "0xf", "0x85", NULL};

	return strings_hold(types, volume->partition_type);
}

bool
volume_is_esp(const struct volume *volume)
{
	static const char *const types[] = {
		"c12a7328-f81f-11d2-ba4b-00a0c93ec93b", "0xef", NULL};

	return strings_hold(types, volume->partition_type);
}

bool
volume_is_mountable(const struct volume *volume)
{
	static const char *const types[] = {"ext2", "ext3", "ext4", "xfs",
		"btrfs", "reiserfs", "jfs", "vfat", "f2fs", "ntfs", NULL};

	return strings_hold(types, volume->type);
}

/* The types that libblkid has for members of such arrays. */
const char *
volume_raid_maker(const struct volume *volume)
{
	static const struct {
		const char *type, *name;
	} makers[] = {
		{"isw_raid_member", "Intel Matrix RAID"},
		{"ddf_raid_member", "DDF (LSI, Dell, and others)"},
		{"lsi_mega_raid_member", "LSI MegaRAID"},
		{"nvidia_raid_member", "NVIDIA"},
		{"promise_fasttrack_raid_member", "Promise FastTrak"},
		{"silicon_medley_raid_member", "Silicon Image Medley"},
		{"via_raid_member", "VIA"},
		{"jmicron_raid_member", "JMicron"},
		{"highpoint_raid_member", "HighPoint"},
		{"hpt37x_raid_member", "HighPoint 37x"},
		{"hpt45x_raid_member", "HighPoint 45x"},
		{"adaptec_raid_member", "Adaptec HostRAID"},
	};

	for (size_t i = 0; i < sizeof makers / sizeof *makers; i++) {
		if (strcmp(volume->type, makers[i].type) == 0)
			return makers[i].name;
	}
	return NULL;
}
