/*
 * GRUB 2 in the sectors before the first partition, as grub-bios-setup writes it
 * (grub-core/boot/i386/pc/boot.S, include/grub/i386/pc/boot.h).  The images are
 * the host's: boot.img loads sector 1, which is the first of core.img and loads
 * the rest, that follows it.
 */
#include "convert/rewrite/boot-sectors.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "convert/assess/sectors.h"

enum {
	DRIVE_CHECK_AT = 0x66, /* a jump, to be two NOPs on hard disks */
	SIGNATURE_AT = 0x1b8,
	TABLE_AT = 0x1be,
	ENTRY_BYTES = 16,
	MAGIC_AT = 0x1fe,
	GPT_TYPE = 0xee,
};

static uint32_t
u32_at(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
		(uint32_t)at[3] << 24;
}

size_t
boot_sectors_gap(const uint8_t *sector)
{
	uint32_t first = 0;

	if (sector[MAGIC_AT] != 0x55 || sector[MAGIC_AT + 1] != 0xaa)
		return 0;
	for (size_t i = 0; i < 4; i++) {
		const uint8_t *entry = sector + TABLE_AT + i * ENTRY_BYTES;
		uint32_t start = u32_at(entry + 8);

		if (entry[4] == GPT_TYPE)
			return 0;
		if (entry[4] != 0 && (first == 0 || start < first))
			first = start;
		if (entry[4] != 0 && start == 0)
			return 0;
	}
	return first == 0 ? 0 : first - 1;
}

/* The core's first sector says how many follow it: in sector 2 and on. */
static bool
is_core(const uint8_t *core, size_t bytes)
{
	const uint8_t *list = core + SECTOR_BYTES - 12;
	size_t sectors = (bytes + SECTOR_BYTES - 1) / SECTOR_BYTES;

	return bytes > SECTOR_BYTES && u32_at(list) == 2 &&
		u32_at(list + 4) == 0 &&
		(size_t)(list[8] | list[9] << 8) == sectors - 1;
}

int
boot_sectors_make(uint8_t **data_out, size_t *bytes_out,
	const uint8_t *present, const void *boot, size_t boot_bytes,
	const void *core, size_t core_bytes, struct error *err)
{
	size_t sectors = (core_bytes + SECTOR_BYTES - 1) / SECTOR_BYTES;
	AUTO(freep) uint8_t *data = NULL;

	if (boot_bytes != SECTOR_BYTES || !is_core(core, core_bytes))
		return error_set(err, EINVAL, "GRUB's images on this host are "
			"of an unknown form");
	if (boot_sectors_gap(present) < sectors)
		return error_set(err, ENOSPC, "a boot loader needs %zu sectors "
			"before the first partition, which has %zu", sectors,
			boot_sectors_gap(present));
	data = calloc(sectors + 1, SECTOR_BYTES);
	if (data == NULL)
		return error_set(err, ENOMEM, "make boot sectors");
	memcpy(data, boot, SECTOR_BYTES);
	memset(data + DRIVE_CHECK_AT, 0x90, 2);
	memcpy(data + SIGNATURE_AT, present + SIGNATURE_AT,
		SECTOR_BYTES - SIGNATURE_AT);
	memcpy(data + SECTOR_BYTES, core, core_bytes);
	*data_out = take(data);
	*bytes_out = (sectors + 1) * SECTOR_BYTES;
	return 0;
}
