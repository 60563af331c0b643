/*
 * What to call a volume, so that the name lasts: the other half of
 * reference.c, which finds out what a name means.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "convert/assess/reference.h"
#include "convert/assess/volume-name.h"

/* How many volumes have this in the member of struct volume at `offset`? */
static unsigned
count_same(const struct volumes *volumes, size_t offset, const char *uuid)
{
	unsigned count = 0;

	for (size_t i = 0; i < volumes->count; i++)
		count += strcasecmp((const char *)&volumes->list[i] + offset,
				 uuid) == 0;
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
	const struct volumes *volumes = references_volumes(references);

	reference_out->stable[0] = reference_out->partition[0] = '\0';
	if (is_plain(volume->partition_uuid) &&
		count_same(volumes, offsetof(struct volume, partition_uuid),
			volume->partition_uuid) == 1)
		snprintf(reference_out->partition,
			sizeof reference_out->partition, "PARTUUID=%s",
			volume->partition_uuid);
	if (volume->kind == VOLUME_LV)
		snprintf(reference_out->stable, sizeof reference_out->stable,
			"%s", volume->device);
	else if (is_plain(volume->uuid) && volume->type[0] != '\0' &&
		count_same(volumes, offsetof(struct volume, uuid),
			volume->uuid) == 1)
		snprintf(reference_out->stable, sizeof reference_out->stable,
			"UUID=%s", volume->uuid);
	else
		snprintf(reference_out->stable, sizeof reference_out->stable,
			"%s", reference_out->partition);
}

void
reference_path(const struct reference *reference,
	char path_out[REFERENCE_PATH_BYTES])
{
	volume_tag_path(path_out, REFERENCE_PATH_BYTES, reference->stable);
}
