#include "tests/harness.h"

#include "convert/rewrite/lvm-filter.h"
#include "convert/rewrite/rewriters.h"
#include "tests/assess/disks.h"
#include "tests/rewrite/rewriting.h"

#define HIDES "storage.lvm-filter"
#define NEW "\"a|^/dev/[hsv]d[a-z]+[0-9]*$|\""

static void
a_filter_that_hides_the_new_disks_is_widened(void **state)
{
	static const struct rewriting table[] = {
		{"devices {\n\tfilter = [ \"a|/dev/cciss/|\", \"r|.*|\" ]\n}\n",
			"devices {\n\tfilter = [ " NEW
			", \"a|/dev/cciss/|\", \"r|.*|\" ]\n}\n",
			HIDES},
		{"global_filter=[\"r|/dev/sd.*|\"]\n",
			"global_filter=[ " NEW ",\"r|/dev/sd.*|\"]\n", HIDES},
		/* one text without brackets */
		{"filter = \"r/.*/\"\n", "filter = [ " NEW ",\"r/.*/\" ]\n",
			HIDES},
		{"devices/filter = [ # why\n \"a(^/dev/mapper/mpath.*)\",\n"
		 " \"r(.*)\" ]",
			"devices/filter = [ " NEW
			", # why\n \"a(^/dev/mapper/mpath.*)\",\n \"r(.*)\" ]",
			HIDES},
		/* only one of the names that a kernel may give */
		{"filter = [ \"a|^/dev/sda|\", \"r|.*|\" ]",
			"filter = [ " NEW ", \"a|^/dev/sda|\", \"r|.*|\" ]",
			HIDES},
		/* what is not understood hides */
		{"filter = [ \"a|(x)\\\\1|\" ]", "filter = [ " NEW
			", \"a|(x)\\\\1|\" ]", HIDES},
		{"scan = [ \"/dev/mapper\" ]\n",
			"scan = [ \"/dev\", \"/dev/mapper\" ]\n", HIDES},
	};

	(void)state;
	CHECK_ALL(lvm_rewrite, table);
}

static void
a_filter_that_lets_them_pass_stays(void **state)
{
	static const struct rewriting table[] = {
		{"", NULL, NULL},
		{"devices {\n\tfilter = [ \"a|.*|\" ]\n}\n", NULL, NULL},
		{"# filter = [ \"r|.*|\" ]\n", NULL, NULL},
		{"filter = [ \"r|/dev/cdrom|\", \"r|^/dev/drbd.*|\" ]\n", NULL,
			NULL},
		{"filter = [ \"a|^/dev/sd|\", \"a|^/dev/vd|\", \"r|.*|\" ]\n",
			NULL, NULL},
		{"filter = []\nfilter = 5\nfilter = [ \"a\n", NULL, NULL},
		{"scan = [ \"/dev\" ]\nscan=\"/dev/\"\n", NULL, NULL},
		{"my_filter = [ \"r|.*|\" ]\nfilter_x = [ \"r|.*|\" ]\n", NULL,
			NULL},
		{"x = \"filter = [ \\\"r|.*|\\\" ]\"\n", NULL, NULL},
		{"preferred_names = [ \"^/dev/mpath/\" ]\n", NULL, NULL},
		{"types = [ \"cciss\", 16 ]\n", NULL, NULL},
	};

	(void)state;
	CHECK_ALL(lvm_rewrite, table);
}

static void
the_first_pattern_that_fits_decides(void **state)
{
	static const char *const filter[] = {"a|^/dev/sda2$|", "r{sd}",
		"a/x/", "r|[|"};

	(void)state;
	assert_true(lvm_filter_passes(filter, 1, "/dev/sdb"));
	assert_true(lvm_filter_passes(filter, 2, "/dev/sda2"));
	assert_false(lvm_filter_passes(filter, 2, "/dev/sda20"));
	assert_true(lvm_filter_passes(filter, 3, "/dev/x"));
	assert_false(lvm_filter_passes(filter, 4, "/dev/md0"));
	assert_true(lvm_filter_passes(filter, 0, "/dev/md0"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_filter_that_hides_the_new_disks_is_widened),
		cmocka_unit_test(a_filter_that_lets_them_pass_stays),
		cmocka_unit_test(the_first_pattern_that_fits_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
