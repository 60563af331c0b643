/*
 * Arrays that a controller's firmware made, of which the VM has none: they serve
 * it only when one of their disks holds everything.  raid-mark.c tells such a
 * disk by what is near its end.
 */
#include "convert/assess/fake-raid.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "convert/assess/array.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest.h"
#include "convert/assess/volume.h"

static bool
is_on(const struct volume *part, const struct volume *disk)
{
	return part->kind == VOLUME_PARTITION && part->disk == disk->disk;
}

/* Is it a partition of this disk, or an array of md with one as a member? */
static bool
lies_on(const struct volumes *volumes, const struct volume *volume,
	const struct volume *disk)
{
	if (is_on(volume, disk))
		return true;
	for (size_t i = 0; i < volumes->count && volume->kind == VOLUME_ARRAY;
		i++)
		if (is_on(&volumes->list[i], disk) &&
			array_has_member(volume, &volumes->list[i]))
			return true;
	return false;
}

/* Does it lie on this disk, or was it opened by a passphrase in what does? */
static bool
is_inside(const struct volumes *volumes, const struct volume *volume,
	const struct volume *disk)
{
	if (lies_on(volumes, volume, disk))
		return true;
	for (size_t i = 0; i < volumes->count &&
		volume->kind == VOLUME_CRYPT && volume->inside[0] != '\0'; i++)
		if (strcmp(volumes->list[i].uuid, volume->inside) == 0 &&
			lies_on(volumes, &volumes->list[i], disk))
			return true;
	return false;
}

/* A physical volume whose group is not known may be of any. */
static bool
may_be_part(const struct volume *physical, const struct volume *logical)
{
	return strcmp(physical->type, "LVM2_member") == 0 &&
		(physical->group[0] == '\0' || logical->group[0] == '\0' ||
			strcmp(physical->group, logical->group) == 0);
}

/* Is it in a volume group that lies on this disk, and nowhere else? */
static bool
is_logical_inside(const struct volumes *volumes, const struct volume *logical,
	const struct volume *disk)
{
	bool has_any = false;

	for (size_t i = 0; i < volumes->count; i++) {
		if (!may_be_part(&volumes->list[i], logical))
			continue;
		if (!is_inside(volumes, &volumes->list[i], disk))
			return false;
		has_any = true;
	}
	return has_any;
}

static bool
is_mounted(const struct guest *guest, const struct volume *volume)
{
	for (size_t i = 0; i < guest->mount_count; i++)
		if (strcmp(guest->mounts[i].device, volume->source) == 0)
			return true;
	return false;
}

/* Was the table written for more than this disk, as that of a stripe is? */
static bool
reaches_beyond(const struct volume *part, const struct volume *disk)
{
	return disk->size_bytes > 0 && part->size_bytes <= INT64_MAX &&
		part->start_bytes <= INT64_MAX &&
		part->start_bytes + part->size_bytes > disk->size_bytes;
}

/*
 * Something on this disk was mounted, and nothing reaches beyond its end: a
 * disk of a stripe holds no file system that is whole.  A logical volume lies
 * on it for sure only when all of its group does.
 */
static bool
holds_everything(const struct volumes *volumes, const struct guest *guest,
	const struct volume *disk)
{
	bool is_used = false;

	for (size_t i = 0; i < volumes->count; i++) {
		const struct volume *volume = &volumes->list[i];

		if (is_on(volume, disk) && reaches_beyond(volume, disk))
			return false;
		if (!is_used && is_mounted(guest, volume))
			is_used = volume->kind == VOLUME_LV
				? is_logical_inside(volumes, volume, disk)
				: is_inside(volumes, volume, disk);
	}
	return is_used;
}

/* The same partition, with the same in it.  Members of md are alike anyhow. */
static bool
are_twins(const struct volume *a, const struct volume *b)
{
	return !array_is_member(a) && a->partition == b->partition &&
		a->start_bytes == b->start_bytes &&
		a->size_bytes == b->size_bytes && a->uuid[0] != '\0' &&
		strcmp(a->uuid, b->uuid) == 0 && strcmp(a->type, b->type) == 0;
}

/* Another member that holds what this disk does; NULL: none is here. */
static const struct volume *
find_twin(const struct volumes *volumes, const struct volume *disk)
{
	for (size_t i = 0; i < volumes->count; i++) {
		const struct volume *other = &volumes->list[i];

		if (other->kind != VOLUME_DISK || other == disk ||
			strcmp(other->type, disk->type) != 0)
			continue;
		for (size_t a = 0; a < volumes->count; a++)
			for (size_t b = 0; is_on(&volumes->list[a], disk) &&
				b < volumes->count;
				b++)
				if (is_on(&volumes->list[b], other) &&
					are_twins(&volumes->list[a],
						&volumes->list[b]))
					return other;
	}
	return NULL;
}

bool
fake_raid_is_alone(const struct volumes *volumes, const struct guest *guest,
	const struct volume *disk)
{
	return disk->kind == VOLUME_DISK && volume_raid_maker(disk) != NULL &&
		find_twin(volumes, disk) == NULL &&
		holds_everything(volumes, guest, disk);
}

void
fake_raid_check(const struct volumes *volumes, const struct guest *guest,
	const struct volume *disk, struct findings *findings)
{
	const struct volume *twin = find_twin(volumes, disk);
	const char *maker = volume_raid_maker(disk);
	char what[300];

	if (maker == NULL)
		return;
	if (twin != NULL) {
		snprintf(what, sizeof what, "%s, and the same on %s", maker,
			twin->source);
		finding_add(findings, "storage.fake-raid-members",
			disk->source, 0, what, NULL);
		return;
	}
	if (!fake_raid_is_alone(volumes, guest, disk))
		finding_add(findings, "storage.fake-raid", disk->source, 0,
			maker, NULL);
	else
		finding_add(findings, "storage.fake-raid-mirror", disk->source,
			0, maker, disk->has_raid_mark
				? "Its mark at the end of the disk is erased."
				: NULL);
}
