/*
 * What lies between disks and file systems, and is it whole?  md's arrays run in
 * the VM as they did; for what a controller's firmware made, see fake-raid.c.
 */
#include "convert/assess/storage.h"

#include <stdio.h>
#include <string.h>

#include "convert/assess/array.h"
#include "convert/assess/fake-raid.h"
#include "convert/assess/finding.h"
#include "convert/assess/volume.h"

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

void
storage_check(const struct volumes *volumes, const struct guest *guest,
	struct findings *findings)
{
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
		else
			fake_raid_check(volumes, guest, volume, findings);
	}
}
