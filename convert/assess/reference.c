/*
 * Which volume does a name mean?  Kernel names (/dev/sda1, /dev/hda1,
 * /dev/cciss/c0d0p1) and links made from hardware say nothing by themselves:
 * another kernel or controller counts otherwise.  So each name of a whole disk
 * is a variable, and the uses of its partitions are conditions: a disk can be
 * meant only when it has every partition that is used, with a fitting content.
 * Of several that fit, the order of the disks decides where it makes no
 * difference, or where it is seen to be that of the inventory; else none counts.
 * volume.c is what is there; rewrite/ asks.
 */
#include "convert/assess/reference.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/disk-link.h"
#include "convert/assess/disk-name.h"
#include "convert/assess/volume-name.h"

enum { NAME_LIMIT = 64, USE_LIMIT = 64, DISK_LIMIT = 64, DECLARED_LIMIT = 64 };

/* A use of a partition of a disk; partition 0 is the disk itself. */
struct use {
	unsigned partition;
	char type[32];
};

/* A name that the guest has for a whole disk. */
struct disk_name {
	char text[256];
	struct use uses[USE_LIMIT];
	size_t use_count;
	int pinned; /* index of the disk, or -1 */
	bool is_bound; /* a name of the guest's choice, by a WWID */
	uint64_t candidates;
	bool by_order; /* others fitted */
};

/* A name that the guest makes itself. */
struct declared {
	char spec[256];
	const struct volume *volume;
	bool is_lost;
};

struct references {
	const struct volumes *volumes;
	const json_t *inventory;
	const char *const *disk_names;
	size_t disk_count;
	struct disk_name names[NAME_LIMIT];
	size_t name_count;
	struct declared declared[DECLARED_LIMIT];
	size_t declared_count;
	bool settled;
};

struct references *
references_new(const struct volumes *volumes, const json_t *inventory,
	const char *const *disk_names, size_t disk_count)
{
	struct references *references = calloc(1, sizeof *references);

	if (references == NULL)
		return NULL;
	references->volumes = volumes;
	references->inventory = inventory;
	references->disk_names = disk_names;
	references->disk_count =
		disk_count < DISK_LIMIT ? disk_count : DISK_LIMIT;
	return references;
}

void
references_free(struct references *references)
{
	free(references);
}

const struct volumes *
references_volumes(const struct references *references)
{
	return references->volumes;
}

/* ---- names that a guest has for whole disks ---- */

static struct disk_name *
disk_name(struct references *references, const char *text)
{
	struct disk_name *name;

	for (size_t i = 0; i < references->name_count; i++) {
		if (strcmp(references->names[i].text, text) == 0)
			return &references->names[i];
	}
	if (references->name_count == NAME_LIMIT)
		return NULL;
	name = &references->names[references->name_count++];
	snprintf(name->text, sizeof name->text, "%s", text);
	name->pinned = -1;
	references->settled = false;
	return name;
}

static bool
is_raid_disk(const struct references *references, unsigned disk)
{
	const struct volumes *volumes = references->volumes;

	for (size_t i = 0; i < volumes->count; i++)
		if (volumes->list[i].kind == VOLUME_DISK &&
			volumes->list[i].disk == disk)
			return volume_raid_maker(&volumes->list[i]) != NULL;
	return false;
}

/* Names of arrays may mean disks that are members of a firmware's. */
static bool
parse_array(const struct references *references, const char *spec,
	char disk_out[DISK_NAME_BYTES], unsigned *partition_out)
{
	bool has_raid = false;

	for (unsigned disk = 0; disk < references->disk_count; disk++)
		has_raid |= is_raid_disk(references, disk);
	return has_raid && disk_name_parse_array(spec, disk_out, partition_out);
}

/*
 * As disk_name_parse(), with names of the guest's choice.  Behind one that ends
 * with a digit, kpartx writes "p": "data1" is no partition of "data" if both are
 * names.
 */
static bool
parse_name(const struct references *references, const char *spec,
	char disk_out[DISK_NAME_BYTES], unsigned *partition_out)
{
	char plain[DISK_NAME_BYTES + 16];
	size_t longest = 0;

	disk_name_plain(plain, sizeof plain, spec);
	for (size_t i = 0; i < references->name_count; i++) {
		const char *text = references->names[i].text;
		size_t n = strlen(text);
		unsigned partition;

		if (!references->names[i].is_bound || n <= longest ||
			!string_starts(plain, text) ||
			(isdigit((unsigned char)text[n - 1]) &&
				isdigit((unsigned char)plain[n])) ||
			!disk_name_parse_rest(plain + n, &partition))
			continue;
		longest = n;
		*partition_out = partition;
		snprintf(disk_out, DISK_NAME_BYTES, "%s", text);
	}
	return longest > 0 || disk_name_parse(spec, disk_out, partition_out) ||
		parse_array(references, spec, disk_out, partition_out);
}

bool
reference_is_of_disk(const struct references *references, const char *spec)
{
	char disk[DISK_NAME_BYTES];
	unsigned partition;

	return parse_name(references, spec, disk, &partition);
}

