/*
 * The unreadable sectors of a machine's disks, one by one, from the lists that
 * the capture left (source/bad.h).
 */
#include "convert/damage/list.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/damage/loss.h"
#include "convert/source/bad.h"
#include "convert/source/map.h"
#include "convert/state/machine.h"

enum { SECTORS_LIMIT = 65536 /* of disks that are altogether dead */ };

struct map {
	int fd;
	const char *path;
	uint64_t disk_bytes;
};

/* Of the map: a list may hold lines of blocks that were read well later. */
static int
is_bad_block(const void *context, uint64_t block)
{
	const struct map *map = context;
	uint8_t bytes[IMAGE_ENTRY_BYTES];
	struct map_entry entry;

	return block * BLOCK_BYTES < map->disk_bytes &&
		io_pread(map->fd, bytes, sizeof bytes, map_entry_offset(block),
			map->path, NULL) == 0 &&
		map_entry_decode(&entry, block, bytes) &&
		(entry.flags & IMAGE_BAD) != 0;
}

static void
add_range(struct loss_list *list, unsigned disk, const struct bad_range *range)
{
	for (uint64_t at = 0; at < range->length_bytes;
		at += BLOCK_SECTOR_BYTES) {
		uint64_t offset = range->offset_bytes + at;

		if (list->count < SECTORS_LIMIT)
			list->losses[list->count++] = (struct loss){
				.disk = disk, .disk_offset = offset,
				.device = LOSS_NOWHERE};
		else if (list->lost[disk].sectors++ == 0)
			list->lost[disk].offset_bytes = offset;
	}
}

static int
read_disk(struct loss_list *list, const struct machine *machine,
	const struct machine_disk *disk, unsigned index, struct error *err)
{
	AUTO(freep) char *path = machine_path(machine, "capture/%s.map", disk->name);
	AUTO(freep) char *bad = machine_path(machine, "capture/%s.bad", disk->name);
	AUTO(freep) struct bad_range *ranges = NULL;
	AUTO(fd_closep) int fd = -1;
	struct map map = {.path = path, .disk_bytes = disk->size_bytes};
	size_t count;

	if (path == NULL || bad == NULL)
		return error_set(err, ENOMEM, "disk %s", disk->name);
	if (disk->image != NULL || access(bad, F_OK) == -1)
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return error_set(err, errno, "open %s", path);
	map.fd = fd;
	if (bad_read(&ranges, &count, bad, is_bad_block, &map, err) == -1)
		return -1;
	for (size_t i = 0; i < count; i++)
		add_range(list, index, &ranges[i]);
	return 0;
}

int
loss_list_read(struct loss_list *list_out, const struct machine *machine,
	const struct machine_disk *disks, size_t disk_count,
	struct error *err)
{
	*list_out = (struct loss_list){
		.losses = calloc(SECTORS_LIMIT, sizeof *list_out->losses),
		.lost = calloc(disk_count + 1, sizeof *list_out->lost),
	};
	if (list_out->losses == NULL || list_out->lost == NULL)
		return error_set(err, ENOMEM, "list unreadable sectors");
	for (size_t i = 0; i < disk_count; i++)
		if (read_disk(list_out, machine, &disks[i], (unsigned)i, err) ==
				-1)
			return -1;
	return 0;
}

void
loss_list_release(struct loss_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->losses[i].what);
	free(list->losses);
	free(list->lost);
	*list = (struct loss_list){0};
}

bool
loss_list_has(const struct loss_list *list, unsigned disk,
	uint64_t offset_bytes)
{
	size_t low = 0, high = list->count;

	if (list->lost[disk].sectors > 0 &&
		offset_bytes >= list->lost[disk].offset_bytes)
		return true; /* it may be */
	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct loss *loss = &list->losses[middle];

		if (loss->disk < disk || (loss->disk == disk &&
				loss->disk_offset < offset_bytes))
			low = middle + 1;
		else
			high = middle;
	}
	return low < list->count && list->losses[low].disk == disk &&
		list->losses[low].disk_offset == offset_bytes;
}
