/*
 * Two of what there should be one of.  A UUID that two volumes have names
 * neither: reference-name.c does not use it then.
 */
#include "convert/assess/twins.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/json.h"
#include "convert/assess/finding.h"
#include "convert/assess/volume.h"

enum { SERIAL_LEAST = 6, WWN_LEAST = 16 };

/* ---- disks ---- */

static const json_t *
find_disk(const json_t *inventory, const char *name)
{
	const json_t *disk;
	size_t i;

	json_array_foreach(json_object_get(inventory, "disks"), i, disk)
	{
		if (strcmp(json_text(disk, "name", ""), name) == 0)
			return disk;
	}
	return NULL;
}

static bool
have_same(const json_t *a, const json_t *b, const char *key, size_t least)
{
	const char *value = json_text(a, key, "");

	/* "0000..." is what a controller says that knows none */
	return strlen(value) >= least &&
		value[strspn(value, "0x ")] != '\0' &&
		strcmp(value, json_text(b, key, "")) == 0;
}

/* Disks in one enclosure may have its serial number, but not one size and model. */
static bool
are_one(const json_t *a, const json_t *b)
{
	if (a == NULL || b == NULL ||
		json_number(a, "size_bytes", 0) !=
			json_number(b, "size_bytes", 1))
		return false;
	return have_same(a, b, "wwn", WWN_LEAST) ||
		(have_same(a, b, "serial", SERIAL_LEAST) &&
			have_same(a, b, "model", 1) &&
			*json_text(a, "wwn", "") == '\0');
}

static void
check_disks(const json_t *inventory, const char *const *disk_names,
	size_t count, struct findings *findings)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t k = i + 1; k < count; k++) {
			const json_t *a = find_disk(inventory, disk_names[i]);
			char what[160];

			if (!are_one(a, find_disk(inventory, disk_names[k])))
				continue;
			snprintf(what, sizeof what, "%.60s and %.60s",
				disk_names[i], disk_names[k]);
			finding_add(findings, "storage.disk-twice",
				disk_names[k], 0, what, NULL);
		}
	}
}

/* ---- volumes ---- */

/* Members of an array or a pool share a UUID by design. */
static bool
is_unique_by_design(const struct volume *volume)
{
	return volume_is_mountable(volume) ||
		strcmp(volume->type, "swap") == 0 ||
		strcmp(volume->type, "crypto_LUKS") == 0;
}

static void
check_volumes(const struct volumes *volumes, struct findings *findings)
{
	for (size_t i = 0; i < volumes->count; i++) {
		const struct volume *a = &volumes->list[i];

		for (size_t k = 0; k < i && a->uuid[0] != '\0' &&
			is_unique_by_design(a) &&
			strcmp(a->type, "btrfs") != 0;
			k++) {
			const struct volume *b = &volumes->list[k];
			char what[256];

			if (strcasecmp(a->uuid, b->uuid) != 0 ||
				strcmp(a->type, b->type) != 0)
				continue;
			snprintf(what, sizeof what, "%.63s, as on %.159s",
				a->uuid, b->source);
			finding_add(findings, "storage.uuid-twice", a->source,
				0, what, NULL);
			break;
		}
	}
}

void
twins_check(const struct volumes *volumes, const json_t *inventory,
	const char *const *disk_names, size_t disk_count,
	struct findings *findings)
{
	check_disks(inventory, disk_names, disk_count, findings);
	check_volumes(volumes, findings);
}
