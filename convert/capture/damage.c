/*
 * What a failing disk cost: from the list of unreadable sectors (source/bad.h)
 * to findings that name files.  ext.c looks into file systems; of others only
 * the place is told.
 */
#include "convert/capture/damage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/capture/ext.h"
#include "convert/source/bad.h"
#include "convert/source/map.h"
#include "convert/source/reread.h"
#include "convert/state/machine.h"

enum {
	VOLUMES_LIMIT = 128,
	PLACE_BYTES = 80,
	SECTORS_LIMIT = 65536 /* of a disk that is altogether dead */
};

/* A partition, or a disk without any. */
struct volume {
	char name[PLACE_BYTES], type[32];
	uint64_t start_bytes, end_bytes;
};

struct damage {
	const struct machine_disk *disk;
	char *image, *map, *list, *scratch;
	int map_fd;
	struct findings *findings;
	struct volume volumes[VOLUMES_LIMIT];
	size_t volume_count;
};

/* Of the map: a list may hold lines of blocks that were read well later. */
static int
is_bad_block(const void *context, uint64_t block)
{
	const struct damage *damage = context;
	uint8_t bytes[IMAGE_ENTRY_BYTES];
	struct map_entry entry;

	return block * BLOCK_BYTES < damage->disk->size_bytes &&
		io_pread(damage->map_fd, bytes, sizeof bytes,
			map_entry_offset(block), damage->map, NULL) == 0 &&
		map_entry_decode(&entry, block, bytes) &&
		(entry.flags & IMAGE_BAD) != 0;
}

static void
add_volume(struct damage *damage, const char *name, uint64_t start,
	uint64_t bytes, const json_t *filesystem)
{
	struct volume *volume = &damage->volumes[damage->volume_count];

	if (damage->volume_count == VOLUMES_LIMIT || bytes == 0 ||
		start >= damage->disk->size_bytes ||
		bytes > damage->disk->size_bytes - start)
		return;
	snprintf(volume->name, sizeof volume->name, "%s", name);
	snprintf(volume->type, sizeof volume->type, "%s",
		json_text(filesystem, "type", ""));
	volume->start_bytes = start;
	volume->end_bytes = start + bytes;
	damage->volume_count++;
}

/* A '/' in a disk's name became '!' (serve/disks.c). */
static bool
is_disk(const json_t *entry, const char *name)
{
	const char *text = json_text(entry, "name", "");

	for (; *text != '\0' && *name != '\0'; text++, name++)
		if (*text != *name && (*text != '/' || *name != '!'))
			return false;
	return *text == *name;
}

static void
find_volumes(struct damage *damage, const json_t *inventory)
{
	const json_t *disk, *partition;
	size_t i, j;

	json_array_foreach(json_object_get(inventory, "disks"), i, disk) {
		const json_t *whole = json_object_get(disk, "filesystem");

		if (!is_disk(disk, damage->disk->name))
			continue;
		if (json_is_object(whole))
			add_volume(damage, damage->disk->name, 0,
				damage->disk->size_bytes, whole);
		json_array_foreach(json_object_get(disk, "partitions"), j,
			partition)
			add_volume(damage, json_text(partition, "name", "?"),
				json_number(partition, "start_bytes", 0),
				json_number(partition, "size_bytes", 0),
				json_object_get(partition, "filesystem"));
	}
}

/* The innermost one that has the byte: logical ones lie within another. */
static const struct volume *
volume_at(const struct damage *damage, uint64_t offset)
{
	const struct volume *best = NULL;

	for (size_t i = 0; i < damage->volume_count; i++) {
		const struct volume *volume = &damage->volumes[i];

		if (offset >= volume->start_bytes && offset < volume->end_bytes &&
			(best == NULL || volume->start_bytes > best->start_bytes))
			best = volume;
	}
	return best;
}

static void
add(struct damage *damage, const char *rule, const char *where,
	const char *what, uint64_t offset, uint64_t sectors)
{
	AUTO(freep) char *text = io_format("%s%s%ju sector%s from byte %ju of %s",
		what, *what == '\0' ? "" : ": ", (uintmax_t)sectors,
		sectors == 1 ? "" : "s", (uintmax_t)offset, damage->disk->name);

	finding_add(damage->findings, rule, where, 0, text ? text : what, NULL);
}

struct place {
	struct damage *damage;
	const struct volume *volume;
};

static void
add_found(void *context, enum ext_owner owner, const char *what,
	uint64_t offset_bytes, uint64_t sectors)
{
	static const char *const rules[] = {
		[EXT_FILE] = "disk.bad-sectors.file",
		[EXT_METADATA] = "disk.bad-sectors.metadata",
		[EXT_FREE] = "disk.bad-sectors.free",
		[EXT_UNKNOWN] = "disk.bad-sectors.unknown",
	};
	const struct place *place = context;
	const char *volume = place->volume->name;
	AUTO(freep) char *where = owner == EXT_FILE
		? io_format("%s:%s", volume, what)
		: NULL;

	add(place->damage, rules[owner], where ? where : volume,
		owner == EXT_FILE ? "" : what, offset_bytes, sectors);
}

static bool
is_ext(const char *type)
{
	return strcmp(type, "ext2") == 0 || strcmp(type, "ext3") == 0 ||
		strcmp(type, "ext4") == 0;
}

static uint64_t
count_sectors(const struct bad_range *ranges, size_t count)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < count; i++)
		bytes += ranges[i].length_bytes;
	return bytes / BLOCK_SECTOR_BYTES;
}

