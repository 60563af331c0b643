/*
 * What is known of the names that a guest uses: which it has for whole disks and
 * for what, which are sure, and which it makes itself.  reference-candidates.c
 * draws the conclusions.
 */
#include "convert/assess/reference-parts.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/strings.h"
#include "convert/assess/disk-link.h"

/* ---- names of whole disks ---- */

struct disk_name *
reference_disk_name(struct references *references, const char *text)
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

bool
reference_is_raid_disk(const struct references *references, unsigned disk)
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
		has_raid |= reference_is_raid_disk(references, disk);
	return has_raid && disk_name_parse_array(spec, disk_out, partition_out);
}

bool
reference_parse_name(const struct references *references, const char *spec,
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

	return reference_parse_name(references, spec, disk, &partition);
}

/* ---- evidence ---- */

void
reference_learn(struct references *references, const char *spec,
	const char *type)
{
	struct disk_name *name;
	struct use *use;
	char disk[DISK_NAME_BYTES];
	unsigned partition;

	if (!reference_parse_name(references, spec, disk, &partition) ||
		(name = reference_disk_name(references, disk)) == NULL ||
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

	if (reference_parse_name(references, spec, disk, &partition))
		reference_disk_name(references, disk);
}

void
reference_pin(struct references *references, const char *spec,
	const struct volume *volume)
{
	struct disk_name *name;
	char disk[DISK_NAME_BYTES];
	unsigned partition;

	if (volume->disk < DISK_LIMIT &&
		reference_parse_name(references, spec, disk, &partition) &&
		partition == volume->partition &&
		(name = reference_disk_name(references, disk)) != NULL)
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
	name = reference_disk_name(references, text);
	if (name == NULL)
		return;
	name->pinned = disk;
	name->is_bound = true;
	references->settled = false;
}

const struct declared *
reference_declared(const struct references *references, const char *spec)
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
	const struct declared *known = reference_declared(references, spec);
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
