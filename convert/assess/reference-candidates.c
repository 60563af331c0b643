/*
 * Which disk does a name mean?  Each name of a whole disk is a variable, and the
 * uses of its partitions are conditions: a disk can be meant only when it has
 * every partition that is used, with a fitting content.  Of several that fit, the
 * order of the disks decides where it makes no difference, or where it is seen to
 * be that of the inventory; else none counts.
 */
#include "convert/assess/reference-parts.h"

#include <string.h>

#include "common/strings.h"
#include "convert/assess/disk-link.h"

/* ---- what fits ---- */

/* "ext3" in fstab may well be mounted from an ext4 file system. */
bool
reference_type_fits(const struct volume *volume, const char *type)
{
	if (*type == '\0')
		return true;
	if (strcmp(type, "auto") == 0)
		return volume_is_mountable(volume);
	if (string_list_holds(type, volume->type) && volume->type[0] != '\0')
		return true;
	if (strcmp(type, "swap") == 0)
		return strcmp(volume->type, "swsuspend") == 0;
	if (string_starts(type, "ext") && string_starts(volume->type, "ext"))
		return true;
	if (string_starts(type, "ntfs"))
		return strcmp(volume->type, "ntfs") == 0;
	/* blkid looks at a log's start only, where not each has a record */
	if (strcmp(type, "xfs_external_log") == 0)
		return volume->type[0] == '\0';
	return strcmp(type, "msdos") == 0 && strcmp(volume->type, "vfat") == 0;
}

const struct volume *
reference_volume_at(const struct references *references, unsigned disk,
	unsigned partition)
{
	const struct volumes *volumes = references->volumes;

	for (size_t i = 0; i < volumes->count; i++) {
		const struct volume *volume = &volumes->list[i];

		if (volume->disk == disk && volume->partition == partition &&
			(volume->kind == VOLUME_PARTITION) == (partition > 0))
			return volume;
	}
	return NULL;
}

static uint64_t
disks_that_fit(const struct references *references,
	const struct disk_name *name)
{
	uint64_t candidates = 0;
	int linked = disk_link_find(references->inventory,
		references->disk_names, references->disk_count, name->text);

	if (linked == -1)
		linked = name->pinned;
	if (linked >= 0)
		return linked < DISK_LINK_ELSEWHERE ? UINT64_C(1) << linked : 0;
	for (unsigned disk = 0; disk < references->disk_count; disk++) {
		bool fits = !disk_name_is_array(name->text) ||
			reference_is_raid_disk(references, disk);

		for (size_t i = 0; fits && i < name->use_count; i++) {
			const struct use *use = &name->uses[i];
			const struct volume *volume = reference_volume_at(
				references, disk, use->partition);

			fits = volume != NULL &&
				reference_type_fits(volume, use->type);
		}
		if (fits)
			candidates |= UINT64_C(1) << disk;
	}
	return candidates;
}

static bool
is_single(uint64_t candidates)
{
	return candidates != 0 && (candidates & (candidates - 1)) == 0;
}

/* A disk that one name is sure to mean is not meant by its rivals. */
static void
exclude_rivals(struct references *references)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < references->name_count; i++) {
			const struct disk_name *sure = &references->names[i];

			for (size_t k = 0; is_single(sure->candidates) &&
				k < references->name_count;
				k++) {
				struct disk_name *other = &references->names[k];

				if (k == i || !disk_names_compete(sure->text, other->text) ||
					other->pinned >= 0 ||
					!(other->candidates & sure->candidates))
					continue;
				if (is_single(other->candidates) &&
					sure->pinned < 0)
					continue; /* neither can have it */
				other->candidates &= ~sure->candidates;
				changed = true;
			}
		}
	}
}

/* ---- the order of the disks ---- */

/* "c" is 2, "aa" is 26; -1 for anything else. */
static int
count_by_letters(const char *letters)
{
	int number = 0;

	if (*letters == '\0' || strlen(letters) > 3)
		return -1;
	for (; *letters >= 'a' && *letters <= 'z'; letters++)
		number = number * 26 + (*letters - 'a' + 1);
	return *letters == '\0' ? number - 1 : -1;
}

/*
 * By how much the inventory counts a disk higher than the guest does: the stick
 * that the live image comes from may be the first there.
 */
static bool
find_shift(const char *guest, const char *source, int *shift_out)
{
	static const char *const kinds[] = {"sd", "hd", "vd", "xvd"};

	if (!string_starts(guest, "/dev/"))
		return false;
	guest += strlen("/dev/");
	*shift_out = 0;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		size_t n = strlen(kinds[i]);
		int ours, theirs;

		if (!string_starts(guest, kinds[i]) ||
			!string_starts(source, kinds[i]))
			continue;
		ours = count_by_letters(source + n);
		theirs = count_by_letters(guest + n);
		*shift_out = ours - theirs;
		return ours != -1 && theirs != -1;
	}
	return strcmp(guest, source) == 0;
}

