/*
 * One disk of a mirror that a controller's firmware made is a disk like others,
 * but for the marks at its end: by them the guest's udev hides its partitions,
 * and mdadm or dmraid wait for the others.
 */
#include "convert/rewrite/raid-erase.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/error.h"
#include "common/own.h"
#include "convert/assess/fake-raid.h"
#include "convert/assess/finding.h"
#include "convert/assess/raid-mark.h"
#include "convert/assess/sectors.h"
#include "convert/assess/volume.h"
#include "convert/rewrite/change.h"
#include "drivers-inject/appliance.h"

#define RULE "storage.fake-raid-mirror"

static bool
is_marked(const struct volumes *volumes, const struct guest *guest,
	const struct volume *disk)
{
	return disk->has_raid_mark && fake_raid_is_alone(volumes, guest, disk);
}

bool
raid_check(const struct guest *guest, const struct volumes *volumes,
	const struct volume *root, const struct changes *changes,
	struct findings *findings)
{
	bool is_ready = root != NULL && changes_are_whole(changes);
	char what[300];

	for (size_t i = 0; !is_ready && i < volumes->count; i++) {
		const struct volume *disk = &volumes->list[i];

		if (!is_marked(volumes, guest, disk))
			continue;
		snprintf(what, sizeof what, "%s; its mark stays, because names "
			"of the array may not have been rewritten",
			volume_raid_maker(disk));
		finding_take_back(findings, RULE, disk->source);
		finding_add(findings, RULE, disk->source, 0, what, NULL);
	}
	return is_ready;
}

static int
erase(guestfs_h *g, const struct volume *disk, uint64_t sector,
	struct changes *changes, struct error *err)
{
	static const char zeros[SECTOR_BYTES];
	AUTO(freep) uint8_t *before = sectors_read(g, disk->device, sector, 1);

	if (before == NULL)
		return guest_error(err, g, "read %s", disk->source);
	if (sectors_write(g, disk->device, disk->source, sector, zeros, 1,
		    err) == -1)
		return -1;
	return changes_note_sectors(changes, disk->source,
		sector * SECTOR_BYTES, before, zeros, sizeof zeros, "The VM has one disk of a mirror that the "
		"old firmware made.", err);
}

int
raid_erase(guestfs_h *g, const struct guest *guest,
	const struct volumes *volumes, struct changes *changes,
	struct error *err)
{
	for (size_t i = 0; i < volumes->count; i++) {
		const struct volume *disk = &volumes->list[i];
		uint64_t sectors[RAID_MARKS];
		size_t count;

		if (!is_marked(volumes, guest, disk))
			continue;
		count = raid_marks_find(sectors, g, volumes, disk);
		for (size_t k = 0; k < count; k++)
			if (erase(g, disk, sectors[k], changes, err) == -1)
				return -1;
	}
	return 0;
}
