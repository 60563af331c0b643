#include "tests/harness.h"

#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/own.h"
#include "convert/assess/disk-name.h"
#include "convert/assess/reference.h"
#include "convert/assess/volume-name.h"
#include "tests/assess/disks.h"

static struct references *
make(const struct volumes *volumes, const json_t *inventory)
{
	struct references *references = references_new(volumes, inventory,
		disk_names,
		volumes == &one_disk || volumes == &locked ? 1 : 2);

	assert_non_null(references);
	return references;
}

static void
expect(struct references *references, const char *spec, const char *type,
	enum reference_state state, const char *stable)
{
	struct reference reference;

	reference_resolve(references, spec, type, &reference);
	if (reference.state != state)
		fail_msg("%s: state %d, not %d", spec, reference.state, state);
	if (stable != NULL)
		assert_string_equal(reference.stable, stable);
}

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
			make(&one_disk, NULL);

		expect(references, names[i], "ext4", REFERENCE_NAMED,
			"UUID=" ROOT_UUID);
	}
}

static void
a_partition_that_is_not_there_is_missing(void **state)
{
	AUTO(references_freep) struct references *references =
		make(&one_disk, NULL);

	(void)state;
	expect(references, "/dev/sda3", "ext4", REFERENCE_MISSING, "");
	expect(references, "/dev/sda", "ext4", REFERENCE_MISSING, "");
	expect(references, "/dev/vg/none", "ext4", REFERENCE_MISSING, "");
	expect(references, "/dev/sda999999999999", "", REFERENCE_MISSING, "");
	expect(references, "UUID=00000000-0000-0000-0000-000000000000", "",
		REFERENCE_MISSING, "");
}

static void
a_partition_of_another_type_is_not_taken(void **state)
{
	AUTO(references_freep) struct references *references =
		make(&one_disk, NULL);

	(void)state;
	expect(references, "/dev/sda1", "swap", REFERENCE_MISSING, "");
	expect(references, "/dev/sda2", "ext4", REFERENCE_MISSING, "");
	expect(references, "/dev/sda5", "auto", REFERENCE_MISSING, "");
	expect(references, "/dev/sda1", "ext3", REFERENCE_NAMED, NULL);
}

