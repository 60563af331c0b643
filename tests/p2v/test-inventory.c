/*
 * Made-up machines give exactly the inventories beside them.  After a wanted
 * change: UNRACK_UPDATE=1 make check-test-inventory, and read the difference.
 */
#include <string.h>
#include <unistd.h>

#include "tests/harness.h"

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "p2v/inventory.h"
#include "p2v/probe.h"
#include "tests/p2v/fixture.h"

#define FOLDER "tests/p2v/fixtures/"

enum { NOW = 1700000000 };

static void
assert_inventory(const char *tree, const char *golden)
{
	AUTO(json_decrefpp) json_t *inventory = NULL;
	AUTO(freep) char *wanted = NULL;
	AUTO(freep) char *text = NULL;
	char *root = fixture_unpack(tree);
	struct error err = {0};

	assert_ok(inventory_collect(&inventory, root, false, NOW, &err), &err);
	fixture_remove(root);
	text = json_dumps(inventory, JSON_INDENT(1));
	if (getenv("UNRACK_UPDATE") != NULL)
		assert_ok(io_write_file(golden, text, strlen(text), 0644, &err),
			&err);
	assert_ok(io_read_file(&wanted, NULL, golden, 1 << 20, &err), &err);
	assert_string_equal(text, wanted);
}

static void
bios_machine_with_ata_disks(void **state)
{
	(void)state;
	assert_inventory(FOLDER "bios-ata.tree", FOLDER "bios-ata.json");
}

static void
uefi_machine_with_nvme_cciss_and_mmc(void **state)
{
	(void)state;
	assert_inventory(FOLDER "uefi-names.tree", FOLDER "uefi-names.json");
}

static void
machine_with_what_a_vm_has_not(void **state)
{
	(void)state;
	assert_inventory(FOLDER "devices.tree", FOLDER "devices.json");
}

static void
empty_machine_is_all_unknown(void **state)
{
	AUTO(json_decrefpp) json_t *inventory = NULL;
	char *root = fixture_folder();
	struct error err = {0};

	(void)state;
	assert_ok(inventory_collect(&inventory, root, false, NOW, &err), &err);
	fixture_remove(root);
	assert_int_equal(
		json_array_size(json_object_get(inventory, "disks")), 0);
	assert_true(json_is_null(json_object_get(inventory, "memory_bytes")));
	assert_int_equal(inventory_choose(inventory, NULL, 0, &err), -1);
	assert_string_equal(err.text, "this machine has no disk to offer");
	assert_string_not_equal(err.hint, "");
}

static void
partition_names_get_a_p_after_a_digit(void **state)
{
	static const struct {
		const char *disk, *partition;
	} cases[] = {{"sda", "sda7"}, {"sdaa", "sdaa7"}, {"vdb", "vdb7"},
		{"nvme0n1", "nvme0n1p7"}, {"mmcblk0", "mmcblk0p7"},
		{"cciss/c0d0", "cciss/c0d0p7"}, {"md127", "md127p7"}};
	char name[64];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		probe_partition_name(name, cases[i].disk, 7);
		assert_string_equal(name, cases[i].partition);
	}
}

static json_t *
collect_bios(void)
{
	char *root = fixture_unpack(FOLDER "bios-ata.tree");
	struct error err = {0};
	json_t *inventory;

	assert_ok(inventory_collect(&inventory, root, false, NOW, &err), &err);
	fixture_remove(root);
	return inventory;
}

static void
disk_is_chosen_by_name_path_or_link(void **state)
{
	static const char *const names[] = {"sda", "/dev/sda",
		"/dev/disk/by-id/wwn-0x50014ee1aabbccdd",
		"/dev/disk/by-path/pci-0000:00:0e.0-ata-1"};
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		AUTO(json_decrefpp) json_t *inventory = collect_bios();

		assert_ok(inventory_choose(inventory, &names[i], 1, &err),
			&err);
		assert_string_equal(json_text(inventory_offered(inventory, 0),
			"name", ""), "sda");
		assert_null(inventory_offered(inventory, 1));
		assert_null(json_object_get(inventory_offered(inventory, 0),
			"chosen"));
	}
}

