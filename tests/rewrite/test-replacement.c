/*
 * The parts of what takes LILO's place, with the GRUB of this host;
 * tests/boot/lilo-replaced boots it.
 */
#include "tests/harness.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/assess/sectors.h"
#include "convert/assess/volume.h"
#include "convert/rewrite/boot-sectors.h"
#include "convert/rewrite/change.h"
#include "convert/rewrite/elilo.h"
#include "convert/rewrite/host-grub.h"
#include "convert/rewrite/lilo-menu.h"
#include "convert/rewrite/menu.h"
#include "convert/rewrite/replacement.h"
#include "drivers-inject/names.h"

/* A sector with a table of one partition at `start`. */
static void
make_sector(uint8_t sector[SECTOR_BYTES], uint32_t start, uint8_t type)
{
	memset(sector, 'x', SECTOR_BYTES);
	memset(sector + 446, 0, 64);
	sector[446] = 0x80;
	sector[446 + 4] = type;
	for (int i = 0; i < 4; i++)
		sector[446 + 8 + i] = (uint8_t)(start >> (8 * i));
	sector[510] = 0x55;
	sector[511] = 0xaa;
}

static void
the_gap_ends_at_the_first_partition(void **state)
{
	uint8_t sector[SECTOR_BYTES];

	(void)state;
	make_sector(sector, 63, 0x83);
	assert_int_equal(boot_sectors_gap(sector), 62);
	make_sector(sector, 2048, 0x83);
	sector[462 + 4] = 0x05;
	sector[462 + 8] = 100;
	assert_int_equal(boot_sectors_gap(sector), 99);
	make_sector(sector, 1, 0x83);
	assert_int_equal(boot_sectors_gap(sector), 0);
	make_sector(sector, 0, 0x83);
	assert_int_equal(boot_sectors_gap(sector), 0);
	make_sector(sector, 63, 0xee);
	assert_int_equal(boot_sectors_gap(sector), 0);
	make_sector(sector, 63, 0);
	assert_int_equal(boot_sectors_gap(sector), 0);
	make_sector(sector, 63, 0x83);
	sector[510] = 0;
	assert_int_equal(boot_sectors_gap(sector), 0);
}

static const char *const core_modules[] = {"biosdisk", "part_msdos", "ext2",
	"search_fs_uuid", NULL};

/* False when this host has no GRUB for BIOS. */
static bool
make_core(char **core, size_t *bytes, char **boot, size_t *boot_bytes)
{
	struct error err = {0};

	if (host_grub_file(boot, boot_bytes, "i386-pc", "boot.img", &err) == -1)
		return false;
	assert_ok(host_grub_image(core, bytes, "i386-pc",
		"search.fs_uuid 11111111-2222-3333-4444-555555555555 root\n"
		"set prefix=($root)/boot/unrack-grub\n", core_modules, &err),
		&err);
	return true;
}

static void
the_disk_keeps_its_table_and_gets_a_core_that_follows(void **state)
{
	AUTO(freep) char *core = NULL;
	AUTO(freep) char *boot = NULL;
	AUTO(freep) uint8_t *data = NULL;
	uint8_t sector[SECTOR_BYTES];
	size_t bytes, core_bytes, boot_bytes;
	struct error err = {0};

	(void)state;
	if (!make_core(&core, &core_bytes, &boot, &boot_bytes))
		skip();
	make_sector(sector, 63, 0x83);
	assert_ok(boot_sectors_make(&data, &bytes, sector, boot, boot_bytes,
		core, core_bytes, &err), &err);
	assert_true(bytes <= 63 * SECTOR_BYTES && bytes % SECTOR_BYTES == 0);
	assert_memory_equal(data + 440, sector + 440, 72);
	assert_memory_equal(data, boot, 0x66);
	assert_memory_equal(data + 0x66, "\x90\x90", 2);
	assert_memory_equal(data + SECTOR_BYTES, core, core_bytes);
}

static void
what_does_not_fit_or_is_no_grub_is_refused(void **state)
{
	AUTO(freep) char *core = NULL;
	AUTO(freep) char *boot = NULL;
	uint8_t sector[SECTOR_BYTES];
	uint8_t *data = NULL;
	size_t bytes, core_bytes, boot_bytes;
	struct error err = {0};

	(void)state;
	if (!make_core(&core, &core_bytes, &boot, &boot_bytes))
		skip();
	make_sector(sector, (uint32_t)(core_bytes / SECTOR_BYTES + 1), 0x83);
	assert_int_equal(boot_sectors_make(&data, &bytes, sector, boot,
		boot_bytes, core, core_bytes, &err), -1);
	assert_int_equal(err.code, ENOSPC);
	make_sector(sector, 2048, 0x83);
	assert_int_equal(boot_sectors_make(&data, &bytes, sector, boot, 511,
		core, core_bytes, &err), -1);
	core[500] ^= 1;
	assert_int_equal(boot_sectors_make(&data, &bytes, sector, boot,
		boot_bytes, core, core_bytes, &err), -1);
	assert_int_equal(boot_sectors_make(&data, &bytes, sector, boot,
		boot_bytes, core, 512, &err), -1);
	assert_null(data);
}

