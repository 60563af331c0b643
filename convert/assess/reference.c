/*
 * Which volume does a name mean?  Kernel names (/dev/sda1, /dev/hda1,
 * /dev/cciss/c0d0p1) and links made from hardware say nothing by themselves:
 * another kernel or controller counts otherwise.  So each name of a whole disk
 * is a variable, and the uses of its partitions are conditions: a disk can be
 * meant only when it has every partition that is used, with a fitting content.
 * Only a single answer counts.  volume.c is what is there; rewrite/ asks.
 */
#include "convert/assess/reference.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/json.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/disk-name.h"

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
	uint64_t candidates;
};

struct references {
	const struct volumes *volumes;
	const json_t *inventory;
	const char *const *disk_names;
	size_t disk_count;
	struct disk_name names[NAME_LIMIT];
	size_t name_count;
	char declared[DECLARED_LIMIT][256];
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

/*
 * A link that the inventory lists for a disk says which disk is meant, since
 * it is made of the disk's own identity.  -1 when it is not listed.
 */
static int
disk_by_link(const struct references *references, const char *link)
{
	size_t i, k;
	json_t *disk, *item;

	json_array_foreach(json_object_get(references->inventory, "disks"), i,
		disk)
	{
		json_array_foreach(json_object_get(disk, "links"), k, item)
		{
			const char *text = json_string_value(item);

			if (text == NULL || strcmp(text, link) != 0)
				continue;
			for (size_t d = 0; d < references->disk_count; d++) {
				if (strcmp(references->disk_names[d],
					    json_text(disk, "name", "")) == 0)
					return (int)d;
			}
			return DISK_LIMIT; /* a disk that was left behind */
		}
	}
	return -1;
}

void
reference_learn(struct references *references, const char *spec,
	const char *type)
{
	struct disk_name *name;
	struct use *use;
	char disk[256];
	unsigned partition;

	if (!disk_name_parse(spec, disk, &partition) ||
		(name = disk_name(references, disk)) == NULL ||
		name->use_count == USE_LIMIT)
		return;
	use = &name->uses[name->use_count++];
	use->partition = partition;
	snprintf(use->type, sizeof use->type, "%s", type);
	references->settled = false;
}

void
reference_pin(struct references *references, const char *spec,
	const struct volume *volume)
{
	struct disk_name *name;
	char disk[256];
	unsigned partition;

	if (volume->disk < DISK_LIMIT && disk_name_parse(spec, disk, &partition) &&
		partition == volume->partition &&
		(name = disk_name(references, disk)) != NULL)
		name->pinned = (int)volume->disk;
	references->settled = false;
}

void
reference_declare(struct references *references, const char *spec)
{
	if (references->declared_count < DECLARED_LIMIT)
		snprintf(references->declared[references->declared_count++],
			sizeof references->declared[0], "%s", spec);
}

static uint64_t
disks_that_fit(const struct references *references,
	const struct disk_name *name)
{
	uint64_t candidates = 0;
	int linked = disk_by_link(references, name->text);

	if (linked == -1)
		linked = name->pinned;
	if (linked >= 0)
		return linked < DISK_LIMIT ? UINT64_C(1) << linked : 0;
	for (unsigned disk = 0; disk < references->disk_count; disk++) {
		bool fits = true;

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
settle(struct references *references)
{
	bool changed = true;

	for (size_t i = 0; i < references->name_count; i++)
		references->names[i].candidates =
			disks_that_fit(references, &references->names[i]);
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

/* ---- what to write ---- */

static unsigned
count_uuid(const struct volumes *volumes, const char *uuid)
{
	unsigned count = 0;

	for (size_t i = 0; i < volumes->count; i++)
		count += strcasecmp(volumes->list[i].uuid, uuid) == 0;
	return count;
}

static unsigned
count_partition_uuid(const struct volumes *volumes, const char *uuid)
{
	unsigned count = 0;

	for (size_t i = 0; i < volumes->count; i++)
		count += strcasecmp(volumes->list[i].partition_uuid, uuid) == 0;
	return count;
}

static bool
is_plain(const char *text)
{
	return *text != '\0' &&
		text[strspn(text, "0123456789abcdefABCDEF-")] == '\0';
}

void
reference_name(const struct references *references,
	const struct volume *volume, struct reference *reference_out)
{
	const struct volumes *volumes = references->volumes;

	reference_out->stable[0] = reference_out->partition[0] = '\0';
	if (is_plain(volume->partition_uuid) &&
		count_partition_uuid(volumes, volume->partition_uuid) == 1)
		snprintf(reference_out->partition,
			sizeof reference_out->partition, "PARTUUID=%s",
			volume->partition_uuid);
	if (volume->kind == VOLUME_LV)
		snprintf(reference_out->stable, sizeof reference_out->stable,
			"%s", volume->device);
	else if (is_plain(volume->uuid) && volume->type[0] != '\0' &&
		count_uuid(volumes, volume->uuid) == 1)
		snprintf(reference_out->stable, sizeof reference_out->stable,
			"UUID=%s", volume->uuid);
	else
		snprintf(reference_out->stable, sizeof reference_out->stable,
			"%s", reference_out->partition);
}

/* ---- resolving ---- */

/* udev writes "\x20" for what it does not allow in a link. */
static void
decode_link(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0';) {
		char digits[3] = "";

		if (from[0] == '\\' && from[1] == 'x' &&
			isxdigit((unsigned char)from[2]) &&
			isxdigit((unsigned char)from[3])) {
			memcpy(digits, from + 2, 2);
			*to++ = (char)strtoul(digits, NULL, 16);
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
}

static const struct {
	const char *tag, *link;
	size_t member;
	bool any_case;
} tags[] = {
	{"UUID=", "/dev/disk/by-uuid/", offsetof(struct volume, uuid), true},
	{"LABEL=", "/dev/disk/by-label/", offsetof(struct volume, label),
		false},
	{"PARTUUID=", "/dev/disk/by-partuuid/",
		offsetof(struct volume, partition_uuid), true},
	{"PARTLABEL=", "/dev/disk/by-partlabel/",
		offsetof(struct volume, partition_label), false},
};

void
reference_path(const struct reference *reference,
	char path_out[REFERENCE_PATH_BYTES])
{
	const char *stable = reference->stable;

	for (size_t t = 0; t < sizeof tags / sizeof *tags; t++) {
		if (!string_starts(stable, tags[t].tag))
			continue;
		snprintf(path_out, REFERENCE_PATH_BYTES, "%s%s", tags[t].link,
			stable + strlen(tags[t].tag));
		return;
	}
	snprintf(path_out, REFERENCE_PATH_BYTES, "%s", stable);
}

/* True when the spec names by content, found or not. */
static bool
resolve_tag(const struct references *references, const char *spec,
	struct reference *out)
{
	for (size_t t = 0; t < sizeof tags / sizeof *tags; t++) {
		bool is_link = string_starts(spec, tags[t].link);
		char wanted[256];

		if (!is_link && !string_starts(spec, tags[t].tag))
			continue;
		snprintf(wanted, sizeof wanted, "%s",
			spec + strlen(is_link ? tags[t].link : tags[t].tag));
		if (is_link)
			decode_link(wanted);
		out->state = REFERENCE_MISSING;
		for (size_t i = 0; i < references->volumes->count; i++) {
			const struct volume *volume =
				&references->volumes->list[i];
			const char *has = (const char *)volume + tags[t].member;

			if (*has == '\0' ||
				(tags[t].any_case ? strcasecmp(has, wanted)
						  : strcmp(has, wanted)) != 0)
				continue;
			out->volume = volume;
			out->state = REFERENCE_STABLE;
			break;
		}
		return true;
	}
	return false;
}

/* "/dev/mapper/v--g-lv" is "/dev/v-g/lv". */
static bool
mapper_is(const char *mapper, const char *device)
{
	const char *at = device + strlen("/dev/");
	char name[256] = "/dev/mapper/";
	size_t used = strlen(name);

	for (; *at != '\0' && used + 2 < sizeof name; at++) {
		if (*at == '/') {
			name[used++] = '-';
			continue;
		}
		name[used++] = *at;
		if (*at == '-')
			name[used++] = '-';
	}
	name[used] = '\0';
	return strcmp(mapper, name) == 0;
}

static bool
resolve_device(const struct references *references, const char *spec,
	struct reference *out)
{
	for (size_t i = 0; i < references->declared_count; i++) {
		if (strcmp(references->declared[i], spec) == 0) {
			out->state = REFERENCE_OTHER;
			return true;
		}
	}
	for (size_t i = 0; i < references->volumes->count; i++) {
		const struct volume *volume = &references->volumes->list[i];

		if ((volume->kind != VOLUME_LV &&
			    volume->kind != VOLUME_ARRAY) ||
			(strcmp(volume->device, spec) != 0 &&
				!mapper_is(spec, volume->device)))
			continue;
		out->volume = volume;
		out->state = REFERENCE_STABLE;
		return true;
	}
	return false;
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
	if (!disk_name_parse(spec, disk, &partition))
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
	if (out->volume == NULL || !type_fits(out->volume, type)) {
		out->volume = NULL;
		out->state = REFERENCE_MISSING;
	}
}

void
reference_resolve(struct references *references, const char *quoted,
	const char *type, struct reference *reference_out)
{
	char spec[1024];
	size_t used = 0;

	memset(reference_out, 0, sizeof *reference_out);
	for (; *quoted != '\0' && used + 1 < sizeof spec; quoted++) {
		if (*quoted != '"')
			spec[used++] = *quoted;
	}
	spec[used] = '\0';
	if (!resolve_tag(references, spec, reference_out) &&
		!resolve_special(spec, type, reference_out) &&
		!resolve_device(references, spec, reference_out))
		resolve_name(references, spec, type, reference_out);
	if (reference_out->volume != NULL)
		reference_name(references, reference_out->volume,
			reference_out);
}
