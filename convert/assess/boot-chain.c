/*
 * Would it boot?  The way from the first sector to the kernel, walked as GRUB
 * would (grub-core/boot/i386/pc/boot.S, diskboot.S; stage1.S of GRUB 0.97).  What
 * the core itself holds is compressed and not looked into.
 */
#include "convert/assess/boot-chain.h"

#include <stdio.h>
#include <string.h>

#include "common/own.h"
#include "convert/assess/boot-disk.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest-file.h"
#include "convert/assess/guest.h"
#include "convert/assess/sectors.h"
#include "convert/assess/volume.h"

enum {
	CODE_BYTES = 440,
	SIGNATURE_AT = 510,
	/* boot.img: where its core is loaded to, and from */
	ADDRESS_AT = 0x5a,
	CORE_AT = 0x5c,
	/* stage 1 of GRUB legacy */
	LEGACY_ADDRESS_AT = 0x42,
	LEGACY_SECTOR_AT = 0x44,
	/* the core's first sector: pieces that follow, downwards */
	PIECES_AT = SECTOR_BYTES - 12,
	PIECES_END = SECTOR_BYTES - 12 * 32,
};

static uint64_t
number_at(const uint8_t *at, int bytes)
{
	uint64_t value = 0;

	for (int i = bytes - 1; i >= 0; i--)
		value = value << 8 | at[i];
	return value;
}

static bool
is_empty(const uint8_t *sector)
{
	for (int i = 0; i < SECTOR_BYTES; i++)
		if (sector[i] != sector[0])
			return false;
	return true;
}

static bool
is_there(boot_chain_read *read, void *context, uint64_t number)
{
	uint8_t sector[SECTOR_BYTES];

	return read(context, number, sector) && !is_empty(sector);
}

/* A BIOS passes over a disk without these two bytes at the end. */
static bool
has_code(const uint8_t *sector)
{
	bool any = false;

	for (int i = 0; i < CODE_BYTES; i++)
		any |= sector[i] != 0;
	return any && number_at(sector + SIGNATURE_AT, 2) == 0xaa55;
}

/* The pieces that the core's first sector lists. */
static enum boot_chain
walk_pieces(struct boot_core *core, const uint8_t *sector,
	boot_chain_read *read, void *context)
{
	for (int at = PIECES_AT; at >= PIECES_END; at -= 12) {
		uint64_t start = number_at(sector + at, 8);
		uint64_t count = number_at(sector + at + 8, 2);

		if (count == 0)
			break;
		core->pieces++;
		if (start == 0 || start + count < start ||
			!is_there(read, context, start))
			return BOOT_CHAIN_CORE_DAMAGED;
		core->last = start + count - 1;
		if (!read(context, core->last, (uint8_t[SECTOR_BYTES]){0}))
			return BOOT_CHAIN_CORE_DAMAGED;
	}
	return core->pieces == 0 ? BOOT_CHAIN_CORE_DAMAGED : BOOT_CHAIN_WHOLE;
}

enum boot_chain
boot_chain_walk(struct boot_core *core_out, boot_chain_read *read,
	void *context)
{
	uint8_t sector[SECTOR_BYTES];

	*core_out = (struct boot_core){.is_legacy = false};
	if (!read(context, 0, sector))
		return BOOT_CHAIN_OTHER;
	if (!has_code(sector))
		return BOOT_CHAIN_NO_CODE;
	if (memmem(sector, CODE_BYTES, "GRUB ", 5) == NULL)
		return BOOT_CHAIN_OTHER;
	if (number_at(sector + ADDRESS_AT, 2) == 0x8000) {
		core_out->first = number_at(sector + CORE_AT, 8);
	} else {
		uint64_t address = number_at(sector + LEGACY_ADDRESS_AT, 2);

		if (address != 0x8000 && address != 0x2000)
			return BOOT_CHAIN_OTHER;
		core_out->is_legacy = true;
		core_out->first = number_at(sector + LEGACY_SECTOR_AT, 4);
	}
	core_out->last = core_out->first;
	if (core_out->first == 0 || !read(context, core_out->first, sector) ||
		is_empty(sector))
		return BOOT_CHAIN_NO_CORE;
	if (core_out->is_legacy)
		return BOOT_CHAIN_WHOLE;
	return walk_pieces(core_out, sector, read, context);
}

