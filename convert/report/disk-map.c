/*
 * What lies where on a disk, from what the stages left: layout.json (or the
 * inventory), the list of unreadable sectors, and the holes of the capture.
 * disk-picture.c draws it.
 */
#include "convert/report/disk-map.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/report/parts.h"
#include "convert/source/bad.h"

enum { SECTOR_BYTES = 512, EXTENTS_LIMIT = 200000 };

/* Less than this between partitions is alignment, not space. */
static const uint64_t gap_shows = 16 << 20;

static const json_t *
find_disk(const struct parts *parts, size_t index)
{
	const json_t *disks = json_object_get(parts->layout, "disks");

	if (json_array_size(disks) == 0)
		disks = json_object_get(parts->inventory, "disks");
	return json_array_get(disks, index);
}

/* A text in layout.json, an object in the inventory. */
static const char *
filesystem_of(const json_t *partition)
{
	const json_t *filesystem = json_object_get(partition, "filesystem");

	return json_is_string(filesystem)
		? json_string_value(filesystem)
		: json_text(filesystem, "type", "");
}

static const char *
target_of(const struct parts *parts, const json_t *partition)
{
	const char *name = json_text(partition, "name", "");
	const json_t *mount;
	size_t i;

	if (json_text(partition, "target", NULL) != NULL)
		return json_text(partition, "target", "");
	json_array_foreach(json_object_get(parts->guest, "mounts"), i, mount) {
		const char *device = json_text(mount, "device", "");

		if (strncmp(device, "/dev/", 5) == 0 &&
			strcmp(device + 5, name) == 0)
			return json_text(mount, "target", "");
	}
	return "";
}

static bool
holds(const json_t *outer, const json_t *inner)
{
	uint64_t start = json_number(outer, "start_bytes", 0);
	uint64_t end = start + json_number(outer, "size_bytes", 0);
	uint64_t at = json_number(inner, "start_bytes", 0);

	return outer != inner && at >= start && at < end &&
		json_number(inner, "size_bytes", 0) <
			json_number(outer, "size_bytes", 0);
}

/* An extended partition is only a box for others. */
static bool
is_box(const json_t *list, const json_t *partition)
{
	const json_t *other;
	size_t i;

	json_array_foreach(list, i, other)
		if (holds(partition, other))
			return true;
	return false;
}

static void
add_partition(struct disk_map *map, const struct parts *parts,
	const json_t *partition)
{
	struct disk_segment *segment = &map->segments[map->count];

	*segment = (struct disk_segment){
		.name = json_text(partition, "name", "?"),
		.filesystem = filesystem_of(partition),
		.target = target_of(parts, partition),
		.start_bytes = json_number(partition, "start_bytes", 0),
		.size_bytes = json_number(partition, "size_bytes", 0),
		.used_bytes = json_number(partition, "used_bytes", 0),
		.free_bytes = json_number(partition, "free_bytes", 0),
	};
	if (segment->size_bytes > 0 && segment->start_bytes < map->size_bytes &&
		segment->size_bytes <= map->size_bytes - segment->start_bytes)
		map->count++;
}

static int
by_start(const void *a, const void *b)
{
	const struct disk_segment *left = a, *right = b;

	return left->start_bytes < right->start_bytes
		? -1
		: left->start_bytes > right->start_bytes;
}

static void
drop_overlaps(struct disk_map *map)
{
	uint64_t end = 0;
	size_t kept = 0;

	qsort(map->segments, map->count, sizeof *map->segments, by_start);
	for (size_t i = 0; i < map->count; i++) {
		if (map->segments[i].start_bytes < end)
			continue;
		end = map->segments[i].start_bytes + map->segments[i].size_bytes;
		map->segments[kept++] = map->segments[i];
	}
	map->count = kept;
}

static void
add_gaps(struct disk_map *map)
{
	size_t partitions = map->count;
	uint64_t end = 0;

	for (size_t i = 0; i <= partitions; i++) {
		uint64_t next = i < partitions ? map->segments[i].start_bytes
					       : map->size_bytes;

		if (next - end >= gap_shows && map->count < DISK_SEGMENTS)
			map->segments[map->count++] = (struct disk_segment){
				.filesystem = "", .target = "",
				.start_bytes = end, .size_bytes = next - end};
		if (i < partitions)
			end = next + map->segments[i].size_bytes;
	}
	qsort(map->segments, map->count, sizeof *map->segments, by_start);
}

static int
keep_all(const void *context, uint64_t block)
{
	(void)context;
	(void)block;
	return 1;
}

static void
read_bad(struct disk_map *map, const struct parts *parts)
{
	AUTO(freep) char *path = io_format("%s/../capture/%s.bad",
		parts->folder, map->name);
	struct error ignored;

	if (path == NULL || bad_read(&map->bad, &map->bad_count, path, keep_all,
		    NULL, &ignored) == -1)
		return;
	for (size_t i = 0; i < map->bad_count; i++)
		map->bad_sectors += map->bad[i].length_bytes / SECTOR_BYTES;
}

/* Add bytes [from, to) to the cells that they lie in. */
static void
hold(struct disk_map *map, uint64_t from, uint64_t to)
{
	double cell = (double)map->size_bytes / DISK_CELLS;

	if (to > map->size_bytes)
		to = map->size_bytes;
	while (from < to) {
		size_t i = (size_t)((double)from / cell);
		uint64_t end;

		if (i >= DISK_CELLS)
			i = DISK_CELLS - 1;
		end = (uint64_t)(cell * (double)(i + 1));
		if (end <= from || end > to)
			end = to;
		map->held[i] += (float)((double)(end - from) / cell);
		from = end;
	}
}

static void
read_capture(struct disk_map *map, const struct parts *parts)
{
	AUTO(freep) char *path = io_format("%s/../capture/%s.raw",
		parts->folder, map->name);
	AUTO(fd_closep) int fd = path == NULL ? -1
		: open(path, O_RDONLY | O_CLOEXEC);
	off_t at = 0, end;

	if (fd == -1)
		return;
	map->has_capture = true;
	for (int i = 0; i < EXTENTS_LIMIT; i++) {
		at = lseek(fd, at, SEEK_DATA);
		if (at == -1)
			return; /* the rest is a hole */
		end = lseek(fd, at, SEEK_HOLE);
		if (end <= at)
			return;
		hold(map, (uint64_t)at, (uint64_t)end);
		at = end;
	}
}

bool
disk_map_read(struct disk_map *map_out, const struct parts *parts, size_t index)
{
	const json_t *disk = find_disk(parts, index), *partition;
	const json_t *list = json_object_get(disk, "partitions");
	size_t i;

	memset(map_out, 0, sizeof *map_out);
	if (disk == NULL)
		return false;
	map_out->name = json_text(disk, "name", "?");
	map_out->size_bytes = json_number(disk, "size_bytes", 0);
	json_array_foreach(list, i, partition)
		if (map_out->count < DISK_SEGMENTS && !is_box(list, partition))
			add_partition(map_out, parts, partition);
	drop_overlaps(map_out);
	add_gaps(map_out);
	if (strchr(map_out->name, '/') != NULL || map_out->size_bytes == 0)
		return true;
	read_bad(map_out, parts);
	read_capture(map_out, parts);
	return true;
}

void
disk_map_release(struct disk_map *map)
{
	free(map->bad);
	map->bad = NULL;
}