static void
names_by_content_are_stable(void **state)
{
	AUTO(references_freep) struct references *references =
		make(&two_disks, NULL);

	(void)state;
	expect(references, "UUID=" ROOT_UUID, "ext4", REFERENCE_STABLE, NULL);
	expect(references, "UUID=\"" ROOT_UUID "\"", "", REFERENCE_STABLE,
		NULL);
	expect(references, "PARTUUID=0BADCAFE-01", "", REFERENCE_STABLE, NULL);
	expect(references, "/dev/disk/by-uuid/" SWAP_UUID, "swap",
		REFERENCE_STABLE, NULL);
	expect(references, "/dev/vg-0/root", "ext4", REFERENCE_STABLE, NULL);
	expect(references, "/dev/mapper/vg--0-root", "ext4", REFERENCE_STABLE,
		"/dev/vg-0/root");
	expect(references, "/dev/mapper/vg-0-root", "ext4", REFERENCE_MISSING,
		NULL);
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
		make(&two_disks, NULL);
	AUTO(references_freep) struct references *hidden =
		make(&locked, NULL);

	(void)state;
	reference_declare(references, "/dev/mapper/home", &two_disks.list[10]);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		expect(references, names[i], "ext4", REFERENCE_STABLE,
			"/dev/vg-0/root");
	expect(references, "/dev/disk/by-id/lvm-pv-uuid-"
		"Oxkd3X-0Kwp-7zTK-6fJY-wVLX-eGYb-n5BmJW", "",
		REFERENCE_STABLE, NULL);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		expect(references, others[i], "ext4", REFERENCE_MISSING, "");
		expect(hidden, others[i], "ext4", REFERENCE_OTHER, "");
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
			make(&one_disk, NULL);

		expect(references, names[i], "ext4", REFERENCE_NAMED,
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
	expect(references, "LABEL=old logs \\ $", "ext4", REFERENCE_STABLE,
		NULL);
	expect(references, "/dev/disk/by-label/old\\x20logs\\x20\\x5c\\x20\\x24",
		"ext4", REFERENCE_STABLE, NULL);
	expect(references, "/dev/disk/by-partlabel/cold\\x20swap", "",
		REFERENCE_STABLE, NULL);
	expect(references, "PARTLABEL=cold", "", REFERENCE_MISSING, NULL);
}

static void
what_is_no_disk_is_left_alone(void **state)
{
	AUTO(references_freep) struct references *references =
		make(&one_disk, NULL);

	(void)state;
	expect(references, "proc", "proc", REFERENCE_OTHER, NULL);
	expect(references, "server:/export", "nfs", REFERENCE_OTHER, NULL);
	expect(references, "/swapfile", "swap", REFERENCE_OTHER, NULL);
	expect(references, "/dev/loop0", "ext4", REFERENCE_OTHER, NULL);
	expect(references, "/dev/fd0", "auto", REFERENCE_REMOVABLE, NULL);
	expect(references, "/dev/hdc", "udf,iso9660", REFERENCE_REMOVABLE,
		NULL);
	expect(references, "", "", REFERENCE_OTHER, NULL);
	expect(references, "/dev/", "", REFERENCE_MISSING, NULL);
}

static void
of_two_disks_the_one_that_fits_all_uses_is_meant(void **state)
{
	AUTO(references_freep) struct references *references =
		make(&two_disks, NULL);

	(void)state;
	reference_learn(references, "/dev/sdb1", "ext4");
	reference_learn(references, "/dev/sdb2", "swap");
	reference_learn(references, "/dev/sda1", "xfs");
	expect(references, "/dev/sdb1", "ext4", REFERENCE_NAMED,
		"UUID=" ROOT_UUID);
	expect(references, "/dev/sda2", "", REFERENCE_NAMED,
		"UUID=" HOME_UUID);
}

static void
two_fitting_disks_are_ambiguous(void **state)
{
	AUTO(references_freep) struct references *references =
		make(&clones, NULL);

	(void)state;
	reference_learn(references, "/dev/sda1", "ext4");
	expect(references, "/dev/sda1", "ext4", REFERENCE_AMBIGUOUS, "");
}

static void
a_disk_that_is_sure_is_not_meant_by_another_name(void **state)
{
	AUTO(references_freep) struct references *references =
		make(&clones, NULL);

	(void)state;
	reference_learn(references, "/dev/sda1", "ext4");
	reference_learn(references, "/dev/sdb1", "ext4");
	reference_learn(references, "/dev/sdb2", "swap");
	expect(references, "/dev/sdb2", "swap", REFERENCE_NAMED,
		"UUID=" SWAP_UUID);
	expect(references, "/dev/sda1", "ext4", REFERENCE_NAMED, NULL);
}

static void
a_disk_left_behind_is_not_confused_with_the_root_disk(void **state)
{
	AUTO(references_freep) struct references *references =
		make(&one_disk, NULL);

	(void)state;
	reference_learn(references, "/dev/sda1", "ext4");
	reference_pin(references, "/dev/sda1", &one_disk.list[1]);
	reference_learn(references, "/dev/sdb1", "ext4");
	expect(references, "/dev/sda1", "ext4", REFERENCE_NAMED, NULL);
	expect(references, "/dev/sdb1", "ext4", REFERENCE_MISSING, "");
	expect(references, "/dev/hda1", "ext4", REFERENCE_NAMED, NULL);
}

static void
two_names_for_one_disk_are_not_decided(void **state)
{
	AUTO(references_freep) struct references *references =
		make(&one_disk, NULL);

	(void)state;
	reference_learn(references, "/dev/sda1", "ext4");
	reference_learn(references, "/dev/sdb1", "ext4");
	expect(references, "/dev/sda1", "ext4", REFERENCE_AMBIGUOUS, "");
	expect(references, "/dev/sdb1", "ext4", REFERENCE_AMBIGUOUS, "");
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
		make(&clones, inventory);

	(void)state;
	expect(references, "/dev/disk/by-id/ata-B-part2", "swap",
		REFERENCE_NAMED, "UUID=" SWAP_UUID);
	expect(references, "/dev/disk/by-id/ata-A-part2", "swap",
		REFERENCE_MISSING, "");
	expect(references, "/dev/disk/by-id/ata-C-part1", "ext4",
		REFERENCE_MISSING, "");
}

static void
a_uuid_that_exists_twice_is_not_written(void **state)
{
	AUTO(references_freep) struct references *references =
		make(&clones, NULL);

	(void)state;
	reference_pin(references, "/dev/sda1", &clones.list[1]);
	expect(references, "/dev/sda1", "ext4", REFERENCE_NAMED,
		"PARTUUID=0badcafe-01");
}

static void
a_name_that_the_guest_makes_is_known(void **state)
{
	AUTO(references_freep) struct references *references =
		make(&one_disk, NULL);

	(void)state;
	reference_declare(references, "/dev/mapper/secret", NULL);
	expect(references, "/dev/mapper/secret", "ext4", REFERENCE_OTHER, NULL);
	expect(references, "/dev/mapper/other", "ext4", REFERENCE_MISSING,
		NULL);
}

static void
a_name_of_what_is_not_here_is_lost(void **state)
{
	AUTO(references_freep) struct references *references =
		make(&locked, NULL);

	(void)state;
	reference_declare(references, "/dev/mapper/data", NULL);
	reference_lose(references, "/dev/mapper/data");
	expect(references, "/dev/mapper/data", "ext4", REFERENCE_MISSING, "");
	expect(references, "/dev/mapper/other", "ext4", REFERENCE_OTHER, "");
	reference_declare(references, "/dev/mapper/data", &locked.list[1]);
	reference_lose(references, "/dev/mapper/data");
	expect(references, "/dev/mapper/data", "ext4", REFERENCE_STABLE, NULL);
}

static void
what_may_be_in_a_locked_volume_is_not_missing(void **state)
{
	AUTO(references_freep) struct references *references =
		make(&locked, NULL);

	(void)state;
	expect(references, "UUID=" HOME_UUID, "ext4", REFERENCE_OTHER, "");
	expect(references, "/dev/vg/home", "ext4", REFERENCE_OTHER, "");
	expect(references, "/dev/mapper/vg-home", "ext4", REFERENCE_OTHER, "");
	expect(references, "/dev/sda2", "ext4", REFERENCE_MISSING, "");
	expect(references, "/dev/disk/by-id/ata-x-part9", "ext4",
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
			make(&volumes, NULL);

		reference_learn(references, "/dev/sda2", "ext4");
		expect(references, "UUID=" HOME_UUID, "ext4",
			REFERENCE_MISSING, "");
		strcpy(list[1].type, layers[i]);
		expect(references, "UUID=" HOME_UUID, "ext4", REFERENCE_OTHER,
			"");
		expect(references, "/dev/bcache0", "ext4", REFERENCE_OTHER, "");
		expect(references, "/dev/mapper/vdo1", "ext4", REFERENCE_OTHER,
			"");
		expect(references, "/dev/sda2", "ext4", REFERENCE_MISSING, "");
	}
}

static void
two_names_for_one_disk_are_ambiguous_in_any_order(void **state)
{
	AUTO(references_freep) struct references *references =
		make(&one_disk, NULL);

	(void)state;
	reference_notice(references, "/dev/sdb1");
	expect(references, "/dev/sda1", "ext4", REFERENCE_AMBIGUOUS, "");
	expect(references, "/dev/sdb1", "ext4", REFERENCE_AMBIGUOUS, "");
	expect(references, "/dev/hda1", "ext4", REFERENCE_NAMED, NULL);
}

static void
a_name_of_the_guest_s_own_means_what_was_opened(void **state)
{
	AUTO(references_freep) struct references *references =
		make(&two_disks, NULL);

	(void)state;
	reference_declare(references, "/dev/mapper/home", &two_disks.list[1]);
	expect(references, "/dev/mapper/home", "ext4", REFERENCE_STABLE,
		"UUID=" ROOT_UUID);
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
	expect(references, "/dev/sda2", "swap", REFERENCE_NAMED,
		"UUID=5a5a-000a");
	expect(references, "/dev/sdb2", "swap", REFERENCE_NAMED,
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
		expect(references, "/dev/sdb", "btrfs", expected, NULL);
		expect(references, "/dev/sdc", "btrfs", expected, NULL);
		strcpy(list[1].uuid, "c"); /* of two, nothing is known */
	}
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
		expect(references, "/dev/sda1", "xfs_external_log",
			table[i].fits ? REFERENCE_NAMED : REFERENCE_MISSING,
			NULL);
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
	expect(references, "/dev/hdc2", "swap", REFERENCE_NAMED,
		"UUID=5a5a-000a");
	expect(references, "/dev/hda2", "swap", REFERENCE_NAMED,
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
	expect(unseen, "/dev/sda3", "ext4", REFERENCE_AMBIGUOUS, "");
	expect(unseen, "/dev/sdb3", "ext4", REFERENCE_AMBIGUOUS, "");

	reference_learn(seen, "/dev/sdc3", "ext4");
	reference_learn(seen, "/dev/sdb3", "ext4");
	reference_learn(seen, "/dev/sda1", "xfs");
	expect(seen, "/dev/sdb3", "ext4", REFERENCE_NAMED, "UUID=da7a-000b");
	expect(seen, "/dev/sdc3", "ext4", REFERENCE_NAMED, "UUID=da7a-000c");

	reference_learn(shifted, "/dev/sdc3", "ext4");
	reference_learn(shifted, "/dev/sdb3", "ext4");
	reference_learn(shifted, "/dev/sda1", "xfs");
	expect(shifted, "/dev/sdb3", "ext4", REFERENCE_NAMED,
		"UUID=da7a-000b");
	expect(shifted, "/dev/sdc3", "ext4", REFERENCE_NAMED,
		"UUID=da7a-000c");

	reference_learn(against, "/dev/sda3", "ext4");
	reference_learn(against, "/dev/sdb3", "ext4");
	reference_learn(against, "/dev/sdc1", "xfs");
	expect(against, "/dev/sda3", "ext4", REFERENCE_AMBIGUOUS, "");
	expect(against, "/dev/sdb3", "ext4", REFERENCE_AMBIGUOUS, "");
}

static void
names_of_a_firmwares_array_mean_its_disk(void **state)
{
	static const char *const names[] = {"/dev/mapper/isw_bcfhgaaj_Volume0",
		"/dev/mapper/ddf1_4c5349202020_Volume0", "/dev/md126",
		"/dev/md/Volume0_0", "/dev/md_d126"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		AUTO(references_freep) struct references *with =
			make(&half_mirror, NULL);
		AUTO(references_freep) struct references *without =
			make(&two_disks, NULL);
		char name[64];

		snprintf(name, sizeof name, "%sp1", names[i]);
		expect(with, name, "ext4", REFERENCE_NAMED, "UUID=" ROOT_UUID);
		expect(with, name, "xfs", REFERENCE_MISSING, "");
		expect(without, name, "ext4", REFERENCE_MISSING, "");
		snprintf(name, sizeof name, "%sp2", names[i]);
		expect(with, name, "swap", REFERENCE_NAMED, "UUID=" SWAP_UUID);
		snprintf(name, sizeof name, "%sp3", names[i]);
		expect(with, name, "", REFERENCE_MISSING, "");
	}
}

static void
names_of_dmraid_may_end_with_a_letter(void **state)
{
	static const struct {
		const char *spec, *disk;
		unsigned partition;
	} table[] = {
		{"/dev/mapper/nvidia_bfcciffhp1", "/dev/mapper/nvidia_bfcciffh",
			1},
		{"/dev/mapper/pdc_bcdbhdjf12", "/dev/mapper/pdc_bcdbhdjf", 12},
		{"/dev/mapper/sil_aiahbgcdbjdf", "/dev/mapper/sil_aiahbgcdbjdf",
			0},
		{"/dev/mapper/isw_abc_Systemp1", "/dev/mapper/isw_abc_System",
			1},
		{"/dev/mapper/isw_abc_System1", "/dev/mapper/isw_abc_System1",
			0},
		{"/dev/mapper/asr_Data0p2", "/dev/mapper/asr_Data0", 2},
		{"/dev/mapper/ddf1_4c5349p123456",
			"/dev/mapper/ddf1_4c5349p123456", 0},
		{"/dev/mapper/via_p1", "/dev/mapper/via_p", 1},
		{"/dev/mapper/via_1", "/dev/mapper/via_1", 0},
		{"/dev/md126p1", "/dev/md126", 1},
		{"/dev/md/backup1", "/dev/md/backup1", 0},
	};
	char disk[DISK_NAME_BYTES];
	unsigned partition;

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		assert_true(disk_name_parse_array(table[i].spec, disk,
			&partition));
		assert_string_equal(disk, table[i].disk);
		assert_int_equal(partition, table[i].partition);
	}
	assert_false(disk_name_parse_array("/dev/mapper/pdc_", disk,
		&partition));
	assert_false(disk_name_parse_array("/dev/mapper/vg-root1", disk,
		&partition));
}

static void
old_names_of_dmraid_lack_the_separator(void **state)
{
	AUTO(references_freep) struct references *first =
		make(&half_mirror, NULL);
	AUTO(references_freep) struct references *second =
		make(&half_mirror, NULL);

	(void)state;
	expect(first, "/dev/mapper/isw_bcfhgaaj_Volume01", "ext4",
		REFERENCE_NAMED, "UUID=" ROOT_UUID);
	expect(second, "/dev/mapper/isw_bcfhgaaj_Volume1", "ext4",
		REFERENCE_MISSING, "");
}

/* The array on the other disks was not captured. */
static void
two_arrays_are_not_one_disk(void **state)
{
	AUTO(references_freep) struct references *references =
		make(&half_mirror, NULL);
	static const char root[] = "/dev/mapper/isw_bcfhgaaj_Root0p1",
		data[] = "/dev/mapper/isw_bcfhgaaj_Data0p1";

	(void)state;
	reference_learn(references, root, "ext4");
	reference_learn(references, data, "ext4");
	expect(references, root, "ext4", REFERENCE_AMBIGUOUS, "");
	expect(references, data, "ext4", REFERENCE_AMBIGUOUS, "");
	reference_pin(references, root, &half_mirror.list[1]);
	expect(references, root, "ext4", REFERENCE_NAMED, "UUID=" ROOT_UUID);
	expect(references, data, "ext4", REFERENCE_MISSING, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(halves_of_a_mirror_and_swap_may_change_places),
		cmocka_unit_test(members_of_one_btrfs_may_change_places),
		cmocka_unit_test(a_log_is_no_file_system),
		cmocka_unit_test(swap_of_another_controller_is_found_too),
		cmocka_unit_test(data_goes_by_order_only_where_that_is_seen),
		cmocka_unit_test(
			two_names_for_one_disk_are_ambiguous_in_any_order),
		cmocka_unit_test(a_name_of_what_is_not_here_is_lost),
		cmocka_unit_test(what_may_be_in_a_locked_volume_is_not_missing),
		cmocka_unit_test(
			what_may_be_in_a_layer_that_is_not_read_is_not_missing),
		cmocka_unit_test(a_name_of_the_guest_s_own_means_what_was_opened),
		cmocka_unit_test(kernel_names_of_every_age_mean_the_only_disk),
		cmocka_unit_test(a_partition_that_is_not_there_is_missing),
		cmocka_unit_test(a_partition_of_another_type_is_not_taken),
		cmocka_unit_test(names_by_content_are_stable),
		cmocka_unit_test(links_of_what_the_disks_hold_are_stable),
		cmocka_unit_test(
			links_of_disks_with_several_paths_are_of_disks),
		cmocka_unit_test(names_with_blanks_are_names_by_content),
		cmocka_unit_test(what_is_no_disk_is_left_alone),
		cmocka_unit_test(
			of_two_disks_the_one_that_fits_all_uses_is_meant),
		cmocka_unit_test(two_fitting_disks_are_ambiguous),
		cmocka_unit_test(
			a_disk_that_is_sure_is_not_meant_by_another_name),
		cmocka_unit_test(
			a_disk_left_behind_is_not_confused_with_the_root_disk),
		cmocka_unit_test(two_names_for_one_disk_are_not_decided),
		cmocka_unit_test(links_of_the_inventory_decide),
		cmocka_unit_test(a_uuid_that_exists_twice_is_not_written),
		cmocka_unit_test(a_name_that_the_guest_makes_is_known),
		cmocka_unit_test(names_of_a_firmwares_array_mean_its_disk),
		cmocka_unit_test(names_of_dmraid_may_end_with_a_letter),
		cmocka_unit_test(old_names_of_dmraid_lack_the_separator),
		cmocka_unit_test(two_arrays_are_not_one_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
