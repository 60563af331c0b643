/*
 * What is written on a disk: partition table, partitions, file systems, as
 * libblkid sees them.  Everything is read through the whole disk, at each
 * partition's offset, so that no partition device is needed: an image file is
 * probed like a disk.  Read disk.c for the hardware's side.
 */
#include "p2v/probe.h"

#include <blkid.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "common/own.h"
#include "p2v/sysfs.h"

enum { DOS_ACTIVE = 0x80, GPT_ACTIVE = 1 << 2 };

static void
probe_freep(blkid_probe *probe)
{
	blkid_free_probe(*probe);
}

static json_t *
value(blkid_probe probe, const char *name)
{
	const char *text;

	if (blkid_probe_lookup_value(probe, name, &text, NULL) == -1)
		return json_null();
	return fact_text(text);
}

/* A file system or a member of LVM, RAID or LUKS at a range of the disk. */
static json_t *
filesystem(int fd, uint64_t start_bytes, uint64_t bytes, unsigned sector_bytes)
{
	AUTO(probe_freep) blkid_probe probe = blkid_new_probe();

	if (probe == NULL ||
		blkid_probe_set_device(probe, fd, (blkid_loff_t)start_bytes,
			(blkid_loff_t)bytes) == -1)
		return json_null();
	blkid_probe_set_sectorsize(probe, sector_bytes);
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE |
		BLKID_SUBLKS_UUID | BLKID_SUBLKS_LABEL | BLKID_SUBLKS_USAGE);
	if (blkid_do_safeprobe(probe) != 0)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o}", "type", value(probe, "TYPE"),
		"uuid", value(probe, "UUID"), "label", value(probe, "LABEL"),
		"usage", value(probe, "USAGE"));
}

void
probe_partition_name(char name_out[64], const char *disk, int number)
{
	size_t bytes = strlen(disk);
	bool digit = bytes > 0 && isdigit((unsigned char)disk[bytes - 1]);

	snprintf(name_out, 64, "%.48s%s%d", disk, digit ? "p" : "", number);
}

/* DOS types are numbers, GPT types are UUIDs. */
static json_t *
partition_type(blkid_partition partition)
{
	const char *text = blkid_partition_get_type_string(partition);
	char number[16];

	if (text != NULL)
		return fact_text(text);
	snprintf(number, sizeof number, "0x%02x",
		(unsigned)blkid_partition_get_type(partition));
	return fact_text(number);
}

static bool
is_active(blkid_partition partition)
{
	const char *table = blkid_parttable_get_type(
		blkid_partition_get_table(partition));
	unsigned long long flags = blkid_partition_get_flags(partition);

	if (table == NULL)
		return false;
	if (strcmp(table, "dos") == 0)
		return flags == DOS_ACTIVE;
	return strcmp(table, "gpt") == 0 && (flags & GPT_ACTIVE) != 0;
}

static json_t *
partition_facts(blkid_partition partition, const char *disk, int fd,
	unsigned sector_bytes)
{
	/* libblkid counts in units of 512 bytes whatever the disk's are. */
	uint64_t start = (uint64_t)blkid_partition_get_start(partition) * 512;
	uint64_t bytes = (uint64_t)blkid_partition_get_size(partition) * 512;
	int number = blkid_partition_get_partno(partition);
	char name[64];

	probe_partition_name(name, disk, number);
	return json_pack("{s:i, s:s, s:I, s:I, s:o, s:o, s:o, s:b, s:o}",
		"number", number, "name", name,
		"start_bytes", (json_int_t)start,
		"size_bytes", (json_int_t)bytes,
		"type", partition_type(partition),
		"uuid", fact_text(blkid_partition_get_uuid(partition)),
		"label", fact_text(blkid_partition_get_name(partition)),
		"active", is_active(partition),
		"filesystem", blkid_partition_is_extended(partition)
			? json_null()
			: filesystem(fd, start, bytes, sector_bytes));
}

static void
set_partitions(json_t *disk, const char *name, blkid_partlist list, int fd,
	unsigned sector_bytes)
{
	blkid_parttable table = blkid_partlist_get_table(list);
	int count = blkid_partlist_numof_partitions(list);
	json_t *partitions = json_array();

	if (table != NULL)
		json_object_set_new(disk, "table", json_pack("{s:o, s:o}",
			"type", fact_text(blkid_parttable_get_type(table)),
			"id", fact_text(blkid_parttable_get_id(table))));
	for (int i = 0; i < count; i++)
		json_array_append_new(partitions,
			partition_facts(blkid_partlist_get_partition(list, i),
				name, fd, sector_bytes));
	json_object_set_new(disk, "partitions", partitions);
}

int
probe_disk(json_t *disk, const char *name, const char *path,
	unsigned sector_bytes, struct error *err)
{
	AUTO(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	AUTO(probe_freep) blkid_probe probe = NULL;
	blkid_partlist list;

	json_object_set_new(disk, "table", json_null());
	json_object_set_new(disk, "filesystem", json_null());
	json_object_set_new(disk, "partitions", json_array());
	if (fd == -1)
		return error_set(err, errno, "open %s", path);
	probe = blkid_new_probe();
	if (probe == NULL || blkid_probe_set_device(probe, fd, 0, 0) == -1)
		return error_set(err, errno, "read the tables of %s", path);
	blkid_probe_set_sectorsize(probe, sector_bytes);
	blkid_probe_enable_partitions(probe, 1);
	list = blkid_probe_get_partitions(probe);
	if (list != NULL)
		set_partitions(disk, name, list, fd, sector_bytes);
	json_object_set_new(disk, "filesystem", filesystem(fd, 0, 0,
		sector_bytes));
	return 0;
}

static bool
is_labelled(const json_t *thing, const char *label)
{
	return strcmp(json_text(json_object_get(thing, "filesystem"), "label",
			      ""), label) == 0;
}

bool
probe_has_label(const json_t *disk, const char *label)
{
	const json_t *partition;
	size_t i;

	json_array_foreach (json_object_get(disk, "partitions"), i, partition)
		if (is_labelled(partition, label))
			return true;
	return is_labelled(disk, label);
}
