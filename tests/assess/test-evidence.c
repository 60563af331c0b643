/* What a guest's configuration says about its names. */
#include "tests/harness.h"

#include <string.h>

#include "common/own.h"
#include "convert/assess/evidence.h"
#include "convert/assess/fstab.h"
#include "convert/assess/reference.h"
#include "convert/assess/volume.h"
#include "tests/assess/disks.h"
#include "tests/assess/referring.h"

#define ARRAY(dev, u, au, name)                                                \
	{.kind = VOLUME_ARRAY, .disk = VOLUME_NO_DISK, .device = dev,          \
		.type = "ext4", .uuid = u, .array_uuid = au,                   \
		.array_name = name}

/* As the appliance numbers them: in the order in which it found them. */
static struct volume list[] = {
	ARRAY("/dev/md127", ROOT_UUID, MEMBER_MDADM, "host:home"),
	ARRAY("/dev/md126", HOME_UUID, "0:0:0:1", "host:7"),
	{.kind = VOLUME_PARTITION, .disk = VOLUME_NO_DISK, .partition = 2,
		.device = "/dev/md126p2", .type = "ext4", .uuid = XFS_UUID},
};
static const struct volumes arrays = {list, 3};
static const struct volumes one_array = {list, 1};

/* Of metadata without names, as RHEL 4 makes it. */
static struct volume numbered_list[] = {
	{.kind = VOLUME_ARRAY, .disk = VOLUME_NO_DISK, .device = "/dev/md127",
		.type = "ext4", .uuid = ROOT_UUID, .array_uuid = "1:1:1:1",
		.array_minor = "1"},
	{.kind = VOLUME_ARRAY, .disk = VOLUME_NO_DISK, .device = "/dev/md126",
		.type = "ext4", .uuid = HOME_UUID, .array_uuid = "0:0:0:1",
		.array_minor = "0"},
};
static const struct volumes numbered = {numbered_list, 2};

static struct references *
make(const struct volumes *volumes, const json_t *inventory)
{
	struct references *references = references_new(volumes, inventory,
		disk_names, volumes == &two_disks ? 2 : 1);

	assert_non_null(references);
	return references;
}

static void
expect(struct references *references, const char *spec,
	enum reference_state state, const char *stable)
{
	expect_reference(references, spec, "ext4", state, stable);
}

static void
arrays_have_the_names_of_mdadm_conf(void **state)
{
	AUTO(references_freep) struct references *references =
		make(&arrays, NULL);

	(void)state;
	evidence_of_mdadm(references,
		"DEVICE partitions\n# ARRAY /dev/md3 UUID=" MEMBER_MDADM "\n"
		"ARRAY /dev/md0 level=raid1 num-devices=2\n"
		"   UUID=" MEMBER_MDADM "\narray data uuid=0:0:0:1\n"
		"ARRAY <ignore> UUID=0:0:0:2\nARRAY UUID=0:0:0:1\n");
	expect(references, "/dev/md0", REFERENCE_STABLE, "UUID=" ROOT_UUID);
	expect(references, "/dev/md/data", REFERENCE_STABLE,
		"UUID=" HOME_UUID);
	expect(references, "/dev/md3", REFERENCE_AMBIGUOUS, "");
}

static void
arrays_have_the_names_in_their_metadata(void **state)
{
	AUTO(references_freep) struct references *references =
		make(&arrays, NULL);

	(void)state;
	expect(references, "/dev/md/home", REFERENCE_STABLE,
		"UUID=" ROOT_UUID);
	expect(references, "/dev/md7", REFERENCE_STABLE, "UUID=" HOME_UUID);
	expect(references, "/dev/md/7", REFERENCE_STABLE, "UUID=" HOME_UUID);
}

static void
arrays_without_a_name_have_a_number(void **state)
{
	AUTO(references_freep) struct references *references =
		make(&numbered, NULL);

	(void)state;
	evidence_of_mdadm(references,
		"DEVICE partitions\nARRAY /dev/md5 super-minor=1\n"
		"ARRAY /dev/md6 super-minor=10\n");
	expect(references, "/dev/md5", REFERENCE_STABLE, "UUID=" ROOT_UUID);
	expect(references, "/dev/md0", REFERENCE_STABLE, "UUID=" HOME_UUID);
	expect(references, "/dev/md/1", REFERENCE_STABLE, "UUID=" ROOT_UUID);
	expect(references, "/dev/md6", REFERENCE_AMBIGUOUS, "");
}

