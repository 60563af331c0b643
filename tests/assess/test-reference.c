/* What names mean that say it by themselves, or that a single disk fits. */
#include "tests/harness.h"

#include <string.h>

#include "common/own.h"
#include "convert/assess/reference.h"
#include "convert/assess/volume-name.h"
#include "tests/assess/disks.h"
#include "tests/assess/referring.h"

static void
kernel_names_of_every_age_mean_the_only_disk(void **state)
{
	static const char *const names[] = {"/dev/sda1", "/dev/hda1",
		"/dev/sdc1", "/dev/xvda1", "/dev/cciss/c0d0p1",
		"/dev/nvme0n1p1", "/dev/mmcblk0p1", "/dev/ida/c1d0p1",
		"/dev/disk/by-path/pci-0000:00:1f.1-ata-1-part1",
		"/dev/mapper/mpatha1", "/dev/mapper/mpathap1",
		"/dev/mapper/mpatha-part1", "/dev/mapper/mpatha_part1"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		AUTO(references_freep) struct references *references =
			make_references(&one_disk, NULL);

		expect_reference(references, names[i], "ext4", REFERENCE_NAMED,
			"UUID=" ROOT_UUID);
	}
}

static void
a_partition_that_is_not_there_is_missing(void **state)
{
	AUTO(references_freep) struct references *references =
		make_references(&one_disk, NULL);

	(void)state;
	expect_reference(references, "/dev/sda3", "ext4", REFERENCE_MISSING,
		"");
	expect_reference(references, "/dev/sda", "ext4", REFERENCE_MISSING, "");
	expect_reference(references, "/dev/vg/none", "ext4", REFERENCE_MISSING,
		"");
	expect_reference(references, "/dev/sda999999999999", "",
		REFERENCE_MISSING, "");
	expect_reference(references,
		"UUID=00000000-0000-0000-0000-000000000000", "",
		REFERENCE_MISSING, "");
}

static void
a_partition_of_another_type_is_not_taken(void **state)
{
	AUTO(references_freep) struct references *references =
		make_references(&one_disk, NULL);

	(void)state;
	expect_reference(references, "/dev/sda1", "swap", REFERENCE_MISSING,
		"");
	expect_reference(references, "/dev/sda2", "ext4", REFERENCE_MISSING,
		"");
	expect_reference(references, "/dev/sda5", "auto", REFERENCE_MISSING,
		"");
	expect_reference(references, "/dev/sda1", "ext3", REFERENCE_NAMED,
		NULL);
}