static void
modules_bring_what_they_need(void **state)
{
	static const char *const wanted[] = {"a", "d", NULL};
	static const char *const unknown[] = {"zz", NULL};
	AUTO(names_freep) struct names names = {NULL, 0, 0};
	struct error err = {0};

	(void)state;
	assert_ok(host_grub_closure(&names, "ab: x\na: b c\nb: c a\nc:\nd: b\n",
		wanted, &err), &err);
	assert_int_equal(names.count, 4);
	assert_true(names_has(&names, "c"));
	assert_int_equal(host_grub_closure(&names, "a:\n", unknown, &err), -1);
}

static void
a_menu_holds_what_the_guest_wrote_within_words(void **state)
{
	static const struct menu_entry entries[] = {
		{.title = "it's\n} reboot", .kernel = {"1-2", "/v m"},
			.initrd = {"3-4", "/i'i"},
			.arguments = "root=/dev/sda1  a=$b;reboot\n x"},
		{.title = "Two", .kernel = {"1-2", ""}, .is_chain = true,
			.is_default = true},
	};
	AUTO(freep) char *text = NULL;
	struct error err = {0};

	(void)state;
	assert_ok(menu_make(&text, entries, 2, 5, &err), &err);
	assert_non_null(strstr(text, "\nset default=1\nset timeout=5\n"));
	assert_non_null(strstr(text, "\nmenuentry 'it'\\''s} reboot' {\n"
		"\tsearch --no-floppy --fs-uuid --set=root 1-2\n"
		"\tinsmod linux16\n"
		"\tlinux16 '/v m' root=/dev/sda1 'a=$b;reboot' x\n"
		"\tsearch --no-floppy --fs-uuid --set=root 3-4\n"
		"\tinitrd16 '/i'\\''i'\n}\n"));
	assert_non_null(strstr(text, "\nmenuentry Two {\n"
		"\tsearch --no-floppy --fs-uuid --set=root 1-2\n"
		"\tinsmod chain\n\tchainloader +1\n}\n"));
}

static const struct {
	const char *version, *bus;
	bool old_ide;
	const char *partition, *name;
} roots[] = {
	{"6.1.0", "virtio", false, "PARTUUID=0badcafe-01", "PARTUUID=0badcafe-01"},
	{"3.2.0", "virtio", false, "PARTUUID=0badcafe-01", "/dev/vdb3"},
	{"2.6.32", "sata", false, "PARTUUID=0badcafe-01", "/dev/sdb3"},
	{"2.6.18", "ide", true, "PARTUUID=0badcafe-01", "/dev/hdb3"},
	{"2.6.32", "ide", false, "PARTUUID=0badcafe-01", "/dev/sdb3"},
	{"3.2.0", "virtio", false,
		"PARTUUID=11111111-2222-3333-4444-555555555555",
		"PARTUUID=11111111-2222-3333-4444-555555555555"},
	{"2.6.18", "lsi", true, "", "/dev/sdb3"},
};

static void
a_kernel_alone_gets_a_name_that_it_knows(void **state)
{
	const struct volume volume = {.disk = 1, .partition = 3};
	char name[128];

	(void)state;
	for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
		lilo_menu_root(name, sizeof name, roots[i].version,
			roots[i].bus, roots[i].old_ide, &volume,
			roots[i].partition);
		assert_string_equal(name, roots[i].name);
	}
}

/* There is no appliance: what was not planned touches no disk. */
static void
lilo_stays_where_its_successor_has_no_menu(void **state)
{
	static const struct volume disk = {.source = "sda"};

	(void)state;
	for (int has_menu = 0; has_menu <= 1; has_menu++) {
		AUTO(changes_freep) struct changes *changes = changes_new();
		AUTO(findings_freep) struct findings *findings = findings_new();
		struct replacement replacement = {.disks = {&disk},
			.disk_count = 1};
		struct error err = {0};

		if (has_menu)
			assert_ok(changes_plan(changes,
					  "/boot/unrack-grub/grub.cfg", NULL,
					  "menu", "r", &err),
				&err);
		finding_add(findings, "linux.loader.replaced", "sda", 0, "LILO",
			"Replaced.");
		replacement_check(&replacement, changes, findings);
		assert_int_equal(findings_have(findings,
			"linux.loader.replaced"), has_menu);
		assert_int_equal(findings_have(findings,
			"linux.loader.not-replaced"), !has_menu);
		if (!has_menu)
			assert_ok(replacement_apply(&replacement, NULL,
					  findings, changes, &err),
				&err);
	}
}

static void
elilo_that_stays_is_not_called_replaced(void **state)
{
	AUTO(findings_freep) struct findings *findings = findings_new();

	(void)state;
	finding_add(findings, "linux.loader.replaced", "/boot/efi/EFI/x", 0,
		"ELILO", "Replaced.");
	elilo_keep("/boot/efi/EFI/x", "no room", findings);
	assert_false(findings_have(findings, "linux.loader.replaced"));
	assert_true(findings_have(findings, "linux.loader.not-replaced"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_gap_ends_at_the_first_partition),
		cmocka_unit_test(
			the_disk_keeps_its_table_and_gets_a_core_that_follows),
		cmocka_unit_test(what_does_not_fit_or_is_no_grub_is_refused),
		cmocka_unit_test(modules_bring_what_they_need),
		cmocka_unit_test(a_menu_holds_what_the_guest_wrote_within_words),
		cmocka_unit_test(a_kernel_alone_gets_a_name_that_it_knows),
		cmocka_unit_test(lilo_stays_where_its_successor_has_no_menu),
		cmocka_unit_test(elilo_that_stays_is_not_called_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