/* All that is bad in one volume (NULL: outside of them). */
static void
find_in_volume(struct damage *damage, const struct volume *volume,
	const struct bad_range *ranges, size_t count)
{
	uint64_t first = ranges[0].offset_bytes;
	uint64_t sectors = count_sectors(ranges, count);
	struct place place = {damage, volume};
	struct error why = {0};
	char what[640];

	if (volume == NULL) {
		add(damage, damage->volume_count == 0
				? "disk.bad-sectors.unknown"
				: "disk.bad-sectors.metadata",
			damage->disk->name, "outside of every partition", first,
			sectors);
		return;
	}
	if (strcmp(volume->type, "swap") == 0) {
		add(damage, "disk.bad-sectors.free", volume->name, "swap space",
			first, sectors);
		return;
	}
	if (is_ext(volume->type) &&
		ext_find(damage->image, volume->start_bytes, ranges, count,
			damage->scratch, add_found, &place, &why) == 0)
		return;
	snprintf(what, sizeof what, "%s%s%s",
		volume->type[0] == '\0' ? "no known file system" : volume->type,
		why.text[0] == '\0' ? "" : ", ", why.text);
	add(damage, "disk.bad-sectors.unknown", volume->name, what, first,
		sectors);
}

/* Sorted ranges, volume by volume; one that crosses a border is two. */
static int
find_in_volumes(struct damage *damage, const struct bad_range *ranges,
	size_t count, struct error *err)
{
	AUTO(freep) struct bad_range *mine = NULL;
	uint64_t sectors = count_sectors(ranges, count);

	mine = calloc(sectors + 1, sizeof *mine);
	if (mine == NULL)
		return error_set(err, ENOMEM, "read %s", damage->list);
	for (size_t v = 0; v <= damage->volume_count; v++) {
		const struct volume *volume = v < damage->volume_count
			? &damage->volumes[v]
			: NULL;
		size_t used = 0;

		for (size_t i = 0; i < count; i++)
			for (uint64_t at = 0; at < ranges[i].length_bytes;
				at += BLOCK_SECTOR_BYTES) {
				uint64_t offset = ranges[i].offset_bytes + at;

				if (volume_at(damage, offset) == volume)
					mine[used++] = (struct bad_range){
						offset, BLOCK_SECTOR_BYTES};
			}
		if (used > 0)
			find_in_volume(damage, volume, mine, used);
	}
	return 0;
}

/* Only the first sectors are looked at one by one. */
static size_t
shorten(struct damage *damage, struct bad_range *ranges, size_t count)
{
	uint64_t room = (uint64_t)SECTORS_LIMIT * BLOCK_SECTOR_BYTES;

	for (size_t i = 0; i < count; i++) {
		struct bad_range *range = &ranges[i];

		if (range->length_bytes <= room) {
			room -= range->length_bytes;
			continue;
		}
		range->offset_bytes += room;
		range->length_bytes -= room;
		add(damage, "disk.bad-sectors.unknown", damage->disk->name,
			"too many to look at each", range->offset_bytes,
			count_sectors(range, count - i));
		range->offset_bytes -= room;
		range->length_bytes = room;
		return room > 0 ? i + 1 : i;
	}
	return count;
}

static int
find(struct damage *damage, struct error *err)
{
	AUTO(freep) struct bad_range *ranges = NULL;
	size_t count;

	if (bad_read(&ranges, &count, damage->list, is_bad_block, damage, err) ==
			-1)
		return -1;
	count = shorten(damage, ranges, count);
	return count == 0 ? 0 : find_in_volumes(damage, ranges, count, err);
}

bool
damage_is_listed(const struct machine *machine,
	const struct machine_disk *disk)
{
	AUTO(freep) char *list =
		machine_path(machine, "capture/%s.bad", disk->name);
	struct stat st;

	return list != NULL && disk->image == NULL && stat(list, &st) == 0 &&
		st.st_size > 0;
}

int
damage_find(const struct machine *machine, const struct machine_disk *disk,
	const json_t *inventory, struct findings *findings, struct error *err)
{
	AUTO(freep) char *image = machine_path(machine, "capture/%s.raw", disk->name);
	AUTO(freep) char *map = machine_path(machine, "capture/%s.map", disk->name);
	AUTO(freep) char *list = machine_path(machine, "capture/%s.bad", disk->name);
	AUTO(freep) char *scratch = machine_path(machine, "report/debugfs.part");
	AUTO(freep) struct damage *damage = calloc(1, sizeof *damage);
	AUTO(fd_closep) int fd = -1;

	if (image == NULL || map == NULL || list == NULL || scratch == NULL ||
		damage == NULL)
		return error_set(err, ENOMEM, "disk %s", disk->name);
	fd = open(map, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return error_set(err, errno, "open %s", map);
	damage->disk = disk;
	damage->image = image;
	damage->map = map;
	damage->list = list;
	damage->scratch = scratch;
	damage->map_fd = fd;
	damage->findings = findings;
	find_volumes(damage, inventory);
	return find(damage, err);
}

void
damage_note_reread(const char *disk, const struct reread_count *count,
	struct findings *findings)
{
	for (size_t i = 0; i < count->place_count; i++) {
		char what[64];

		snprintf(what, sizeof what, "a block of 64 KiB at byte %ju",
			(uintmax_t)count->places[i]);
		finding_add(findings, "disk.reread-differs", disk, 0, what,
			NULL);
	}
}