/* blkid may not know a log; what it knows as something else is none. */
static void
a_log_is_no_file_system(void **state)
{
	static const struct {
		const char *type;
		bool fits;
	} table[] = {
		{"xfs_external_log", true}, {"", true}, {"ext4", false},
		{"xfs", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct volume list[] = {one_disk.list[0], one_disk.list[1]};
		const struct volumes volumes = {list, 2};
		AUTO(references_freep) struct references *references =
			references_new(&volumes, NULL, disk_names, 1);

		strcpy(list[1].type, table[i].type);
		expect_reference(references, "/dev/sda1", "xfs_external_log",
			table[i].fits ? REFERENCE_NAMED : REFERENCE_MISSING,
			NULL);
	}
}

static void
names_by_content_are_stable(void **state)
{
	AUTO(references_freep) struct references *references =
		make_references(&two_disks, NULL);

	(void)state;
	expect_reference(references, "UUID=" ROOT_UUID, "ext4",
		REFERENCE_STABLE, NULL);
	expect_reference(references, "UUID=\"" ROOT_UUID "\"", "",
		REFERENCE_STABLE, NULL);
	expect_reference(references, "PARTUUID=0BADCAFE-01", "",
		REFERENCE_STABLE, NULL);
	expect_reference(references, "/dev/disk/by-uuid/" SWAP_UUID, "swap",
		REFERENCE_STABLE, NULL);
	expect_reference(references, "/dev/vg-0/root", "ext4", REFERENCE_STABLE,
		NULL);
	expect_reference(references, "/dev/mapper/vg--0-root", "ext4",
		REFERENCE_STABLE, "/dev/vg-0/root");
	expect_reference(references, "/dev/mapper/vg-0-root", "ext4",
		REFERENCE_MISSING, NULL);
}

static void
links_of_what_the_disks_hold_are_stable(void **state)
{
	static const char *const names[] = {
		"/dev/disk/by-id/dm-name-vg--0-root",
		"/dev/disk/by-id/dm-uuid-LVM-Oxkd3X0Kwp7zTK6fJYwVLXeGYbn5BmJW"
		"kS0Zn37vJdQcXq1b2C3d4E5f6GabcXYZ",
		"/dev/disk/by-id/dm-name-home",
		"/dev/disk/by-id/dm-uuid-CRYPT-PLAIN-home",
		"/dev/disk/by-id/dm-uuid-CRYPT-LUKS2-"
		"cccccccc000040008000000000000005-home"};
	static const char *const others[] = {
		"/dev/disk/by-id/dm-name-vg--0-gone",
		"/dev/disk/by-id/dm-uuid-LVM-Oxkd3X0Kwp7zTK6fJYwVLXeGYbn5BmJW"
		"kS0Zn37vJdQcXq1b2C3d4E5f6GabcXYy",
		"/dev/disk/by-id/dm-uuid-LVM-Oxkd3X",
		"/dev/disk/by-id/dm-uuid-CRYPT-LUKS2-"
		"cccccccc000040008000000000000005-gone",
		"/dev/disk/by-id/md-uuid-" MEMBER_MDADM};
	AUTO(references_freep) struct references *references =
		make_references(&two_disks, NULL);
	AUTO(references_freep) struct references *hidden =
		make_references(&locked, NULL);

	(void)state;
	reference_declare(references, "/dev/mapper/home", &two_disks.list[10]);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		expect_reference(references, names[i], "ext4", REFERENCE_STABLE,
			"/dev/vg-0/root");
	expect_reference(references,
		"/dev/disk/by-id/lvm-pv-uuid-"
		"Oxkd3X-0Kwp-7zTK-6fJY-wVLX-eGYb-n5BmJW",
		"", REFERENCE_STABLE, NULL);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		expect_reference(references, others[i], "ext4",
			REFERENCE_MISSING, "");
		expect_reference(hidden, others[i], "ext4", REFERENCE_OTHER,
			"");
	}
}

static void
links_of_disks_with_several_paths_are_of_disks(void **state)
{
	static const char *const names[] = {
		"/dev/disk/by-id/dm-name-mpatha1",
		"/dev/disk/by-id/dm-name-mpathap1",
		"/dev/disk/by-id/dm-name-3600508b1001030363845313830300900-part1",
		"/dev/disk/by-id/dm-uuid-mpath-3600508b1001-part1",
		"/dev/disk/by-id/dm-uuid-part1-mpath-3600508b1001"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		AUTO(references_freep) struct references *references =
			make_references(&one_disk, NULL);

		expect_reference(references, names[i], "ext4", REFERENCE_NAMED,
			"UUID=" ROOT_UUID);
	}
}

/* blkid's way to write a name, and udev's. */
static void
names_with_blanks_are_names_by_content(void **state)
{
	struct volume list[] = {
		{.kind = VOLUME_DISK, .disk = 0, .device = "/dev/sda"},
		{.kind = VOLUME_PARTITION, .disk = 0, .partition = 1,
			.device = "/dev/sda1", .type = "ext4",
			.label = "old\\ logs \\\\\\x20\\$",
			.partition_label = "cold\\ swap"},
	};
	const struct volumes volumes = {list, 2};
	AUTO(references_freep) struct references *references = NULL;

	(void)state;
	volume_name_decode(list[1].label);
	volume_name_decode(list[1].partition_label);
	assert_string_equal(list[1].label, "old logs \\ $");
	references = references_new(&volumes, NULL, disk_names, 1);
	assert_non_null(references);
	expect_reference(references, "LABEL=old logs \\ $", "ext4",
		REFERENCE_STABLE, NULL);
	expect_reference(references,
		"/dev/disk/by-label/old\\x20logs\\x20\\x5c\\x20\\x24", "ext4",
		REFERENCE_STABLE, NULL);
	expect_reference(references, "/dev/disk/by-partlabel/cold\\x20swap", "",
		REFERENCE_STABLE, NULL);
	expect_reference(references, "PARTLABEL=cold", "", REFERENCE_MISSING,
		NULL);
}