static void
choice_that_cannot_be_served_lists_the_disks(void **state)
{
	static const struct {
		const char *name, *text;
	} cases[] = {
		{"sdz", "there is no disk sdz here"},
		{"sda1", "there is no disk sda1 here"},
		{"sr0", "disk sr0 cannot be offered: read-only media"},
		{"sdb", "disk sdb cannot be offered: the live medium"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		AUTO(json_decrefpp) json_t *inventory = collect_bios();
		struct error err = {0};

		assert_int_equal(inventory_choose(inventory, &cases[i].name, 1,
			&err), -1);
		assert_string_equal(err.text, cases[i].text);
		assert_non_null(strstr(err.hint, "sda (172 GB)"));
	}
}

static void
medium_that_the_live_system_noted_is_not_offered(void **state)
{
	static const char *const notes[] = {"/dev/sda\n", "sda", "/dev/sda1"};
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
		AUTO(json_decrefpp) json_t *inventory = NULL;
		char *root = fixture_unpack(FOLDER "bios-ata.tree");
		AUTO(freep) char *folder = io_format("%s/run/unrack", root);
		AUTO(freep) char *path = io_format("%s/medium", folder);

		assert_ok(io_make_folders(folder, &err), &err);
		assert_ok(io_write_file(path, notes[i], strlen(notes[i]), 0600,
			&err), &err);
		assert_ok(inventory_collect(&inventory, root, false, NOW, &err), &err);
		fixture_remove(root);
		assert_null(inventory_offered(inventory, 0));
		assert_string_equal(json_text(json_array_get(json_object_get(
			inventory, "disks"), 0), "reason", ""),
			"the live medium");
	}
}

static char *
make_file(const char *folder, const char *name, off_t bytes)
{
	char *path = io_format("%s/%s", folder, name);
	struct error err = {0};

	assert_ok(io_write_file(path, "", 0, 0600, &err), &err);
	assert_int_equal(truncate(path, bytes), 0);
	return path;
}

static void
files_stand_for_disks_in_their_order(void **state)
{
	AUTO(json_decrefpp) json_t *inventory = collect_bios();
	char *folder = fixture_folder();
	AUTO(freep) char *first = make_file(folder, "b", 1 << 20);
	AUTO(freep) char *second = make_file(folder, "a", 1000);
	const char *paths[] = {first, second};
	struct error err = {0};

	(void)state;
	assert_ok(inventory_use_files(inventory, paths, 2, false, &err), &err);
	fixture_remove(folder);
	assert_int_equal(json_number(inventory_offered(inventory, 0),
		"size_bytes", 0), 1 << 20);
	assert_string_equal(json_text(inventory_offered(inventory, 1), "name",
		""), "sdb");
	/* Up to the end of its last sector. */
	assert_int_equal(json_number(inventory_offered(inventory, 1),
		"size_bytes", 0), 1024);
	assert_null(inventory_offered(inventory, 2));
}

static void
an_empty_file_is_listed_and_not_offered(void **state)
{
	AUTO(json_decrefpp) json_t *inventory = collect_bios();
	char *folder = fixture_folder();
	AUTO(freep) char *first = make_file(folder, "a", 0);
	AUTO(freep) char *second = make_file(folder, "b", 1 << 20);
	const char *paths[] = {first, second};
	struct error err = {0};

	(void)state;
	assert_ok(inventory_use_files(inventory, paths, 2, false, &err), &err);
	fixture_remove(folder);
	assert_string_equal(json_text(json_array_get(json_object_get(inventory,
		"disks"), 0), "reason", ""), "no byte in it");
	assert_string_equal(json_text(inventory_offered(inventory, 0), "name",
		""), "sdb");
	assert_null(inventory_offered(inventory, 1));
}

static void
a_running_system_offers_what_it_uses(void **state)
{
	char *root = fixture_unpack("tests/p2v/fixtures/bios-ata.tree");
	AUTO(json_decrefpp) json_t *offline = NULL;
	AUTO(json_decrefpp) json_t *live = NULL;
	struct error err = {0};
	size_t i, used = 0;
	json_t *disk;

	(void)state;
	assert_ok(inventory_collect(&offline, root, false, NOW, &err), &err);
	assert_ok(inventory_collect(&live, root, true, NOW, &err), &err);
	fixture_remove(root);
	json_array_foreach(json_object_get(offline, "disks"), i, disk) {
		const json_t *same = json_array_get(json_object_get(live,
			"disks"), i);
		const char *reason = json_text(disk, "reason", NULL);
		bool is_used = reason != NULL &&
			(strncmp(reason, "mounted on", 10) == 0 ||
				strncmp(reason, "in use", 6) == 0);

		used += is_used;
		assert_int_equal(json_flag(same, "offered", 0),
			json_flag(disk, "offered", 0) || is_used);
	}
	assert_int_equal(used, 3);
}

