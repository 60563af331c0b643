/*
 * Disk images as the source: `unrack convert disk.raw` runs the same pipeline
 * (pipeline.c) as a live machine, without a wire.
 */
#include "convert/local.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "common/process.h"
#include "convert/source/foreign.h"
#include "convert/source/qcow2.h"
#include "convert/state/machine.h"

struct local_source {
	struct pipeline_source base;
	const struct machine *machine;
	struct machine_disk *disks;
	size_t disk_count;
	char **locations;
};

enum { SECTOR = 512, MBR_ENTRIES = 446, TYPE_GPT = 0xee };

const char *
local_image_format(const char *path)
{
	static const struct {
		const char *ending, *format;
	} formats[] = {{".raw", "raw"}, {".img", "raw"}, {".qcow2", "qcow2"},
		{".vmdk", "vmdk"}, {".vhdx", "vhdx"}, {".vhd", "vpc"}};
	size_t bytes = strlen(path);

	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		size_t n = strlen(formats[i].ending);

		if (bytes > n &&
			strcmp(path + bytes - n, formats[i].ending) == 0)
			return formats[i].format;
	}
	return NULL;
}

/* The first byte behind what the partition table describes; 0: no table. */
static uint64_t
table_end(const uint8_t sectors[2 * SECTOR])
{
	uint64_t end = 0, sector;
	uint32_t start, length;

	if (sectors[510] != 0x55 || sectors[511] != 0xaa)
		return 0;
	if (memcmp(sectors + SECTOR, "EFI PART", 8) == 0) {
		/* UEFI 2.10, 5.3.2: the alternate header is the last sector */
		memcpy(&sector, sectors + SECTOR + 32, sizeof sector);
		sector = le64toh(sector);
		return sector < UINT64_MAX / SECTOR - 1 ? (sector + 1) * SECTOR
							: 0;
	}
	for (int i = 0; i < 4; i++) {
		const uint8_t *entry = sectors + MBR_ENTRIES + 16 * i;

		memcpy(&start, entry + 8, sizeof start);
		memcpy(&length, entry + 12, sizeof length);
		sector = (uint64_t)le32toh(start) + le32toh(length);
		if (entry[4] != 0 && entry[4] != TYPE_GPT && sector * SECTOR > end)
			end = sector * SECTOR;
	}
	return end;
}

