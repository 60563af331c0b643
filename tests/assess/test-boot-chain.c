/*
 * boot.no-loader, boot.chain-broken, boot.chain-fragile: a disk in memory,
 * started by the GRUB of this host as its installer lays it out, and then damaged
 * link by link.
 */
#include "tests/harness.h"

#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "convert/assess/boot-chain.h"
#include "convert/assess/sectors.h"
#include "convert/rewrite/boot-sectors.h"
#include "convert/rewrite/host-grub.h"

struct disk {
	uint8_t *data;
	size_t sectors;
};

static bool
read_sector(void *context, uint64_t number, uint8_t *sector)
{
	const struct disk *disk = context;

	if (number >= disk->sectors)
		return false;
	memcpy(sector, disk->data + number * SECTOR_BYTES, SECTOR_BYTES);
	return true;
}

/* False when this host has no GRUB for BIOS. */
static bool
make_disk(struct disk *disk)
{
	static const char *const modules[] = {"biosdisk", "part_msdos", "ext2",
		NULL};
	AUTO(freep) char *core = NULL;
	AUTO(freep) char *boot = NULL;
	uint8_t present[SECTOR_BYTES] = {0};
	size_t core_bytes, boot_bytes, bytes;
	struct error err = {0};

	present[446 + 4] = 0x83;
	present[446 + 9] = 8;
	present[510] = 0x55;
	present[511] = 0xaa;
	if (host_grub_file(&boot, &boot_bytes, "i386-pc", "boot.img", &err) == -1)
		return false;
	assert_ok(host_grub_image(&core, &core_bytes, "i386-pc", "\n", modules,
		&err), &err);
	assert_ok(boot_sectors_make(&disk->data, &bytes, present, boot,
		boot_bytes, core, core_bytes, &err), &err);
	disk->sectors = bytes / SECTOR_BYTES;
	return true;
}

static void
grub_as_it_is_installed_is_whole(void **state)
{
	struct boot_core core;
	struct disk disk;

	(void)state;
	if (!make_disk(&disk))
		skip();
	assert_int_equal(boot_chain_walk(&core, read_sector, &disk),
		BOOT_CHAIN_WHOLE);
	assert_false(core.is_legacy);
	assert_int_equal(core.first, 1);
	assert_int_equal(core.last, disk.sectors - 1);
	assert_int_equal(core.pieces, 1);
	free(disk.data);
}

static void
each_damage_is_found_at_its_link(void **state)
{
	struct boot_core core;
	struct disk disk;

	(void)state;
	if (!make_disk(&disk))
		skip();
	disk.sectors--;
	assert_int_equal(boot_chain_walk(&core, read_sector, &disk),
		BOOT_CHAIN_CORE_DAMAGED);
	disk.sectors++;
	memset(disk.data + 2 * SECTOR_BYTES, 0, SECTOR_BYTES);
	assert_int_equal(boot_chain_walk(&core, read_sector, &disk),
		BOOT_CHAIN_CORE_DAMAGED);
	memset(disk.data + SECTOR_BYTES + 500, 0, 12);
	assert_int_equal(boot_chain_walk(&core, read_sector, &disk),
		BOOT_CHAIN_CORE_DAMAGED);
	memset(disk.data + SECTOR_BYTES, 0, SECTOR_BYTES);
	assert_int_equal(boot_chain_walk(&core, read_sector, &disk),
		BOOT_CHAIN_NO_CORE);
	disk.data[0x63] = 0xff; /* a core beyond the disk */
	assert_int_equal(boot_chain_walk(&core, read_sector, &disk),
		BOOT_CHAIN_NO_CORE);
	free(disk.data);
}

/* As the half of a mirror is that nobody installed GRUB on. */
static void
a_disk_without_code_starts_nothing(void **state)
{
	static uint8_t data[SECTOR_BYTES];
	struct disk disk = {data, 1};
	struct boot_core core;

	(void)state;
	data[440] = 0x12; /* its number, and a partition that is active */
	data[446] = 0x80;
	data[446 + 4] = 0xfd;
	data[510] = 0x55;
	data[511] = 0xaa;
	assert_int_equal(boot_chain_walk(&core, read_sector, &disk),
		BOOT_CHAIN_NO_CODE);
	data[0] = 0xeb; /* any loader that is not GRUB */
	assert_int_equal(boot_chain_walk(&core, read_sector, &disk),
		BOOT_CHAIN_OTHER);
	data[511] = 0; /* which the BIOS does not start: a file system, say */
	assert_int_equal(boot_chain_walk(&core, read_sector, &disk),
		BOOT_CHAIN_NO_CODE);
	disk.sectors = 0;
	assert_int_equal(boot_chain_walk(&core, read_sector, &disk),
		BOOT_CHAIN_OTHER);
}

/* The fields of stage 1 of GRUB 0.97, without its code. */
static void
grub_legacy_leads_to_its_next_stage(void **state)
{
	static uint8_t data[4 * SECTOR_BYTES];
	struct disk disk = {data, 4};
	struct boot_core core;

	(void)state;
	memset(data, 0, sizeof data);
	memcpy(data + 0x17f, "GRUB \0Geom\0Hard Disk\0Read\0 Error", 32);
	data[0x43] = 0x20;
	data[0x44] = 1;
	data[510] = 0x55;
	data[511] = 0xaa;
	assert_int_equal(boot_chain_walk(&core, read_sector, &disk),
		BOOT_CHAIN_NO_CORE);
	memset(data + SECTOR_BYTES, 'x', SECTOR_BYTES);
	data[SECTOR_BYTES] = 'y';
	assert_int_equal(boot_chain_walk(&core, read_sector, &disk),
		BOOT_CHAIN_WHOLE);
	assert_true(core.is_legacy);
	data[0x43] = 0x33;
	assert_int_equal(boot_chain_walk(&core, read_sector, &disk),
		BOOT_CHAIN_OTHER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grub_as_it_is_installed_is_whole),
		cmocka_unit_test(each_damage_is_found_at_its_link),
		cmocka_unit_test(a_disk_without_code_starts_nothing),
		cmocka_unit_test(grub_legacy_leads_to_its_next_stage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
