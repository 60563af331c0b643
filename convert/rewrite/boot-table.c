/*
 * Tables of partitions that a RAID controller's BIOS wrote: SmartArray shows 32
 * sectors on a track where SeaBIOS shows 63, and some firmware starts disks
 * without an active partition.  Linux reads neither field; the code in a first
 * sector that is no loader's own does.
 */
#include "convert/rewrite/boot-table.h"

#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "convert/assess/boot-disk.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest.h"
#include "convert/assess/sectors.h"
#include "convert/assess/volume.h"
#include "convert/rewrite/change.h"

enum {
	CODE_BYTES = 440,
	TABLE_AT = 446,
	ENTRY_BYTES = 16,
	ENTRIES = 4,
	ACTIVE = 0x80,
	GPT_TYPE = 0xee,
	/* What SeaBIOS shows of any disk that is larger than this. */
	HEADS = 255,
	SECTORS = 63,
	CYLINDERS = 1024,
};

struct place {
	unsigned cylinder, head, sector;
};

static uint32_t
u32_at(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
		(uint32_t)at[3] << 24;
}

static struct place
place_at(const uint8_t *at)
{
	return (struct place){at[2] | (unsigned)(at[1] & 0xc0) << 2, at[0],
		at[1] & 0x3f};
}

static void
set_place(uint8_t *at, uint64_t lba)
{
	uint64_t cylinder = lba / (HEADS * SECTORS);

	if (cylinder >= CYLINDERS) {
		memcpy(at, "\xfe\xff\xff", 3);
		return;
	}
	at[0] = (uint8_t)(lba / SECTORS % HEADS);
	at[1] = (uint8_t)(lba % SECTORS + 1) |
		(uint8_t)(cylinder >> 2 & 0xc0);
	at[2] = (uint8_t)cylinder;
}

/* Does a place lie where the number says, on this geometry? */
static bool
agrees(struct place place, uint64_t lba, unsigned heads, unsigned sectors)
{
	return place.sector > 0 && place.sector <= sectors &&
		place.head < heads &&
		((uint64_t)place.cylinder * heads + place.head) * sectors +
				place.sector - 1 == lba;
}

/*
 * The geometry on which every place that can be told agrees with its number; a
 * partition ends with a cylinder, so that its end tells both.  False: none.
 */
static bool
find_geometry(const uint8_t *sector, struct boot_table *table)
{
	bool found = false;

	for (unsigned i = 0; i < ENTRIES; i++) {
		const uint8_t *entry = sector + TABLE_AT + i * ENTRY_BYTES;
		uint64_t first = u32_at(entry + 8);
		uint64_t last = first + u32_at(entry + 12) - 1;
		struct place start = place_at(entry + 1);
		struct place end = place_at(entry + 5);

		if (entry[4] == 0)
			continue;
		if (!found && end.cylinder < CYLINDERS - 1) {
			table->heads = end.head + 1;
			table->sectors = end.sector;
			found = true;
		}
		if (found && ((start.cylinder < CYLINDERS - 1 &&
			!agrees(start, first, table->heads, table->sectors)) ||
			(end.cylinder < CYLINDERS - 1 && !agrees(end, last,
				table->heads, table->sectors))))
			return false;
	}
	return found;
}

static void
mend_places(uint8_t *sector)
{
	for (unsigned i = 0; i < ENTRIES; i++) {
		uint8_t *entry = sector + TABLE_AT + i * ENTRY_BYTES;
		uint64_t first = u32_at(entry + 8);

		if (entry[4] == 0)
			continue;
		set_place(entry + 1, first);
		set_place(entry + 5, first + u32_at(entry + 12) - 1);
	}
}

/* The only partition that begins with a loader; -1: none, or several. */
static int
find_startable(const uint8_t *sector, const bool has_loader[4])
{
	int found = -1;

	for (int i = 0; i < ENTRIES; i++) {
		if (!has_loader[i] || sector[TABLE_AT + i * ENTRY_BYTES + 4] == 0)
			continue;
		if (found != -1)
			return -1;
		found = i;
	}
	return found;
}

