/* Of several disks, which one a name means. */
#include "tests/harness.h"

#include <string.h>

#include "common/json.h"
#include "common/own.h"
#include "convert/assess/reference.h"
#include "tests/assess/disks.h"
#include "tests/assess/referring.h"

static void
of_two_disks_the_one_that_fits_all_uses_is_meant(void **state)
{
	AUTO(references_freep) struct references *references =
		make_references(&two_disks, NULL);

	(void)state;
	reference_learn(references, "/dev/sdb1", "ext4");
	reference_learn(references, "/dev/sdb2", "swap");
	reference_learn(references, "/dev/sda1", "xfs");
	expect_reference(references, "/dev/sdb1", "ext4", REFERENCE_NAMED,
		"UUID=" ROOT_UUID);
	expect_reference(references, "/dev/sda2", "", REFERENCE_NAMED,
		"UUID=" HOME_UUID);
}

static void
two_fitting_disks_are_ambiguous(void **state)
{
	AUTO(references_freep) struct references *references =
		make_references(&clones, NULL);

	(void)state;
	reference_learn(references, "/dev/sda1", "ext4");
	expect_reference(references, "/dev/sda1", "ext4", REFERENCE_AMBIGUOUS,
		"");
}

static void
a_disk_that_is_sure_is_not_meant_by_another_name(void **state)
{
	AUTO(references_freep) struct references *references =
		make_references(&clones, NULL);

	(void)state;
	reference_learn(references, "/dev/sda1", "ext4");
	reference_learn(references, "/dev/sdb1", "ext4");
	reference_learn(references, "/dev/sdb2", "swap");
	expect_reference(references, "/dev/sdb2", "swap", REFERENCE_NAMED,
		"UUID=" SWAP_UUID);
	expect_reference(references, "/dev/sda1", "ext4", REFERENCE_NAMED,
		NULL);
}

static void
a_disk_left_behind_is_not_confused_with_the_root_disk(void **state)
{
	AUTO(references_freep) struct references *references =
		make_references(&one_disk, NULL);

	(void)state;
	reference_learn(references, "/dev/sda1", "ext4");
	reference_pin(references, "/dev/sda1", &one_disk.list[1]);
	reference_learn(references, "/dev/sdb1", "ext4");
	expect_reference(references, "/dev/sda1", "ext4", REFERENCE_NAMED,
		NULL);
	expect_reference(references, "/dev/sdb1", "ext4", REFERENCE_MISSING,
		"");
	expect_reference(references, "/dev/hda1", "ext4", REFERENCE_NAMED,
		NULL);
}

static void
two_names_for_one_disk_are_not_decided(void **state)
{
	AUTO(references_freep) struct references *references =
		make_references(&one_disk, NULL);

	(void)state;
	reference_learn(references, "/dev/sda1", "ext4");
	reference_learn(references, "/dev/sdb1", "ext4");
	expect_reference(references, "/dev/sda1", "ext4", REFERENCE_AMBIGUOUS,
		"");
	expect_reference(references, "/dev/sdb1", "ext4", REFERENCE_AMBIGUOUS,
		"");
}

static void
two_names_for_one_disk_are_ambiguous_in_any_order(void **state)
{
	AUTO(references_freep) struct references *references =
		make_references(&one_disk, NULL);

	(void)state;
	reference_notice(references, "/dev/sdb1");
	expect_reference(references, "/dev/sda1", "ext4", REFERENCE_AMBIGUOUS,
		"");
	expect_reference(references, "/dev/sdb1", "ext4", REFERENCE_AMBIGUOUS,
		"");
	expect_reference(references, "/dev/hda1", "ext4", REFERENCE_NAMED,
		NULL);
}