/* ---- evidence ---- */

/* "ext3" in fstab may well be mounted from an ext4 file system. */
static bool
type_fits(const struct volume *volume, const char *type)
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

static const struct volume *
volume_at(const struct references *references, unsigned disk,
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

void
reference_learn(struct references *references, const char *spec,
	const char *type)
{
	struct disk_name *name;
	struct use *use;
	char disk[256];
	unsigned partition;

	if (!parse_name(references, spec, disk, &partition) ||
		(name = disk_name(references, disk)) == NULL ||
		name->use_count == USE_LIMIT)
		return;
	use = &name->uses[name->use_count++];
	use->partition = partition;
	snprintf(use->type, sizeof use->type, "%s", type);
	references->settled = false;
}

void
reference_notice(struct references *references, const char *spec)
{
	char disk[DISK_NAME_BYTES];
	unsigned partition;

	if (parse_name(references, spec, disk, &partition))
		disk_name(references, disk);
}

void
reference_pin(struct references *references, const char *spec,
	const struct volume *volume)
{
	struct disk_name *name;
	char disk[256];
	unsigned partition;

	if (volume->disk < DISK_LIMIT &&
		parse_name(references, spec, disk, &partition) &&
		partition == volume->partition &&
		(name = disk_name(references, disk)) != NULL)
		name->pinned = (int)volume->disk;
	references->settled = false;
}

void
reference_bind(struct references *references, const char *text,
	const char *wwid)
{
	int disk = disk_link_wwid(references->inventory,
		references->disk_names, references->disk_count, wwid);
	struct disk_name *name;

	/* a name that nothing else explains says enough by being unknown */
	if (disk == -1 || (disk == DISK_LINK_ELSEWHERE &&
				  !reference_is_of_disk(references, text)))
		return;
	name = disk_name(references, text);
	if (name == NULL)
		return;
	name->pinned = disk;
	name->is_bound = true;
	references->settled = false;
}

static const struct declared *
find_declared(const struct references *references, const char *spec)
{
	for (size_t i = 0; i < references->declared_count; i++) {
		if (strcmp(references->declared[i].spec, spec) == 0)
			return &references->declared[i];
	}
	return NULL;
}

static void
declare(struct references *references, const char *spec,
	const struct volume *volume, bool is_lost)
{
	const struct declared *known = find_declared(references, spec);
	size_t i = known == NULL ? references->declared_count
				 : (size_t)(known - references->declared);

	if (i == DECLARED_LIMIT || (known != NULL && known->volume != NULL))
		return;
	snprintf(references->declared[i].spec,
		sizeof references->declared[i].spec, "%s", spec);
	references->declared[i].volume = volume;
	references->declared[i].is_lost = is_lost;
	references->declared_count += known == NULL;
}

void
reference_declare(struct references *references, const char *spec,
	const struct volume *volume)
{
	declare(references, spec, volume, false);
}

void
reference_lose(struct references *references, const char *spec)
{
	declare(references, spec, NULL, true);
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
			is_raid_disk(references, disk);

		for (size_t i = 0; fits && i < name->use_count; i++) {
			const struct volume *volume = volume_at(references,
				disk, name->uses[i].partition);

			fits = volume != NULL &&
				type_fits(volume, name->uses[i].type);
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
		const struct volume *volume = volume_at(references, first,
			name->uses[i].partition);

		for (unsigned disk = first + 1; disk < references->disk_count;
			disk++)
			if (can_be(name, disk) && !are_alike(volume,
				    volume_at(references, disk,
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

/* ---- resolving ---- */

/* True when the spec names by content, found or not. */
static bool
resolve_tag(const struct references *references, const char *spec,
	struct reference *out)
{
	if (!volume_by_tag(&out->volume, references->volumes, spec))
		return false;
	out->state = out->volume == NULL ? REFERENCE_MISSING
					 : REFERENCE_STABLE;
	return true;
}

static bool
resolve_device(const struct references *references, const char *spec,
	struct reference *out)
{
	const struct declared *declared = find_declared(references, spec);

	if (declared != NULL) {
		out->volume = declared->volume;
		out->state = declared->is_lost	 ? REFERENCE_MISSING
			: declared->volume == NULL ? REFERENCE_OTHER
						   : REFERENCE_STABLE;
		return true;
	}
	out->volume = volume_by_name(references->volumes, spec);
	out->state = REFERENCE_STABLE;
	return out->volume != NULL;
}

/* The number in "/dev/md0p1", a partition of an array; else 0. */
static unsigned
partition_of_array(const char *spec)
{
	unsigned array, partition;
	int read = 0;

	return (sscanf(spec, "/dev/md%u%*[p]%u%n", &array, &partition,
			&read) == 2 ||
		       sscanf(spec, "/dev/md_d%u%*[p]%u%n", &array, &partition,
			       &read) == 2) &&
			spec[read] == '\0'
		? partition
		: 0;
}

/* "/dev/md0", "/dev/md/0" or a partition of it: no name of an array. */
static bool
is_number_of_array(const char *spec)
{
	const char *rest = spec + strlen("/dev/md");

	rest += string_starts(rest, "_d") ? 2 : *rest == '/';
	return *rest != '\0' && rest[strspn(rest, "0123456789p")] == '\0';
}

/*
 * A name of an array that no configuration and no metadata explains came of
 * the order in which arrays were found.
 */
static bool
resolve_array(const struct references *references, const char *spec,
	const char *type, struct reference *out)
{
	const struct volumes *volumes = references->volumes;
	const unsigned partition = partition_of_array(spec);
	size_t fitting = 0;

	if (!string_starts(spec, "/dev/md"))
		return false;
	for (size_t i = 0; i < volumes->count; i++) {
		const struct volume *volume = &volumes->list[i];

		if (!string_starts(volume->device, "/dev/md") ||
			volume->partition != partition ||
			!type_fits(volume, type))
			continue;
		out->volume = volume;
		fitting++;
	}
	if (fitting == 0)
		return false; /* a disk, maybe; or nothing */
	out->state = fitting == 1 ? REFERENCE_NAMED : REFERENCE_AMBIGUOUS;
	out->lasts = fitting > 1 && is_number_of_array(spec);
	if (fitting != 1)
		out->volume = NULL;
	return true;
}

/* Devices that are the same in the VM, or that a VM may lack without harm. */
static bool
resolve_special(const char *spec, const char *type, struct reference *out)
{
	static const char *const removable[] = {"/dev/fd", "/dev/sr",
		"/dev/scd", "/dev/cdrom", "/dev/cdrw", "/dev/dvd", "/dev/st",
		"/dev/floppy"};
	static const char *const other[] = {"/dev/loop", "/dev/ram",
		"/dev/zram", "/dev/shm", "/dev/pts", "/dev/root", "/dev/nbd",
		"/dev/drbd", "/dev/rbd", "/dev/zvol/", "/dev/null"};

	out->state = REFERENCE_OTHER;
	if (!string_starts(spec, "/dev/"))
		return true;
	for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
		if (string_starts(spec, other[i]))
			return true;
	}
	out->state = REFERENCE_REMOVABLE;
	for (size_t i = 0; i < sizeof removable / sizeof *removable; i++) {
		if (string_starts(spec, removable[i]))
			return true;
	}
	return string_list_holds(type, "iso9660") ||
		string_list_holds(type, "udf");
}

static void
resolve_name(struct references *references, const char *spec, const char *type,
	struct reference *out)
{
	struct disk_name *name;
	char disk[256];
	unsigned partition;

	out->state = REFERENCE_MISSING;
	if (!parse_name(references, spec, disk, &partition))
		return;
	name = disk_name(references, disk);
	if (name == NULL)
		return;
	if (!references->settled)
		settle(references);
	if (name->candidates == 0)
		return;
	out->state = REFERENCE_AMBIGUOUS;
	if (!is_single(name->candidates) || is_contested(references, name))
		return;
	out->volume = volume_at(references,
		(unsigned)__builtin_ctzll(name->candidates), partition);
	out->state = REFERENCE_NAMED;
	out->by_order = name->by_order;
	if (out->volume == NULL || !type_fits(out->volume, type)) {
		out->volume = NULL;
		out->state = REFERENCE_MISSING;
	}
}

/* What a volume holds is not to be seen here: it is locked, or of such a layer. */
static bool
is_closed(const struct volume *volume)
{
	static const char *const layers[] = {"bcache", "vdo", "drbd", "stratis",
		NULL};

	return strcmp(volume->type, "crypto_LUKS") == 0
		? !volume->is_open
		: strings_hold(layers, volume->type);
}

/* Names by content, and of what is made by the guest, may be in there. */
static bool
may_be_inside(const struct references *references, const char *spec)
{
	if (reference_is_of_disk(references, spec) ||
		find_declared(references, spec) != NULL)
		return false;
	for (size_t i = 0; i < references->volumes->count; i++) {
		if (is_closed(&references->volumes->list[i]))
			return true;
	}
	return false;
}

void
reference_resolve(struct references *references, const char *quoted,
	const char *type, struct reference *reference_out)
{
	char text[1024], spec[sizeof text];
	size_t used = 0;

	memset(reference_out, 0, sizeof *reference_out);
	for (; *quoted != '\0' && used + 1 < sizeof text; quoted++) {
		if (*quoted != '"')
			text[used++] = *quoted;
	}
	text[used] = '\0';
	disk_name_plain(spec, sizeof spec, text);
	if (!resolve_tag(references, spec, reference_out) &&
		!resolve_special(spec, type, reference_out) &&
		!resolve_device(references, spec, reference_out) &&
		!resolve_array(references, spec, type, reference_out))
		resolve_name(references, spec, type, reference_out);
	if (reference_out->state == REFERENCE_MISSING &&
		may_be_inside(references, spec))
		reference_out->state = REFERENCE_OTHER;
	if (reference_out->volume != NULL)
		reference_name(references, reference_out->volume,
			reference_out);
}