/* ---- the guest's disk ---- */

struct disk {
	guestfs_h *g;
	const char *device;
};

static bool
read_disk(void *context, uint64_t number, uint8_t *sector)
{
	const struct disk *disk = context;
	AUTO(freep) uint8_t *data =
		sectors_read(disk->g, disk->device, number, 1);

	if (data == NULL)
		return false;
	memcpy(sector, data, SECTOR_BYTES);
	return true;
}

/* What the core needs of the file system. */
static const struct {
	const char *file, *link;
} parts[] = {
	{"i386-pc/normal.mod", "GRUB's module \"normal\" is missing"},
	{"grub.cfg", "GRUB's menu is missing"},
};

static void
broken(struct findings *findings, const char *where, const char *link)
{
	finding_add(findings, "boot.chain-broken", where, 0, link, NULL);
}

static void
check_files(guestfs_h *g, struct findings *findings)
{
	static const char *const folders[] = {"/boot/grub", "/boot/grub2"};
	char path[128];

	for (size_t f = 0; f < sizeof folders / sizeof *folders; f++) {
		if (!guest_folder_is_there(g, folders[f]))
			continue;
		for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
			snprintf(path, sizeof path, "%s/%s", folders[f],
				parts[i].file);
			if (!guest_file_is_there(g, path))
				broken(findings, path, parts[i].link);
		}
		return;
	}
	broken(findings, "/boot", "GRUB's folder is missing");
}

static void
check_legacy_files(guestfs_h *g, struct findings *findings)
{
	if (!guest_file_is_there(g, "/boot/grub/stage2"))
		broken(findings, "/boot/grub/stage2", "GRUB's stage 2 is "
			"missing");
	else if (!guest_file_is_there(g, "/boot/grub/menu.lst") &&
		!guest_file_is_there(g, "/boot/grub/grub.conf"))
		broken(findings, "/boot/grub", "GRUB's menu is missing");
}

/* The core may lie in a file, whose blocks a file system can move. */
static void
check_place(const struct boot_core *core, const struct volumes *volumes,
	const struct volume *disk, struct findings *findings)
{
	uint64_t at = core->first * SECTOR_BYTES;

	for (size_t i = 0; i < volumes->count; i++) {
		const struct volume *volume = &volumes->list[i];

		if (volume->kind == VOLUME_PARTITION &&
			volume->disk == disk->disk &&
			volume_is_mountable(volume) &&
			at >= volume->start_bytes &&
			at - volume->start_bytes < volume->size_bytes)
			finding_add(findings, "boot.chain-fragile",
				volume->source, 0, core->is_legacy
					? "stage 2 by its blocks"
					: "core.img by its blocks", NULL);
	}
}

void
boot_chain_check(guestfs_h *g, const struct guest *guest,
	const struct volumes *volumes, struct findings *findings)
{
	const struct volume *volume = boot_disk_volume(guest, volumes);
	struct disk disk = {g, volume == NULL ? "" : volume->device};
	struct boot_core core;

	if (volume == NULL || strcmp(guest->firmware, "bios") != 0)
		return;
	switch (boot_chain_walk(&core, read_disk, &disk)) {
	case BOOT_CHAIN_OTHER:
		return;
	case BOOT_CHAIN_NO_CODE:
		finding_add(findings, "boot.no-loader", volume->source, 0,
			"no code in its first sector, or not marked as one to "
			"start from", NULL);
		return;
	case BOOT_CHAIN_NO_CORE:
		broken(findings, volume->source, "the sector that GRUB's first "
			"one loads is empty or not there");
		return;
	case BOOT_CHAIN_CORE_DAMAGED:
		broken(findings, volume->source, "GRUB's core is not whole");
		return;
	case BOOT_CHAIN_WHOLE:
		break;
	}
	check_place(&core, volumes, volume, findings);
	if (core.is_legacy)
		check_legacy_files(g, findings);
	else
		check_files(g, findings);
}
