/*
 * Losses in places that hold no file system, by what the table of layers has
 * about them.
 */
#include "convert/damage/told.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/strings.h"
#include "convert/damage/layers.h"
#include "convert/damage/loss.h"

enum {
	GPT_BYTES = 34 * 512, /* its table, with that of the BIOS before it */
	SWAP_HEADER = 4096,
	LUKS_HEADER = 16 << 20 /* with its keys, as cryptsetup makes it */
};

static const char *const extended[] = {"0x5", "0xf", "0x85", NULL};
static const char *const boot_types[] = {"0x41",
	"21686148-6449-6e6f-744e-656564454649",
	"9e1a2d38-c612-4316-aa26-8b49521e5a8b", NULL};

/* Where the first thing on the device begins. */
static uint64_t
first_start(const struct layers *layers, unsigned device)
{
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < layers->span_count; i++)
		if (layers->spans[i].lower == device &&
			layers->spans[i].lower_start < first)
			first = layers->spans[i].lower_start;
	return first;
}

static int
tell_outside(const struct layers *layers, const struct layer_device *device,
	struct loss *loss, struct error *err)
{
	uint64_t at = loss->offset_bytes;
	bool is_gpt = strcmp(device->table, "gpt") == 0;

	if (at < 512)
		return loss_tell(loss, LOSS_BOOT,
			"the partition table and the boot loader's first part",
			err);
	if (is_gpt && at < GPT_BYTES)
		return loss_tell(loss, LOSS_BOOT, "the partition table", err);
	if (is_gpt && device->size_bytes - at < GPT_BYTES)
		return loss_tell(loss, LOSS_BOOT,
			"the second copy of the partition table", err);
	if (at < first_start(layers, loss->device))
		return loss_tell(loss, LOSS_BOOT, "before the first partition, "
			"where boot loaders have their second part", err);
	return loss_tell(loss, LOSS_FREE, "in no partition", err);
}

static int
tell_volume_group(const struct layers *layers,
	const struct layer_device *device, struct loss *loss,
	struct error *err)
{
	const struct layer_place place = {loss->device, loss->offset_bytes};
	const struct layer_extent *extent = layers_extent(layers, place);
	bool is_first = true;
	char what[256];

	(void)device;
	if (extent != NULL && extent->volume[0] == '\0')
		return loss_tell(loss, LOSS_FREE, "allotted to no volume", err);
	if (extent != NULL) {
		snprintf(what, sizeof what, "logical volume %s (%s)",
			extent->volume, extent->type);
		return loss_tell(loss, LOSS_UNKNOWN, what, err);
	}
	for (size_t i = 0; i < layers->extent_count; i++)
		if (layers->extents[i].device == loss->device)
			is_first = loss->offset_bytes <
				layers->extents[i].first_bytes;
	return loss_tell(loss, LOSS_VOLUMES, is_first
			? "LVM's records"
			: "LVM's records, or unused room behind the volumes",
		err);
}

static bool
has_span(const struct layers *layers, unsigned device)
{
	for (size_t i = 0; i < layers->span_count; i++)
		if (layers->spans[i].lower == device)
			return true;
	return false;
}

static int
tell_member(const struct layers *layers, const struct layer_device *device,
	struct loss *loss, struct error *err)
{
	(void)device;
	if (!has_span(layers, loss->device))
		return loss_tell(loss, LOSS_UNKNOWN, "a member that its RAID "
			"does not use", err);
	return loss_tell(loss, LOSS_VOLUMES, "the RAID's records", err);
}

static int
tell_swap(const struct layers *layers, const struct layer_device *device,
	struct loss *loss, struct error *err)
{
	(void)layers, (void)device;
	if (loss->offset_bytes < SWAP_HEADER)
		return loss_tell(loss, LOSS_METADATA, "swap space's header",
			err);
	return loss_tell(loss, LOSS_FREE, "swap space", err);
}

static int
tell_encrypted(const struct layers *layers, const struct layer_device *device,
	struct loss *loss, struct error *err)
{
	(void)layers, (void)device;
	return loss_tell(loss, LOSS_ENCRYPTED, loss->offset_bytes < LUKS_HEADER
			? "the header or the keys of an encrypted volume"
			: "within an encrypted volume", err);
}

static const struct {
	const char *type;
	int (*tell)(const struct layers *layers,
		const struct layer_device *device, struct loss *loss,
		struct error *err);
} tellers[] = {
	{"LVM2_member", tell_volume_group},
	{"linux_raid_member", tell_member},
	{"swap", tell_swap},
	{"crypto_LUKS", tell_encrypted},
};

int
told_by_layers(const struct layers *layers, struct loss *loss,
	struct error *err)
{
	const struct layer_device *device = &layers->devices[loss->device];

	if (strings_hold(extended, device->partition_type))
		return loss_tell(loss, LOSS_BOOT,
			"a table of logical partitions, or between them", err);
	if (strings_hold(boot_types, device->partition_type))
		return loss_tell(loss, LOSS_BOOT, "the boot loader", err);
	for (size_t i = 0; i < sizeof tellers / sizeof *tellers; i++)
		if (strcmp(device->type, tellers[i].type) == 0)
			return tellers[i].tell(layers, device, loss, err);
	return device->type[0] == '\0' && device->table[0] != '\0' &&
			device->partition_of == LAYERS_NOWHERE
		? tell_outside(layers, device, loss, err)
		: 0;
}
