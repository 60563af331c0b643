#include "tests/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/assess/reference.h"
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

static bool
passes(const char *const *filter, size_t count, const char *device)
{
	char devices[2][LVM_NAME_BYTES] = {"/dev/sda2"};

	snprintf(devices[1], LVM_NAME_BYTES, "%s", device);
	return lvm_filter_passes(filter, count,
		(const char (*)[LVM_NAME_BYTES])devices, 2);
}

static void
the_first_pattern_that_fits_decides(void **state)
{
	static const char *const filter[] = {"a|^/dev/sda2$|", "r{sd}",
		"a/x/", "r|[|"};

	(void)state;
	assert_true(passes(filter, 1, "/dev/sdb"));
	assert_true(passes(filter, 2, "/dev/sda2"));
	assert_false(passes(filter, 2, "/dev/sda20"));
	assert_true(passes(filter, 3, "/dev/x"));
	assert_false(passes(filter, 4, "/dev/md0"));
	assert_true(passes(filter, 0, "/dev/md0"));
}

/* Each "+" doubles the work of compiling: the last would fill all memory. */
static void
patterns_that_would_fill_the_memory_are_not_tried(void **state)
{
	static const char *const usual[] = {"a|^/dev/[sv]d[a-z]+[0-9]+$|",
		"r|.*|"};
	static const char *const doubled[] = {"a|((((((/dev/sda+)+)+)+)+)+)+|"};
	static const char *const filling[] = {
		"a|((((((((((((((((((((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+)+)+"
		")+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+|"};

	(void)state;
	assert_true(passes(usual, 2, "/dev/vdz9"));
	assert_false(passes(doubled, 1, "/dev/sda"));
	assert_false(passes(filling, 1, "/dev/sda"));
}

/* Which is as good as not understood. */
static void
beyond_a_thousand_patterns_no_more_are_tried(void **state)
{
	static const char line[] = "filter=[\"a|/|\"]\n";
	AUTO(freep) char *text = calloc(1500, sizeof line);
	AUTO(freep) char *after = NULL;
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(references_freep) struct references *references =
		references_new(&one_disk, NULL, disk_names, 1);
	const struct rewrite how = {"/etc/lvm/lvm.conf", references, findings};
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < 1500; i++)
		strcpy(text + i * strlen(line), line);
	assert_ok(lvm_rewrite(&after, text, &how, &err), &err);
	assert_non_null(after);
	assert_ptr_equal(strstr(after, NEW), after + 1000 * strlen(line) +
		strlen("filter=[ "));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_filter_that_hides_the_new_disks_is_widened),
		cmocka_unit_test(a_filter_that_lets_them_pass_stays),
		cmocka_unit_test(the_first_pattern_that_fits_decides),
		cmocka_unit_test(
			patterns_that_would_fill_the_memory_are_not_tried),
		cmocka_unit_test(beyond_a_thousand_patterns_no_more_are_tried),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
