#include "tests/harness.h"

#include <string.h>

#include "common/own.h"
#include "convert/assess/boot-disk.h"
#include "convert/assess/esp-place.h"
#include "convert/assess/firmware.h"
#include "convert/assess/guest.h"
#include "convert/assess/volume.h"

static const struct {
	const char *name;
	struct firmware_evidence evidence;
	const char *firmware;
	bool is_doubtful;
} table[] = {
	{"nothing", {.recorded = NULL}, "bios", false},
	{"recorded uefi", {.recorded = "uefi"}, "uefi", false},
	{"recorded bios", {.recorded = "bios"}, "bios", false},
	{"both possible, recorded uefi", {.recorded = "uefi", .esp = true,
		.esp_loader = true, .boot_code = true}, "uefi", false},
	{"both possible, recorded bios", {.recorded = "bios", .esp = true,
		.esp_loader = true, .bios_core = true}, "bios", false},
	{"live image by UEFI, disks by BIOS", {.recorded = "uefi",
		.boot_code = true}, "bios", true},
	{"live image by BIOS, disks by UEFI", {.recorded = "bios", .esp = true,
		.esp_loader = true}, "uefi", true},
	{"only a loader", {.esp = true, .esp_loader = true}, "uefi", false},
	{"only boot code", {.esp = true, .boot_code = true}, "bios", false},
	{"only a core", {.esp = true, .bios_core = true}, "bios", false},
	{"an empty ESP", {.esp = true}, "uefi", false},
	{"both, GRUB's folder says UEFI", {.esp = true, .esp_loader = true,
		.boot_code = true, .efi_modules = true}, "uefi", true},
	{"both, GRUB's folder says BIOS", {.esp = true, .esp_loader = true,
		.esp_mounted = true, .bios_core = true, .bios_modules = true},
		"bios", true},
	{"both, fstab mounts the ESP", {.esp = true, .esp_loader = true,
		.esp_mounted = true, .boot_code = true}, "uefi", true},
	{"both, nobody mounts the ESP", {.esp = true, .esp_loader = true,
		.boot_code = true}, "bios", true},
};

static void
evidence_is_weighed_in_its_order(void **state)
{
	bool both;

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const char *firmware = firmware_decide(&table[i].evidence,
			&both);

		if (strcmp(firmware, table[i].firmware) != 0 ||
			both != table[i].is_doubtful)
			fail_msg("%s: %s, doubt %d", table[i].name, firmware,
				both);
	}
}

static void
boot_code_is_a_loader_or_leads_to_an_active_partition(void **state)
{
	unsigned char sector[512] = {0};

	(void)state;
	assert_false(firmware_is_boot_code(sector));
	sector[446] = 0x80;
	assert_false(firmware_is_boot_code(sector));
	sector[0] = 0xfa;
	assert_true(firmware_is_boot_code(sector));
	sector[446] = 0;
	assert_false(firmware_is_boot_code(sector));
	memcpy(sector + 0x17f, "GRUB ", 5);
	assert_true(firmware_is_boot_code(sector));
}

static void
the_boot_disk_is_found_by_what_is_on_it(void **state)
{
	const struct boot_disk_evidence plain = {.has_boot = true},
		loader = {.has_loader = true, .has_code = true},
		code = {.has_code = true}, esp = {.has_any_esp = true},
		mounted = {.has_any_esp = true, .has_esp = true},
		none = {.has_boot = false};
	const struct {
		struct boot_disk_evidence disks[3];
		bool is_uefi;
		size_t chosen;
	} cases[] = {
		{{none, none, none}, false, 0},
		{{none, plain, none}, false, 1},
		{{plain, loader, none}, false, 1},
		{{plain, code, loader}, false, 2},
		{{loader, loader, none}, false, 0},
		{{plain, code, none}, false, 1},
		{{loader, esp, mounted}, true, 2},
		{{loader, esp, plain}, true, 1},
		{{mounted, mounted, plain}, true, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(boot_disk_choose(cases[i].disks, 3,
			cases[i].is_uefi), cases[i].chosen);
}

#define ESP_TYPE "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
#define LINUX_TYPE "0fc63daf-8483-4772-8e79-3d69d8477de4"

/* A FAT file system on a mirror whose only member here is of this type. */
static bool
mirror_is_esp(const char *member_type, const char *level, const char *metadata,
	const char *target)
{
	AUTO(guest_freep) struct guest *guest = guest_new();
	struct volume list[2] = {
		{.kind = VOLUME_PARTITION, .type = "linux_raid_member",
			.uuid = "3aaa0122-2982-7cfa-5331-ad66ca767371"},
		{.kind = VOLUME_ARRAY, .type = "vfat", .source = "/dev/md127",
			.array_uuid = "3aaa0122:29827cfa:5331ad66:ca767371"},
	};
	const struct volumes volumes = {list, 2};

	assert_non_null(guest);
	strcpy(list[0].partition_type, member_type);
	strcpy(list[1].array_level, level);
	strcpy(list[1].array_metadata, metadata);
	strcpy(guest->mounts[guest->mount_count].device, "/dev/md127");
	strcpy(guest->mounts[guest->mount_count++].target, target);
	assert_false(esp_place_is_esp(guest, &volumes, &list[0]));
	return esp_place_is_esp(guest, &volumes, &list[1]);
}

static void
a_mirror_of_esps_is_one(void **state)
{
	(void)state;
	assert_true(mirror_is_esp(ESP_TYPE, "raid1", "1.0", "/mnt"));
	assert_true(mirror_is_esp(ESP_TYPE, "raid1", "0.90", "/mnt"));
	assert_true(mirror_is_esp(LINUX_TYPE, "raid1", "1.0", "/boot/efi"));
	assert_true(mirror_is_esp(LINUX_TYPE, "raid1", "1.0", "/efi"));
	assert_false(mirror_is_esp(LINUX_TYPE, "raid1", "1.0", "/data"));
	/* that a firmware would not see */
	assert_false(mirror_is_esp(ESP_TYPE, "raid1", "1.2", "/boot/efi"));
	assert_false(mirror_is_esp(ESP_TYPE, "raid0", "1.0", "/boot/efi"));
	assert_false(mirror_is_esp(ESP_TYPE, "raid1", "", "/boot/efi"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(evidence_is_weighed_in_its_order),
		cmocka_unit_test(the_boot_disk_is_found_by_what_is_on_it),
		cmocka_unit_test(a_mirror_of_esps_is_one),
		cmocka_unit_test(
			boot_code_is_a_loader_or_leads_to_an_active_partition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
