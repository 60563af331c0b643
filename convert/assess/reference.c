/*
 * Which volume does a name mean?  One by content says so itself.  Kernel names
 * (/dev/sda1, /dev/hda1, /dev/cciss/c0d0p1) and links made from hardware say
 * nothing by themselves: another kernel or controller counts otherwise.
 * reference-evidence.c keeps what is known of them, reference-candidates.c finds
 * the disk.  volume.c is what is there; rewrite/ asks.
 */
#include "convert/assess/reference-parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/strings.h"
#include "convert/assess/volume-name.h"

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
	const struct declared *declared = reference_declared(references, spec);

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
			!reference_type_fits(volume, type))
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
	const struct disk_name *name;
	char disk[DISK_NAME_BYTES];
	unsigned partition, index;

	out->state = REFERENCE_MISSING;
	if (!reference_parse_name(references, spec, disk, &partition) ||
		(name = reference_disk_name(references, disk)) == NULL)
		return;
	out->state = reference_choose_disk(references, name, &index);
	if (out->state != REFERENCE_NAMED)
		return;
	out->volume = reference_volume_at(references, index, partition);
	out->by_order = name->by_order;
	if (out->volume == NULL || !reference_type_fits(out->volume, type)) {
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
		reference_declared(references, spec) != NULL)
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
