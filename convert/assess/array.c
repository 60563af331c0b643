/*
 * Arrays of md and their members.  What is wrong with them storage.c tells.
 */
#include "convert/assess/array.h"

#include <stddef.h>
#include <string.h>

#include "common/strings.h"
#include "convert/assess/volume-name.h"
#include "convert/assess/volume.h"

bool
array_is_member(const struct volume *volume)
{
	return strcmp(volume->type, "linux_raid_member") == 0;
}

bool
array_has_member(const struct volume *array, const struct volume *volume)
{
	return array->kind == VOLUME_ARRAY && array_is_member(volume) &&
		*volume->uuid != '\0' &&
		volume_uuid_is(volume->uuid, array->array_uuid);
}

unsigned
array_members(const struct volumes *volumes, const struct volume *array)
{
	unsigned members = 0;

	for (size_t i = 0; i < volumes->count; i++)
		members += array_has_member(array, &volumes->list[i]);
	return members;
}

bool
array_is_degraded(const struct volumes *volumes, const struct volume *array)
{
	return array->kind == VOLUME_ARRAY &&
		array_members(volumes, array) < array->array_devices;
}

bool
array_is_readable_alone(const struct volume *array)
{
	static const char *const metadata[] = {"0.90", "1.0", NULL};

	return array->kind == VOLUME_ARRAY &&
		strcmp(array->array_level, "raid1") == 0 &&
		strings_hold(metadata, array->array_metadata);
}
