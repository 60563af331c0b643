/* Names that a guest makes itself, and those of a firmware's arrays. */
#include "tests/harness.h"

#include <stdio.h>

#include "common/own.h"
#include "convert/assess/disk-name.h"
#include "convert/assess/reference.h"
#include "tests/assess/disks.h"
#include "tests/assess/referring.h"

static void
a_name_that_the_guest_makes_is_known(void **state)
{
	AUTO(references_freep) struct references *references =
		make_references(&one_disk, NULL);

	(void)state;
	reference_declare(references, "/dev/mapper/secret", NULL);
	expect_reference(references, "/dev/mapper/secret", "ext4",
		REFERENCE_OTHER, NULL);
	expect_reference(references, "/dev/mapper/other", "ext4",
		REFERENCE_MISSING, NULL);
}

static void
a_name_of_what_is_not_here_is_lost(void **state)
{
	AUTO(references_freep) struct references *references =
		make_references(&locked, NULL);

	(void)state;
	reference_declare(references, "/dev/mapper/data", NULL);
	reference_lose(references, "/dev/mapper/data");
	expect_reference(references, "/dev/mapper/data", "ext4",
		REFERENCE_MISSING, "");
	expect_reference(references, "/dev/mapper/other", "ext4",
		REFERENCE_OTHER, "");
	reference_declare(references, "/dev/mapper/data", &locked.list[1]);
	reference_lose(references, "/dev/mapper/data");
	expect_reference(references, "/dev/mapper/data", "ext4",
		REFERENCE_STABLE, NULL);
}

static void
a_name_of_the_guest_s_own_means_what_was_opened(void **state)
{
	AUTO(references_freep) struct references *references =
		make_references(&two_disks, NULL);

	(void)state;
	reference_declare(references, "/dev/mapper/home", &two_disks.list[1]);
	expect_reference(references, "/dev/mapper/home", "ext4",
		REFERENCE_STABLE, "UUID=" ROOT_UUID);
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
			make_references(&half_mirror, NULL);
		AUTO(references_freep) struct references *without =
			make_references(&two_disks, NULL);
		char name[64];

		snprintf(name, sizeof name, "%sp1", names[i]);
		expect_reference(with, name, "ext4", REFERENCE_NAMED,
			"UUID=" ROOT_UUID);
		expect_reference(with, name, "xfs", REFERENCE_MISSING, "");
		expect_reference(without, name, "ext4", REFERENCE_MISSING, "");
		snprintf(name, sizeof name, "%sp2", names[i]);
		expect_reference(with, name, "swap", REFERENCE_NAMED,
			"UUID=" SWAP_UUID);
		snprintf(name, sizeof name, "%sp3", names[i]);
		expect_reference(with, name, "", REFERENCE_MISSING, "");
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
		make_references(&half_mirror, NULL);
	AUTO(references_freep) struct references *second =
		make_references(&half_mirror, NULL);

	(void)state;
	expect_reference(first, "/dev/mapper/isw_bcfhgaaj_Volume01", "ext4",
		REFERENCE_NAMED, "UUID=" ROOT_UUID);
	expect_reference(second, "/dev/mapper/isw_bcfhgaaj_Volume1", "ext4",
		REFERENCE_MISSING, "");
}

/* The array on the other disks was not captured. */
static void
two_arrays_are_not_one_disk(void **state)
{
	AUTO(references_freep) struct references *references =
		make_references(&half_mirror, NULL);
	static const char root[] = "/dev/mapper/isw_bcfhgaaj_Root0p1",
		data[] = "/dev/mapper/isw_bcfhgaaj_Data0p1";

	(void)state;
	reference_learn(references, root, "ext4");
	reference_learn(references, data, "ext4");
	expect_reference(references, root, "ext4", REFERENCE_AMBIGUOUS, "");
	expect_reference(references, data, "ext4", REFERENCE_AMBIGUOUS, "");
	reference_pin(references, root, &half_mirror.list[1]);
	expect_reference(references, root, "ext4", REFERENCE_NAMED,
		"UUID=" ROOT_UUID);
	expect_reference(references, data, "ext4", REFERENCE_MISSING, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_that_the_guest_makes_is_known),
		cmocka_unit_test(a_name_of_what_is_not_here_is_lost),
		cmocka_unit_test(
			a_name_of_the_guest_s_own_means_what_was_opened),
		cmocka_unit_test(names_of_a_firmwares_array_mean_its_disk),
		cmocka_unit_test(names_of_dmraid_may_end_with_a_letter),
		cmocka_unit_test(old_names_of_dmraid_lack_the_separator),
		cmocka_unit_test(two_arrays_are_not_one_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
