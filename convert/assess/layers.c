/*
 * Are the RAID arrays whole?  md's arrays run in the VM as they did; what a
 * controller's firmware made does so only when one of its disks holds everything.
 */
#include "convert/assess/layers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convert/assess/array.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest.h"
#include "convert/assess/volume.h"

/* ---- md ---- */

static void
check_array(const struct volumes *volumes, const struct volume *array,
	struct findings *findings)
{
	char what[160];

	if (!array_is_degraded(volumes, array))
		return;
	snprintf(what, sizeof what, "%s, %u of %u members", array->array_level,
		array_members(volumes, array), array->array_devices);
	finding_add(findings, "storage.array-degraded", array->source, 0, what,
		NULL);
}

static void
check_member(const struct volumes *volumes, const struct volume *member,
	struct findings *findings)
{
	for (size_t i = 0; i < volumes->count; i++) {
		if (array_has_member(&volumes->list[i], member))
			return;
	}
	finding_add(findings, "storage.array-incomplete", member->source, 0,
		member->uuid, NULL);
}

/* ---- a controller's firmware ---- */

/* The types that libblkid has for members of such arrays. */
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

static const char *
maker_of(const struct volume *volume)
{
	for (size_t i = 0; i < sizeof makers / sizeof *makers; i++) {
		if (strcmp(volume->type, makers[i].type) == 0)
			return makers[i].name;
	}
	return NULL;
}

/*
 * A file system on one of this disk's partitions was mounted: a disk of a
 * stripe holds none that is whole.
 */
static bool
holds_everything(const struct volumes *volumes, const struct guest *guest,
	const struct volume *disk)
{
	for (size_t i = 0; i < volumes->count; i++) {
		const struct volume *volume = &volumes->list[i];

		if (volume->disk != disk->disk ||
			volume->kind != VOLUME_PARTITION)
			continue;
		for (size_t k = 0; k < guest->mount_count; k++) {
			if (strcmp(guest->mounts[k].device, volume->source) ==
				0)
				return true;
		}
	}
	return false;
}

static bool
has_mirror(const struct volumes *volumes, const struct guest *guest)
{
	for (size_t i = 0; i < volumes->count; i++) {
		if (maker_of(&volumes->list[i]) != NULL &&
			holds_everything(volumes, guest, &volumes->list[i]))
			return true;
	}
	return false;
}

void
layers_check(const struct volumes *volumes, const struct guest *guest,
	struct findings *findings)
{
	const char *rule = has_mirror(volumes, guest)
		? "storage.fake-raid-mirror"
		: "storage.fake-raid";

	for (size_t i = 0; i < volumes->count; i++) {
		const struct volume *volume = &volumes->list[i];

		if (volume->kind == VOLUME_ARRAY)
			check_array(volumes, volume, findings);
		if (strcmp(volume->type, "crypto_LUKS") == 0)
			finding_add(findings, volume->is_open
					? "storage.encrypted-opened"
					: "storage.encrypted",
				volume->source, 0, volume->uuid, NULL);
		else if (array_is_member(volume))
			check_member(volumes, volume, findings);
		else if (maker_of(volume) != NULL)
			finding_add(findings, rule, volume->source, 0,
				maker_of(volume), NULL);
	}
}
