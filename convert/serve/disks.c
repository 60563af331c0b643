/*
 * From the source's inventory to the disks that a session works on.
 */
#include "convert/serve/disks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "convert/state/machine.h"
#include "wire/block.h"

/* More than any disk of a server that is worth converting has. */
static const uint64_t size_limit = UINT64_C(64) << 40;

static int
read_name(char *name_out, size_t room, const char *text, struct error *err)
{
	size_t bytes = strlen(text);

	if (bytes == 0 || bytes >= room)
		return error_set(err, EBADMSG, "the inventory has a disk "
			"with a name of %zu bytes", bytes);
	for (size_t i = 0; i <= bytes; i++) {
		name_out[i] = text[i] == '/' ? '!' : text[i];
		if (text[i] != '\0' && strchr("abcdefghijklmnopqrstuvwxyz"
			    "0123456789!/_-", text[i]) == NULL)
			return error_set(err, EBADMSG, "the inventory has a "
				"disk with an odd name");
	}
	if (name_out[0] == '-')
		return error_set(err, EBADMSG, "the inventory has a disk with "
			"an odd name");
	return 0;
}

static int
read_disk(struct machine_disk *disk_out, const json_t *json, struct error *err)
{
	if (read_name(disk_out->name, sizeof disk_out->name,
		    json_text(json, "name", ""), err) == -1)
		return -1;
	disk_out->size_bytes = json_number(json, "size_bytes", 0);
	if (disk_out->size_bytes == 0 || disk_out->size_bytes > size_limit ||
		disk_out->size_bytes % BLOCK_SECTOR_BYTES != 0)
		return error_set(err, EBADMSG, "the inventory says that disk "
			"%s has %ju bytes", disk_out->name,
			(uintmax_t)disk_out->size_bytes);
	return 0;
}

static int
is_known(const struct machine_disk *disks, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(disks[i].name, name) == 0)
			return 1;
	return 0;
}

static int
read_disks(struct machine_disk *disks, size_t *count, const json_t *array,
	struct error *err)
{
	const json_t *json;
	size_t index;

	json_array_foreach(array, index, json) {
		struct machine_disk disk = {.image_format = "raw"};

		if (!json_flag(json, "offered", 0))
			continue;
		if (*count == DISKS_LIMIT)
			return error_set(err, EBADMSG, "the source offers more "
				"than %d disks", DISKS_LIMIT);
		if (read_disk(&disk, json, err) == -1)
			return -1;
		if (is_known(disks, *count, disk.name))
			return error_set(err, EBADMSG, "the source offers two "
				"disks named %s", disk.name);
		disks[(*count)++] = disk;
	}
	return 0;
}

int
disks_from_inventory(struct machine_disk **disks_out, size_t *count_out,
	const json_t *inventory, struct error *err)
{
	const json_t *array = json_object_get(inventory, "disks");
	struct machine_disk *disks = calloc(DISKS_LIMIT, sizeof *disks);
	size_t count = 0;

	if (disks == NULL)
		return error_set(err, ENOMEM, "read the inventory");
	if (read_disks(disks, &count, array, err) == -1) {
		machine_disks_free(disks, count);
		return -1;
	}
	if (count == 0) {
		free(disks);
		error_set(err, 0, "the source offers no disk");
		err->code = ENODEV;
		return error_hint(err, "Its screen says why each disk was left "
			"out; --disk DEV (unrack.disk=) names one.");
	}
	*disks_out = disks;
	*count_out = count;
	return 0;
}