/* What the guest calls its card is not what a rescue system does. */
static void
names_of_the_running_system_count_when_it_lies_on_a_disk(void **state)
{
	static const struct {
		const char *mounts, *uuid;
		bool is_on_disk;
	} cases[] = {
		{"21 1 0:2 / / rw - rootfs rootfs rw\n"
		 "29 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n", "a", true},
		{"29 1 8:2 / / rw - xfs /dev/root rw\n", NULL, true},
		{"29 1 0:33 /@ / rw - btrfs /dev/sda9 rw\n", NULL, true},
		{"29 1 0:33 / / rw - overlay overlay rw\n"
		 "30 29 8:1 / /mnt rw - ext4 /dev/sda1 rw\n", NULL, false},
		{"29 1 7:1 / / ro - squashfs /dev/loop1 ro\n", NULL, false},
		{"29 1 0:40 / / rw - nfs host:/root rw\n", NULL, false},
		{"29 1 8:1 / /\n", NULL, false},
		{"", NULL, false},
	};
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		AUTO(json_decrefpp) json_t *inventory = NULL;
		char *root = fixture_unpack(FOLDER "uefi-names.tree");
		AUTO(freep) char *mounts =
			io_format("%s/proc/self/mountinfo", root);
		AUTO(freep) char *record =
			io_format("%s/run/udev/data/b8:1", root);
		const json_t *names;
		const char *uuid;

		assert_ok(io_write_file(mounts, cases[i].mounts,
			strlen(cases[i].mounts), 0600, &err), &err);
		assert_ok(io_write_file(record, "E:ID_FS_UUID=a\n", 15, 0600,
			&err), &err);
		assert_ok(inventory_collect(&inventory, root, false, NOW, &err),
			&err);
		fixture_remove(root);
		uuid = json_text(inventory, "root_uuid", NULL);
		assert_string_equal(uuid == NULL ? "" : uuid,
			cases[i].uuid == NULL ? "" : cases[i].uuid);
		names = json_object_get(json_array_get(json_object_get(
			inventory, "nics"), 0), "names");
		assert_string_equal(json_string_value(json_array_get(names, 0)),
			cases[i].is_on_disk ? "enp0s3" : "ens3");
	}
}

static void
facts_must_tell_of_as_many_disks_as_files(void **state)
{
	char *folder = fixture_folder();
	AUTO(freep) char *facts = io_format("%s/facts", folder);
	AUTO(freep) char *file = make_file(folder, "a", 1 << 20);
	AUTO(json_decrefpp) json_t *inventory = collect_bios();
	const char *paths[] = {file, file};
	struct error err = {0};

	(void)state;
	assert_ok(json_file_write(facts, inventory, &err), &err);
	assert_int_equal(inventory_use_facts(&inventory, facts, paths, 2, false,
		&err), -1);
	assert_ok(inventory_use_facts(&inventory, facts, paths, 1, false, &err),
		&err);
	fixture_remove(folder);
	assert_int_equal(json_number(inventory_offered(inventory, 0),
		"size_bytes", 0), 1 << 20);
	assert_string_equal(json_text(inventory_offered(inventory, 0), "serial",
		""), "WD-WCAT10001234");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bios_machine_with_ata_disks),
		cmocka_unit_test(uefi_machine_with_nvme_cciss_and_mmc),
		cmocka_unit_test(machine_with_what_a_vm_has_not),
		cmocka_unit_test(empty_machine_is_all_unknown),
		cmocka_unit_test(partition_names_get_a_p_after_a_digit),
		cmocka_unit_test(disk_is_chosen_by_name_path_or_link),
		cmocka_unit_test(choice_that_cannot_be_served_lists_the_disks),
		cmocka_unit_test(
			medium_that_the_live_system_noted_is_not_offered),
		cmocka_unit_test(an_empty_file_is_listed_and_not_offered),
		cmocka_unit_test(a_running_system_offers_what_it_uses),
		cmocka_unit_test(files_stand_for_disks_in_their_order),
		cmocka_unit_test(
			names_of_the_running_system_count_when_it_lies_on_a_disk),
		cmocka_unit_test(facts_must_tell_of_as_many_disks_as_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