static void
links_of_the_inventory_decide(void **state)
{
	AUTO(json_decrefpp) json_t *inventory = json_loads(
		"{\"disks\":[{\"name\":\"data\",\"links\":"
		"[\"/dev/disk/by-id/ata-B\"]},{\"name\":\"old\",\"links\":"
		"[\"/dev/disk/by-id/ata-A\"]},{\"name\":\"gone\",\"links\":"
		"[\"/dev/disk/by-id/ata-C\"]}]}",
		0, NULL);
	AUTO(references_freep) struct references *references =
		make_references(&clones, inventory);

	(void)state;
	expect_reference(references, "/dev/disk/by-id/ata-B-part2", "swap",
		REFERENCE_NAMED, "UUID=" SWAP_UUID);
	expect_reference(references, "/dev/disk/by-id/ata-A-part2", "swap",
		REFERENCE_MISSING, "");
	expect_reference(references, "/dev/disk/by-id/ata-C-part1", "ext4",
		REFERENCE_MISSING, "");
}

/* Two disks as an installer lays out a mirror: swap, a member, and data. */
static const struct volumes mirror = {
	.list = (struct volume[]){
		{.kind = VOLUME_PARTITION, .disk = 0, .partition = 1,
			.type = "linux_raid_member", .uuid = "one array"},
		{.kind = VOLUME_PARTITION, .disk = 0, .partition = 2,
			.type = "swap", .uuid = "5a5a-000a"},
		{.kind = VOLUME_PARTITION, .disk = 0, .partition = 3,
			.type = "ext4", .uuid = "da7a-000a"},
		{.kind = VOLUME_PARTITION, .disk = 1, .partition = 1,
			.type = "linux_raid_member", .uuid = "one array"},
		{.kind = VOLUME_PARTITION, .disk = 1, .partition = 2,
			.type = "swap", .uuid = "5a5a-000b"},
		{.kind = VOLUME_PARTITION, .disk = 1, .partition = 3,
			.type = "ext4", .uuid = "da7a-000b"}},
	.count = 6};

static void
halves_of_a_mirror_and_swap_may_change_places(void **state)
{
	static const char *const names[] = {"sda", "sdb"};
	AUTO(references_freep) struct references *references =
		references_new(&mirror, NULL, names, 2);

	(void)state;
	reference_learn(references, "/dev/sdb1", "linux_raid_member");
	reference_learn(references, "/dev/sdb2", "swap");
	reference_learn(references, "/dev/sda1", "linux_raid_member");
	reference_learn(references, "/dev/sda2", "swap");
	expect_reference(references, "/dev/sda2", "swap", REFERENCE_NAMED,
		"UUID=5a5a-000a");
	expect_reference(references, "/dev/sdb2", "swap", REFERENCE_NAMED,
		"UUID=5a5a-000b");
}

static void
members_of_one_btrfs_may_change_places(void **state)
{
	static const char *const names[] = {"sdx", "sdy"};
	struct volume list[] = {
		{.kind = VOLUME_DISK, .disk = 0, .type = "btrfs", .uuid = "b"},
		{.kind = VOLUME_DISK, .disk = 1, .type = "btrfs", .uuid = "b"}};
	const struct volumes volumes = {list, 2};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		AUTO(references_freep) struct references *references =
			references_new(&volumes, NULL, names, 2);
		enum reference_state expected =
			i == 0 ? REFERENCE_NAMED : REFERENCE_AMBIGUOUS;

		reference_learn(references, "/dev/sdb", "btrfs");
		reference_learn(references, "/dev/sdc", "btrfs");
		expect_reference(references, "/dev/sdb", "btrfs", expected,
			NULL);
		expect_reference(references, "/dev/sdc", "btrfs", expected,
			NULL);
		strcpy(list[1].uuid, "c"); /* of two, nothing is known */
	}
}

/* A name that the inventory does not have takes what is left. */
static void
swap_of_another_controller_is_found_too(void **state)
{
	static const char *const names[] = {"sda", "sdb"};
	AUTO(references_freep) struct references *references =
		references_new(&mirror, NULL, names, 2);

	(void)state;
	reference_learn(references, "/dev/hdc2", "swap");
	reference_learn(references, "/dev/hda2", "swap");
	expect_reference(references, "/dev/hdc2", "swap", REFERENCE_NAMED,
		"UUID=5a5a-000a");
	expect_reference(references, "/dev/hda2", "swap", REFERENCE_NAMED,
		"UUID=5a5a-000b");
}

