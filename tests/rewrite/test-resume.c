#include "tests/harness.h"

#include "common/own.h"
#include "convert/assess/reference.h"
#include "convert/rewrite/rewriters.h"
#include "tests/assess/disks.h"
#include "tests/rewrite/rewriting.h"

static void
a_device_name_becomes_a_uuid(void **state)
{
	static const struct rewriting table[] = {
		{"RESUME=/dev/sda2\n", "RESUME=UUID=" SWAP_UUID "\n",
			"linux.resume.device-name"},
		{"#\nRESUME=\"/dev/hda2\"", "#\nRESUME=UUID=" SWAP_UUID,
			"linux.resume.device-name"},
	};

	(void)state;
	CHECK_ALL(resume_rewrite, table);
}

static void
a_device_that_is_gone_is_not_waited_for(void **state)
{
	static const struct rewriting table[] = {
		{"RESUME=/dev/sdb7\n", "RESUME=none\n",
			"storage.reference-unresolved"},
		{"RESUME=/dev/sda1\n", "RESUME=none\n",
			"storage.reference-unresolved"},
	};

	(void)state;
	CHECK_ALL(resume_rewrite, table);
}

static void
a_number_of_an_array_stays(void **state)
{
	static const struct rewriting array = {"RESUME=/dev/md2\n", NULL,
		"storage.reference-unresolved"};
	AUTO(references_freep) struct references *references =
		references_new(&nameless, NULL, disk_names, 0);

	(void)state;
	assert_non_null(references);
	check_rewriting_by(references, resume_rewrite, &array);
}

static void
other_values_and_settings_stay(void **state)
{
	static const struct rewriting table[] = {
		{"RESUME=none\n", NULL, NULL},
		{"RESUME=auto\n", NULL, NULL},
		{"RESUME=\n", NULL, NULL},
		{"RESUME=UUID=" SWAP_UUID "\n", NULL, NULL},
		{"# RESUME=/dev/sda2\n", NULL, NULL},
		{"NORESUME=/dev/sda2\n", NULL, NULL},
		{"MODULES=dep\n", NULL, NULL},
	};

	(void)state;
	CHECK_ALL(resume_rewrite, table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_name_becomes_a_uuid),
		cmocka_unit_test(a_device_that_is_gone_is_not_waited_for),
		cmocka_unit_test(a_number_of_an_array_stays),
		cmocka_unit_test(other_values_and_settings_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