static void
what_is_no_disk_is_left_alone(void **state)
{
	AUTO(references_freep) struct references *references =
		make_references(&one_disk, NULL);

	(void)state;
	expect_reference(references, "proc", "proc", REFERENCE_OTHER, NULL);
	expect_reference(references, "server:/export", "nfs", REFERENCE_OTHER,
		NULL);
	expect_reference(references, "/swapfile", "swap", REFERENCE_OTHER,
		NULL);
	expect_reference(references, "/dev/loop0", "ext4", REFERENCE_OTHER,
		NULL);
	expect_reference(references, "/dev/fd0", "auto", REFERENCE_REMOVABLE,
		NULL);
	expect_reference(references, "/dev/hdc", "udf,iso9660",
		REFERENCE_REMOVABLE, NULL);
	expect_reference(references, "", "", REFERENCE_OTHER, NULL);
	expect_reference(references, "/dev/", "", REFERENCE_MISSING, NULL);
}

static void
a_uuid_that_exists_twice_is_not_written(void **state)
{
	AUTO(references_freep) struct references *references =
		make_references(&clones, NULL);

	(void)state;
	reference_pin(references, "/dev/sda1", &clones.list[1]);
	expect_reference(references, "/dev/sda1", "ext4", REFERENCE_NAMED,
		"PARTUUID=0badcafe-01");
}

static void
what_may_be_in_a_locked_volume_is_not_missing(void **state)
{
	AUTO(references_freep) struct references *references =
		make_references(&locked, NULL);

	(void)state;
	expect_reference(references, "UUID=" HOME_UUID, "ext4", REFERENCE_OTHER,
		"");
	expect_reference(references, "/dev/vg/home", "ext4", REFERENCE_OTHER,
		"");
	expect_reference(references, "/dev/mapper/vg-home", "ext4",
		REFERENCE_OTHER, "");
	expect_reference(references, "/dev/sda2", "ext4", REFERENCE_MISSING,
		"");
	expect_reference(references, "/dev/disk/by-id/ata-x-part9", "ext4",
		REFERENCE_MISSING, "");
}

static void
what_may_be_in_a_layer_that_is_not_read_is_not_missing(void **state)
{
	static const char *const layers[] = {"bcache", "vdo", "drbd", "stratis"};

	(void)state;
	for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
		struct volume list[] = {one_disk.list[0], one_disk.list[1]};
		const struct volumes volumes = {list, 2};
		AUTO(references_freep) struct references *references =
			make_references(&volumes, NULL);

		reference_learn(references, "/dev/sda2", "ext4");
		expect_reference(references, "UUID=" HOME_UUID, "ext4",
			REFERENCE_MISSING, "");
		strcpy(list[1].type, layers[i]);
		expect_reference(references, "UUID=" HOME_UUID, "ext4",
			REFERENCE_OTHER, "");
		expect_reference(references, "/dev/bcache0", "ext4",
			REFERENCE_OTHER, "");
		expect_reference(references, "/dev/mapper/vdo1", "ext4",
			REFERENCE_OTHER, "");
		expect_reference(references, "/dev/sda2", "ext4",
			REFERENCE_MISSING, "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernel_names_of_every_age_mean_the_only_disk),
		cmocka_unit_test(a_partition_that_is_not_there_is_missing),
		cmocka_unit_test(a_partition_of_another_type_is_not_taken),
		cmocka_unit_test(a_log_is_no_file_system),
		cmocka_unit_test(names_by_content_are_stable),
		cmocka_unit_test(links_of_what_the_disks_hold_are_stable),
		cmocka_unit_test(
			links_of_disks_with_several_paths_are_of_disks),
		cmocka_unit_test(names_with_blanks_are_names_by_content),
		cmocka_unit_test(what_is_no_disk_is_left_alone),
		cmocka_unit_test(a_uuid_that_exists_twice_is_not_written),
		cmocka_unit_test(what_may_be_in_a_locked_volume_is_not_missing),
		cmocka_unit_test(
			what_may_be_in_a_layer_that_is_not_read_is_not_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