/* The disk of this place in the inventory; DISK_LIMIT when there is none. */
static unsigned
namesake(const struct references *references, const struct disk_name *name,
	int shift)
{
	int found;

	for (unsigned disk = 0; disk < references->disk_count; disk++)
		if (find_shift(name->text, references->disk_names[disk],
			    &found) && found == shift)
			return disk;
	return DISK_LIMIT;
}

static bool
can_be(const struct disk_name *name, unsigned disk)
{
	return disk < DISK_LIMIT && name->candidates >> disk & 1;
}

/* Names of this kind that are sure: one at least, and all have this shift. */
static bool
order_is_seen(const struct references *references,
	const struct disk_name *name, int *shift_out)
{
	size_t agreeing = 0;

	for (size_t i = 0; i < references->name_count; i++) {
		const struct disk_name *other = &references->names[i];
		int shift;

		if (other->by_order || !is_single(other->candidates) ||
			!disk_names_compete(name->text, other->text))
			continue;
		if (!find_shift(other->text, references->disk_names[
			    __builtin_ctzll(other->candidates)], &shift) ||
			(agreeing > 0 && shift != *shift_out))
			return false;
		*shift_out = shift;
		agreeing++;
	}
	return agreeing > 0;
}

/* Swap is swap, and one half of a mirror or of a btrfs is as good as the other. */
static bool
are_alike(const struct volume *a, const struct volume *b)
{
	static const char *const halves[] = {"linux_raid_member", "btrfs", NULL};

	return strcmp(a->type, b->type) == 0 &&
		(strcmp(a->type, "swap") == 0 ||
			(strings_hold(halves, a->type) &&
				strcmp(a->uuid, b->uuid) == 0));
}

/* For what the name is used for, each disk that fits serves as well. */
static bool
makes_no_difference(const struct references *references,
	const struct disk_name *name)
{
	unsigned first = (unsigned)__builtin_ctzll(name->candidates);

	for (size_t i = 0; i < name->use_count; i++) {
		const struct volume *volume = reference_volume_at(references, first,
			name->uses[i].partition);

		for (unsigned disk = first + 1; disk < references->disk_count;
			disk++)
			if (can_be(name, disk) && !are_alike(volume,
				    reference_volume_at(references, disk,
					    name->uses[i].partition)))
				return false;
	}
	return name->use_count > 0;
}

/* Decide for one name of which several disks are left; false: there is none. */
static bool
choose_by_order(struct references *references)
{
	for (size_t i = 0; i < references->name_count; i++) {
		struct disk_name *name = &references->names[i];
		bool any_will_do;
		unsigned disk;
		int shift = 0;

		if (name->candidates == 0 || is_single(name->candidates))
			continue;
		any_will_do = makes_no_difference(references, name);
		if (!order_is_seen(references, name, &shift) && !any_will_do)
			continue;
		disk = namesake(references, name, shift);
		if (!can_be(name, disk)) {
			if (!any_will_do)
				continue;
			disk = (unsigned)__builtin_ctzll(name->candidates);
		}
		name->candidates = UINT64_C(1) << disk;
		name->by_order = true;
		return true;
	}
	return false;
}

static void
settle(struct references *references)
{
	for (size_t i = 0; i < references->name_count; i++) {
		references->names[i].by_order = false;
		references->names[i].candidates =
			disks_that_fit(references, &references->names[i]);
	}
	do
		exclude_rivals(references);
	while (choose_by_order(references));
	references->settled = true;
}

/* Two names, none pinned, for which only the same disk is left. */
static bool
is_contested(const struct references *references, const struct disk_name *name)
{
	for (size_t i = 0; i < references->name_count; i++) {
		const struct disk_name *other = &references->names[i];

		if (other != name && disk_names_compete(name->text, other->text) &&
			name->pinned < 0 && other->pinned < 0 &&
			is_single(other->candidates) &&
			other->candidates == name->candidates)
			return true;
	}
	return false;
}

enum reference_state
reference_choose_disk(struct references *references,
	const struct disk_name *name, unsigned *disk_out)
{
	if (!references->settled)
		settle(references);
	if (name->candidates == 0)
		return REFERENCE_MISSING;
	if (!is_single(name->candidates) || is_contested(references, name))
		return REFERENCE_AMBIGUOUS;
	*disk_out = (unsigned)__builtin_ctzll(name->candidates);
	return REFERENCE_NAMED;
}