static int
check_raw(const char *path, uint64_t size, struct error *err)
{
	AUTO(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t sectors[2 * SECTOR];
	uint64_t end;

	if (fd == -1)
		return error_set(err, errno, "open %s", path);
	if (size < sizeof sectors) {
		error_set(err, 0, "%s is not a disk image: it has %" PRIu64
			" bytes", path, size);
		return error_hint(err, "Give the image of a whole disk.");
	}
	if (io_pread(fd, sectors, sizeof sectors, 0, path, err) == -1)
		return -1;
	if (memcmp(sectors, "QFI\xfb", 4) == 0) {
		error_set(err, 0, "%s begins like a qcow2 image, but its name "
			"does not end in .qcow2", path);
		return error_hint(err,
			"Rename it if it is one.  (A raw disk's content may not "
			"choose its format.)");
	}
	end = table_end(sectors);
	if (end > size) {
		error_set(err, 0, "%s is cut short: its partition table reaches "
			"to byte %" PRIu64 ", the file ends at %" PRIu64, path,
			end, size);
		return error_hint(err, "Copy the image again and compare its "
			"size with the disk's.");
	}
	return 0;
}

static int
qcow2_size(const char *path, uint64_t *size_out, struct error *err)
{
	const char *const argv[] = {"qemu-img", "info", "-U", "-f", "qcow2",
		"--output=json", path, NULL};
	AUTO(freep) char *text = NULL;
	AUTO(json_decrefpp) json_t *info = NULL;

	if (qcow2_check(path, err) == -1)
		return -1;
	if (process_run(argv, &text, 60, err) == -1)
		return error_hint(err, "Check it with `qemu-img check %s`.",
			path);
	info = json_loads(text, 0, NULL);
	*size_out = json_number(info, "virtual-size", 0);
	return *size_out == 0 ? error_set(err, 0, "%s is an empty disk", path)
			      : 0;
}

static int
probe_image(struct machine_disk *disk, const char *path, struct error *err)
{
	const char *format = local_image_format(path);
	struct stat st;

	disk->image = realpath(path, NULL);
	if (disk->image == NULL || stat(disk->image, &st) == -1) {
		error_set(err, errno, "disk image %s", path);
		return error_hint(err, "Give the path of a disk image.");
	}
	if (!S_ISREG(st.st_mode)) {
		error_set(err, 0, "disk image %s is not a file", path);
		return error_hint(err, "Give the path of a disk image.");
	}
	snprintf(disk->image_format, sizeof disk->image_format, "%s",
		format == NULL ? "raw" : format);
	if (strcmp(disk->image_format, "raw") == 0) {
		disk->size_bytes = (uint64_t)st.st_size;
		return check_raw(disk->image, disk->size_bytes, err);
	}
	if (strcmp(disk->image_format, "qcow2") == 0)
		return qcow2_size(disk->image, &disk->size_bytes, err);
	return foreign_check(disk->image, disk->image_format,
		&disk->size_bytes, err);
}

/* Name `index` of the inventory's offered disks, else sda, sdb, ... */
static void
name_disk(struct machine_disk *disk, const json_t *inventory, size_t index)
{
	const json_t *list = json_object_get(inventory, "disks"), *entry;
	size_t i, offered = 0;

	json_array_foreach(list, i, entry) {
		const char *name = json_text(entry, "name", "");

		if (!json_flag(entry, "offered", 1) || offered++ != index)
			continue;
		if (strlen(name) < sizeof disk->name &&
			strchr(name, '/') == NULL && *name != '.')
			snprintf(disk->name, sizeof disk->name, "%s", name);
	}
	if (disk->name[0] == '\0' && index < 26)
		snprintf(disk->name, sizeof disk->name, "sd%c",
			(int)('a' + index));
	else if (disk->name[0] == '\0')
		snprintf(disk->name, sizeof disk->name, "sd%c%c",
			(int)('a' + index / 26 - 1), (int)('a' + index % 26));
}

int
local_add_images(const struct machine *machine, char *const *files,
	size_t count, struct error *err)
{
	AUTO(freep) char *path = machine_path(machine, "inventory.json");
	AUTO(json_decrefpp) json_t *inventory = NULL;
	struct machine_disk *disks = calloc(count + 1, sizeof *disks);
	int result = 0;

	if (disks == NULL || path == NULL) {
		free(disks);
		return error_set(err, ENOMEM, "machine %s", machine->name);
	}
	if (access(path, F_OK) == 0)
		result = json_file_read(&inventory, path, err);
	for (size_t i = 0; i < count && result == 0; i++) {
		name_disk(&disks[i], inventory, i);
		result = probe_image(&disks[i], files[i], err);
	}
	if (result == 0)
		result = machine_write_disks(machine, disks, count, err);
	machine_disks_free(disks, count);
	return result;
}

static const char *
location(struct pipeline_source *base, size_t index, const char **format_out)
{
	struct local_source *source = (struct local_source *)base;

	*format_out = source->disks[index].image_format;
	return source->locations[index];
}

static int
find_location(struct local_source *source, size_t index, struct error *err)
{
	const struct machine_disk *disk = &source->disks[index];
	const struct machine *machine = source->machine;

	source->locations[index] = disk->image != NULL
		? strdup(disk->image)
		: machine_path(machine, "capture/%s.raw", disk->name);
	if (source->locations[index] == NULL)
		return error_set(err, ENOMEM, "machine %s", machine->name);
	if (disk->image == NULL && machine_check_whole(machine, err) == -1)
		return -1;
	if (disk->image == NULL && machine_state(machine) < MACHINE_CAPTURED) {
		error_set(err, 0, "machine %s is not captured yet",
			machine->name);
		return error_hint(err,
			"Boot it from the live image with its enrolment while "
			"`unrack serve` runs.");
	}
	if (access(source->locations[index], R_OK) == -1)
		return error_set(err, errno, "open %s",
			source->locations[index]);
	return 0;
}

int
local_open(struct local_source **source_out, const struct machine *machine,
	struct error *err)
{
	struct local_source *source = calloc(1, sizeof *source);
	int result;

	if (source == NULL)
		return error_set(err, ENOMEM, "machine %s", machine->name);
	source->machine = machine;
	source->base.location = location;
	result = machine_read_disks(machine, &source->disks, &source->disk_count,
		err);
	if (result == 0) {
		source->locations = calloc(source->disk_count + 1,
			sizeof *source->locations);
		if (source->locations == NULL)
			result = error_set(err, ENOMEM, "machine %s",
				machine->name);
	}
	for (size_t i = 0; i < source->disk_count && result == 0; i++)
		result = find_location(source, i, err);
	if (result == -1) {
		local_close(source);
		return -1;
	}
	*source_out = source;
	return 0;
}

void
local_close(struct local_source *source)
{
	for (size_t i = 0; source->locations != NULL && i < source->disk_count;
		i++)
		free(source->locations[i]);
	free(source->locations);
	machine_disks_free(source->disks, source->disk_count);
	free(source);
}

struct pipeline_source *
local_pipeline_source(struct local_source *source)
{
	return &source->base;
}