/* No controller counts arrays; a name that is not here is another matter. */
static void
a_number_that_may_mean_several_arrays_is_not_lost(void **state)
{
	static const struct {
		const char *spec;
		bool is_lost;
	} table[] = {
		{"/dev/md0", false},
		{"/dev/md/1", false},
		{"/dev/md_d2", false},
		{"/dev/md/data", true},
		{"/dev/md0p1", true},
	};
	AUTO(references_freep) struct references *references =
		make(&arrays, NULL);

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct reference reference;

		reference_resolve(references, table[i].spec, "ext4",
			&reference);
		assert_null(reference.volume);
		if (reference_is_lost(&reference) != table[i].is_lost)
			fail_msg("%s", table[i].spec);
	}
}

static void
links_of_arrays_last(void **state)
{
	AUTO(references_freep) struct references *references =
		make(&arrays, NULL);

	(void)state;
	expect(references, "/dev/disk/by-id/md-uuid-" MEMBER_MDADM,
		REFERENCE_STABLE, "UUID=" ROOT_UUID);
	expect(references, "/dev/disk/by-id/md-name-host:home",
		REFERENCE_STABLE, "UUID=" ROOT_UUID);
	expect(references, "/dev/disk/by-id/md-name-host:7-part2",
		REFERENCE_STABLE, "UUID=" XFS_UUID);
	expect(references, "/dev/disk/by-id/md-name-home", REFERENCE_MISSING,
		"");
	expect(references, "/dev/disk/by-id/md-name-host:7-part1",
		REFERENCE_MISSING, "");
	expect(references, "/dev/disk/by-id/md-uuid-" MEMBER_MDADM "0",
		REFERENCE_MISSING, "");
}

static void
a_number_by_order_means_the_only_array(void **state)
{
	AUTO(references_freep) struct references *one = make(&one_array, NULL);
	AUTO(references_freep) struct references *two = make(&arrays, NULL);

	(void)state;
	expect(one, "/dev/md127", REFERENCE_NAMED, "UUID=" ROOT_UUID);
	expect(one, "/dev/md0", REFERENCE_NAMED, "UUID=" ROOT_UUID);
	expect(one, "/dev/md0p1", REFERENCE_MISSING, "");
	/* The appliance's own number proves nothing. */
	expect(two, "/dev/md127", REFERENCE_AMBIGUOUS, "");
}

static json_t *
inventory(void)
{
	json_t *json = json_pack("{s[{ss s[s]} {ss ss ss}]}", "disks", "name",
		"old", "links",
		"/dev/disk/by-id/scsi-3600508b1001030363845313830300900",
		"name", "data", "serial", "5QM 0XYZ", "wwn",
		"0x5000c5000a1b2c3d");

	assert_non_null(json);
	return json;
}

static void
what_is_in_a_volume_left_behind_is_lost(void **state)
{
	static const char crypttab[] =
		"root UUID=" LUKS_UUID " none luks\n"
		"data UUID=" HOME_UUID " /root/key luks\n"
		"new /dev/sda1 /dev/urandom swap\n"
		"gone /dev/sdb1 /dev/urandom swap\n"
		"may UUID=" HOME_UUID " /root/key luks,nofail\n"
		"san UUID=" HOME_UUID " /root/key luks,_netdev\n";
	AUTO(references_freep) struct references *references =
		make(&opened, NULL);
	AUTO(references_freep) struct references *unsure = make(&opened, NULL);

	(void)state;
	reference_pin(references, "/dev/sda1", &opened.list[1]);
	evidence_of_crypttab(references, crypttab, &opened);
	expect(references, "/dev/mapper/root", REFERENCE_STABLE,
		"UUID=" ROOT_UUID);
	expect(references, "/dev/mapper/data", REFERENCE_MISSING, "");
	expect(references, "/dev/mapper/new", REFERENCE_OTHER, "");
	expect(references, "/dev/mapper/gone", REFERENCE_MISSING, "");
	expect(references, "/dev/mapper/may", REFERENCE_MISSING, "");
	expect(references, "/dev/mapper/san", REFERENCE_OTHER, "");

	evidence_of_crypttab(unsure, "data UUID=" HOME_UUID "\n", &opened);
	expect(unsure, "/dev/mapper/data", REFERENCE_OTHER, "");
}

