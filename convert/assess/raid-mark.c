/*
 * What makes a disk a member of an array of a controller's firmware: a sector
 * near its end.  fake-raid.c judges the disk, rewrite/raid-erase.c takes it out.
 */
#include "convert/assess/raid-mark.h"

#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "convert/assess/sectors.h"
#include "convert/assess/volume.h"

static const struct {
	const char *type; /* libblkid's */
	unsigned from_end; /* in sectors */
	const char *text;
} marks[] = {
	{"isw_raid_member", 2, "Intel Raid ISM Cfg Sig. "},
	{"ddf_raid_member", 1, "\xde\x11\xde\x11"},
	{"ddf_raid_member", 257, "\xde\x11\xde\x11"},
};

/* What an array left behind may be inside of a file system by now. */
static bool
is_in_partition(const struct volumes *volumes, const struct volume *disk,
	uint64_t sector)
{
	for (size_t i = 0; i < volumes->count; i++) {
		const struct volume *part = &volumes->list[i];
		uint64_t first = part->start_bytes / SECTOR_BYTES;

		if (part->kind != VOLUME_PARTITION || part->disk != disk->disk)
			continue;
		if (part->size_bytes == 0 || (sector >= first &&
			sector - first < part->size_bytes / SECTOR_BYTES))
			return true;
	}
	return false;
}

bool
raid_mark_next(size_t *index, uint64_t *sector_out,
	const struct volumes *volumes, const struct volume *disk)
{
	uint64_t count = disk->size_bytes / SECTOR_BYTES;

	while (*index < sizeof marks / sizeof *marks) {
		size_t i = (*index)++;

		if (strcmp(disk->type, marks[i].type) != 0 ||
			count <= marks[i].from_end)
			continue;
		if (is_in_partition(volumes, disk, count - marks[i].from_end))
			continue;
		*sector_out = count - marks[i].from_end;
		return true;
	}
	return false;
}

bool
raid_mark_is(size_t index, const uint8_t *sector)
{
	const char *text = marks[index - 1].text;

	return memcmp(sector, text, strlen(text)) == 0;
}

size_t
raid_marks_find(uint64_t sectors_out[RAID_MARKS], guestfs_h *g,
	const struct volumes *volumes, const struct volume *disk)
{
	size_t index = 0, count = 0;
	uint64_t at;

	while (count < RAID_MARKS &&
		raid_mark_next(&index, &at, volumes, disk)) {
		AUTO(freep) uint8_t *sector = sectors_read(g, disk->device, at,
			1);

		if (sector != NULL && raid_mark_is(index, sector))
			sectors_out[count++] = at;
	}
	return count;
}