static bool
needs_table(const uint8_t *sector)
{
	bool has_code = false;

	for (unsigned i = 0; i < CODE_BYTES; i++)
		has_code |= sector[i] != 0;
	return has_code && sector[510] == 0x55 && sector[511] == 0xaa &&
		memmem(sector, CODE_BYTES, "GRUB", 4) == NULL &&
		memcmp(sector + 6, "LILO", 4) != 0 &&
		sector[TABLE_AT + 4] != GPT_TYPE;
}

bool
boot_table_mend(uint8_t *sector, uint64_t disk_sectors,
	const bool has_loader[4], struct boot_table *table_out)
{
	bool is_active = false, changed = false;
	int startable;

	*table_out = (struct boot_table){.heads = 0};
	if (!needs_table(sector))
		return false;
	for (unsigned i = 0; i < ENTRIES; i++)
		is_active |= sector[TABLE_AT + i * ENTRY_BYTES] == ACTIVE;
	startable = find_startable(sector, has_loader);
	table_out->none_active = !is_active;
	if (!is_active && startable != -1) {
		sector[TABLE_AT + startable * ENTRY_BYTES] = ACTIVE;
		table_out->activated = (unsigned)startable + 1;
		changed = true;
	}
	if (!find_geometry(sector, table_out) ||
		disk_sectors <= (uint64_t)CYLINDERS * HEADS * SECTORS)
		return changed;
	table_out->other_geometry = table_out->heads != HEADS ||
		table_out->sectors != SECTORS;
	if (table_out->other_geometry)
		mend_places(sector);
	return changed || table_out->other_geometry;
}

/* ---- the guest's disk ---- */

static bool
has_loader(guestfs_h *g, const char *device)
{
	static const char *const names[] = {"GRUB", "LILO", "LINUX"};
	AUTO(freep) uint8_t *sector = sectors_read(g, device, 0, 1);

	for (size_t i = 0; sector != NULL && i < 3; i++)
		if (memmem(sector, SECTOR_BYTES, names[i], strlen(names[i])) !=
			NULL)
			return true;
	return false;
}

static void
tell(struct findings *findings, const struct volume *disk,
	const struct boot_table *table)
{
	char what[64];

	snprintf(what, sizeof what, "%u heads, %u sectors", table->heads,
		table->sectors);
	if (table->other_geometry)
		finding_add(findings, "boot.geometry", disk->source, 0, what,
			"Written for the VM's 255 heads and 63 sectors.");
	snprintf(what, sizeof what, "partition %u", table->activated);
	if (table->none_active)
		finding_add(findings, "boot.no-active-partition", disk->source,
			0, table->activated == 0 ? "no partition" : what,
			table->activated == 0 ? NULL
				: "Made active: it begins with a boot loader.");
}

int
boot_table_apply(guestfs_h *g, const struct guest *guest,
	const struct volumes *volumes, struct findings *findings,
	struct changes *changes, struct error *err)
{
	const struct volume *disk = boot_disk_volume(guest, volumes);
	AUTO(freep) uint8_t *before = disk == NULL ? NULL
		: sectors_read(g, disk->device, 0, 1);
	bool loaders[ENTRIES] = {false};
	uint8_t sector[SECTOR_BYTES];
	struct boot_table table;

	if (before == NULL || strcmp(guest->firmware, "bios") != 0)
		return 0;
	for (size_t i = 0; i < volumes->count; i++) {
		const struct volume *volume = &volumes->list[i];

		if (volume->kind == VOLUME_PARTITION &&
			volume->disk == disk->disk && volume->partition > 0 &&
			volume->partition <= ENTRIES)
			loaders[volume->partition - 1] =
				has_loader(g, volume->device);
	}
	memcpy(sector, before, sizeof sector);
	if (!boot_table_mend(sector, disk->size_bytes / 512, loaders,
		    &table) && !table.none_active)
		return 0;
	if (changes == NULL) {
		tell(findings, disk, &table);
		return 0;
	}
	if (memcmp(sector, before, sizeof sector) == 0)
		return 0;
	if (sectors_write(g, disk->device, disk->source, 0, sector, 1, err) ==
		-1)
		return -1;
	return changes_note_sectors(changes, disk->source, 0, before, sector,
		sizeof sector, "The code in the first sector finds partitions "
		"by what the old controller showed.", err);
}