static void
a_wwid_is_a_disk(void **state)
{
	json_t *json = inventory();
	AUTO(references_freep) struct references *references =
		make(&two_disks, json);

	(void)state;
	evidence_of_bindings(references, "# Multipath bindings\n"
		"mpathb 3600508b1001030363845313830300900\n"
		"mpathc 3600508b1001030363845313830300999\nmpathd\n");
	expect(references, "/dev/mapper/mpathb-part1", REFERENCE_NAMED,
		"UUID=" ROOT_UUID);
	expect(references, "/dev/mapper/3600508b1001030363845313830300900p1",
		REFERENCE_NAMED, "UUID=" ROOT_UUID);
	json_decref(json);
}

static void
a_disk_has_the_name_that_multipath_conf_chooses(void **state)
{
	static const char *const named[] = {"/dev/mapper/oradata1",
		"/dev/mapper/oradatap1", "/dev/mapper/oradata-part1",
		"/dev/mapper/oradata_part1", "/dev/mapper/lun7p1",
		"/dev/disk/by-id/dm-name-oradata1"};
	static const char *const lost[] = {"/dev/mapper/oradata9",
		"/dev/mapper/oradata1x", "/dev/mapper/lun71",
		"/dev/mapper/oradat1", "/dev/mapper/gone1",
		"/dev/mapper/none1", "/dev/mapper/other1"};
	json_t *json = inventory();
	AUTO(references_freep) struct references *references =
		make(&two_disks, json);

	(void)state;
	evidence_of_multipath(references,
		"# multipath { wwid 3600508b1001030363845313830300900 alias none }\n"
		"defaults {\n\tpath_selector \"round-robin 0\"\n}\n"
		"blacklist { wwid 3600508b1001030363845313830300900\n alias none }\n"
		"multipaths {\n\tmultipath {\n"
		"\t\twwid\t\"3600508b1001030363845313830300900\" # a\n"
		"\t\talias\toradata\n\t}\n"
		"\tmultipath{\nalias lun7\nno_path_retry fail\n"
		"wwid 3600508b1001030363845313830300900\n}\n"
		"\tmultipath { wwid 3600508b1001030363845313830300999 alias gone }\n"
		"\tmultipath { wwid }\n multipath { alias other\n}\n}\n");
	for (size_t i = 0; i < sizeof named / sizeof *named; i++)
		expect(references, named[i], REFERENCE_NAMED,
			"UUID=" ROOT_UUID);
	for (size_t i = 0; i < sizeof lost / sizeof *lost; i++)
		expect(references, lost[i], REFERENCE_MISSING, "");
	assert_true(reference_is_of_disk(references, "/dev/mapper/oradata"));
	assert_false(reference_is_of_disk(references, "/dev/mapper/gone"));
	json_decref(json);
}

static void
of_two_names_the_longer_one_is_meant(void **state)
{
	json_t *json = json_pack("{s[{ss s[s]} {ss s[s]}]}", "disks",
		"name", "old", "links", "/dev/disk/by-id/scsi-3600a",
		"name", "data", "links", "/dev/disk/by-id/scsi-3600b");
	AUTO(references_freep) struct references *references =
		make(&two_disks, json);

	(void)state;
	assert_non_null(json);
	evidence_of_multipath(references,
		"multipath { wwid 3600a alias data }\n"
		"multipath { wwid 3600b alias datap }\n"
		"multipath { wwid 3600b alias data12 }\n");
	expect(references, "/dev/mapper/data1", REFERENCE_NAMED,
		"UUID=" ROOT_UUID);
	expect(references, "/dev/mapper/datap2", REFERENCE_NAMED,
		"UUID=" HOME_UUID);
	expect(references, "/dev/mapper/data12p2", REFERENCE_NAMED,
		"UUID=" HOME_UUID);
	json_decref(json);
}