static const char *const three_names[] = {"sda", "sdb", "sdc"};
static const char *const behind_a_stick[] = {"sdb", "sdc", "sdd"};
static const struct volumes three_disks = {
	.list = (struct volume[]){
		{.kind = VOLUME_PARTITION, .disk = 0, .partition = 1,
			.type = "xfs", .uuid = "system"},
		{.kind = VOLUME_PARTITION, .disk = 1, .partition = 3,
			.type = "ext4", .uuid = "da7a-000b"},
		{.kind = VOLUME_PARTITION, .disk = 2, .partition = 3,
			.type = "ext4", .uuid = "da7a-000c"}},
	.count = 3};

static void
data_goes_by_order_only_where_that_is_seen(void **state)
{
	static const char *const names[] = {"sda", "sdb"};
	AUTO(references_freep) struct references *unseen =
		references_new(&mirror, NULL, names, 2);
	AUTO(references_freep) struct references *seen =
		references_new(&three_disks, NULL, three_names, 3);
	AUTO(references_freep) struct references *shifted =
		references_new(&three_disks, NULL, behind_a_stick, 3);
	AUTO(references_freep) struct references *against =
		references_new(&three_disks, NULL, three_names, 3);

	(void)state;
	reference_learn(unseen, "/dev/sda3", "ext4");
	reference_learn(unseen, "/dev/sdb3", "ext4");
	expect_reference(unseen, "/dev/sda3", "ext4", REFERENCE_AMBIGUOUS, "");
	expect_reference(unseen, "/dev/sdb3", "ext4", REFERENCE_AMBIGUOUS, "");

	reference_learn(seen, "/dev/sdc3", "ext4");
	reference_learn(seen, "/dev/sdb3", "ext4");
	reference_learn(seen, "/dev/sda1", "xfs");
	expect_reference(seen, "/dev/sdb3", "ext4", REFERENCE_NAMED,
		"UUID=da7a-000b");
	expect_reference(seen, "/dev/sdc3", "ext4", REFERENCE_NAMED,
		"UUID=da7a-000c");

	reference_learn(shifted, "/dev/sdc3", "ext4");
	reference_learn(shifted, "/dev/sdb3", "ext4");
	reference_learn(shifted, "/dev/sda1", "xfs");
	expect_reference(shifted, "/dev/sdb3", "ext4", REFERENCE_NAMED,
		"UUID=da7a-000b");
	expect_reference(shifted, "/dev/sdc3", "ext4", REFERENCE_NAMED,
		"UUID=da7a-000c");

	reference_learn(against, "/dev/sda3", "ext4");
	reference_learn(against, "/dev/sdb3", "ext4");
	reference_learn(against, "/dev/sdc1", "xfs");
	expect_reference(against, "/dev/sda3", "ext4", REFERENCE_AMBIGUOUS, "");
	expect_reference(against, "/dev/sdb3", "ext4", REFERENCE_AMBIGUOUS, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			of_two_disks_the_one_that_fits_all_uses_is_meant),
		cmocka_unit_test(two_fitting_disks_are_ambiguous),
		cmocka_unit_test(
			a_disk_that_is_sure_is_not_meant_by_another_name),
		cmocka_unit_test(
			a_disk_left_behind_is_not_confused_with_the_root_disk),
		cmocka_unit_test(two_names_for_one_disk_are_not_decided),
		cmocka_unit_test(
			two_names_for_one_disk_are_ambiguous_in_any_order),
		cmocka_unit_test(links_of_the_inventory_decide),
		cmocka_unit_test(halves_of_a_mirror_and_swap_may_change_places),
		cmocka_unit_test(members_of_one_btrfs_may_change_places),
		cmocka_unit_test(swap_of_another_controller_is_found_too),
		cmocka_unit_test(data_goes_by_order_only_where_that_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
