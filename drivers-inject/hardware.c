/*
 * The hardware that a virtual machine can offer, and the drivers that a kernel
 * needs for it.  What a kernel has decides, not its version: image.c asks for
 * each image of a guest, convert/ makes the choice for the default kernel.
 */
#include "drivers-inject/hardware.h"

#include <string.h>

/*
 * Of what is emulated, AHCI first: it takes many disks and is the least slow.
 * The devices are those of QEMU; drivers of old kernels know older ones only.
 */
const struct hardware hardware_disks[] = {
	{"virtio", 20, {"virtio_pci", "virtio", "virtio_ring", "virtio_blk"},
		"pci:v00001AF4d00001001sv00001AF4sd00000002bc01sc00i00"},
	{"scsi", 64, {"virtio_pci", "virtio_ring", "virtio_scsi", "sd_mod"},
		"pci:v00001AF4d00001004sv00001AF4sd00000008bc01sc00i00"},
	{"sata", 32, {"ahci", "sd_mod"},
		"pci:v00008086d00002922sv00001AF4sd00001100bc01sc06i01"},
	{"ide", 4, {"ata_piix", "sd_mod"},
		"pci:v00008086d00007010sv00001AF4sd00001100bc01sc01i80"},
	{"ide", 4, {"piix", "ide_disk"},
		"pci:v00008086d00007010sv00001AF4sd00001100bc01sc01i80"},
	{"ide", 4, {"piix", "ide_gd_mod"},
		"pci:v00008086d00007010sv00001AF4sd00001100bc01sc01i80"},
	{"lsi", 7, {"sym53c8xx", "sd_mod"},
		"pci:v00001000d00000012sv00000000sd00001000bc01sc00i00"},
	{"megasas", 64, {"megaraid_sas", "sd_mod"},
		"pci:v00001000d00000060sv00001000sd00001013bc01sc04i00"},
	{"mptsas", 8, {"mptsas", "sd_mod"},
		"pci:v00001000d00000054sv00001000sd00008000bc01sc00i00"},
	{"nvme", 16, {"nvme"},
		"pci:v00001B36d00000010sv00001AF4sd00001100bc01sc08i02"},
	{.name = NULL},
};

/* 8139too leaves the chip that QEMU emulates to 8139cp. */
const struct hardware hardware_cards[] = {
	{"virtio", 0, {"virtio_pci", "virtio", "virtio_ring", "virtio_net"},
		"pci:v00001AF4d00001000sv00001AF4sd00000001bc02sc00i00"},
	{"e1000", 0, {"e1000"},
		"pci:v00008086d0000100Esv00001AF4sd00001100bc02sc00i00"},
	{"pcnet", 0, {"pcnet32"},
		"pci:v00001022d00002000sv00000000sd00000000bc02sc00i00"},
	{"rtl8139", 0, {"8139cp"},
		"pci:v000010ECd00008139sv00001AF4sd00001100bc02sc00i00"},
	{.name = NULL},
};

static bool
all_usable(const struct hardware *row,
	bool (*usable)(const void *context, const char *module,
		const char *device),
	const void *context)
{
	for (size_t i = 0; i < sizeof row->modules / sizeof *row->modules &&
		row->modules[i] != NULL;
		i++)
		if (!usable(context, row->modules[i],
			    i == 0 ? row->device : NULL))
			return false;
	return true;
}

void
hardware_choose(const char *names_out[HARDWARE_CHOICES],
	const struct hardware *rows,
	bool (*usable)(const void *context, const char *module,
		const char *device),
	const void *context)
{
	size_t count = 0;

	for (; rows->name != NULL && count < HARDWARE_CHOICES - 1; rows++) {
		bool known = count > 0 &&
			strcmp(names_out[count - 1], rows->name) == 0;

		if (!known && all_usable(rows, usable, context))
			names_out[count++] = rows->name;
	}
	names_out[count] = NULL;
}

size_t
hardware_disk_limit(const char *name)
{
	for (const struct hardware *row = hardware_disks; row->name != NULL;
		row++)
		if (strcmp(row->name, name) == 0)
			return row->limit;
	return 0;
}