static void
links_of_old_systems_hold_the_serial_number(void **state)
{
	json_t *json = inventory();
	AUTO(references_freep) struct references *references =
		make(&two_disks, json);

	(void)state;
	expect(references, "/dev/disk/by-id/scsi-SATA_ST350_5QM_0XYZ-part2",
		REFERENCE_NAMED, "UUID=" HOME_UUID);
	expect(references, "/dev/disk/by-id/scsi-35000c5000a1b2c3d-part2",
		REFERENCE_NAMED, "UUID=" HOME_UUID);
	expect(references, "/dev/disk/by-id/wwn-0x5000c5000a1b2c3d-part2",
		REFERENCE_NAMED, "UUID=" HOME_UUID);
	/* a longer one is another disk's: no disk is sure */
	expect(references, "/dev/disk/by-id/ata-ST350_X5QM_0XYZ-part1",
		REFERENCE_AMBIGUOUS, "");
	json_decref(json);
}

static void
a_log_or_journal_is_told_from_a_file_system(void **state)
{
	static const struct {
		const char *fstab, *type;
	} table[] = {
		{"LABEL=d /d xfs logdev=/dev/sdx1 0 0\n", "xfs_external_log"},
		{"LABEL=d /d ext4 rw,journal_path=/dev/sdx1\n", "jbd"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct volume disks[] = {two_disks.list[0], two_disks.list[1],
			two_disks.list[7], two_disks.list[8]};
		const struct volumes volumes = {disks, 4};
		AUTO(references_freep) struct references *references =
			references_new(&volumes, NULL, disk_names, 2);
		struct reference log;

		assert_non_null(references);
		strcpy(disks[3].type, table[i].type);
		evidence_of_fstab(references, table[i].fstab, NULL, NULL);
		reference_resolve(references, "/dev/sdx1", table[i].type,
			&log);
		assert_string_equal(log.stable, "UUID=" XFS_UUID);
	}
}

/* As Gentoo's handbook had it: /boot is there when a kernel is installed. */
static void
what_starts_the_machine_counts_though_it_is_not_mounted(void **state)
{
	static const struct {
		const char *text;
		bool is_noauto, is_boot;
	} cases[] = {
		{"/dev/sda1 /boot ext2 noauto,noatime 1 2\n", true, true},
		{"UUID=AB /boot/efi vfat umask=0077,noauto 0 1\n", true, true},
		{"UUID=AB /efi vfat noauto,x-systemd.automount\n", true, true},
		{"/dev/sda1 /boot ext4 defaults 0 2\n", false, true},
		{"/dev/sdb1 /backup ext4 noauto 0 2\n", true, false},
		{"/dev/sdb1 /boot.old ext4 noauto 0 2\n", true, false},
		{"/dev/sdb1 /data ext4 noautomount\n", false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fstab_place place = {0, 0};
		struct fstab_line line;

		assert_true(fstab_next(cases[i].text, &place, &line));
		assert_int_equal(fstab_is_noauto(&line), cases[i].is_noauto);
		assert_int_equal(fstab_is_boot(&line), cases[i].is_boot);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arrays_have_the_names_of_mdadm_conf),
		cmocka_unit_test(arrays_have_the_names_in_their_metadata),
		cmocka_unit_test(arrays_without_a_name_have_a_number),
		cmocka_unit_test(
			a_number_that_may_mean_several_arrays_is_not_lost),
		cmocka_unit_test(links_of_arrays_last),
		cmocka_unit_test(a_number_by_order_means_the_only_array),
		cmocka_unit_test(what_is_in_a_volume_left_behind_is_lost),
		cmocka_unit_test(a_wwid_is_a_disk),
		cmocka_unit_test(
			a_disk_has_the_name_that_multipath_conf_chooses),
		cmocka_unit_test(of_two_names_the_longer_one_is_meant),
		cmocka_unit_test(links_of_old_systems_hold_the_serial_number),
		cmocka_unit_test(a_log_or_journal_is_told_from_a_file_system),
		cmocka_unit_test(
			what_starts_the_machine_counts_though_it_is_not_mounted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
