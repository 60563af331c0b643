/* The recommendation how to move, rule by rule. */
#include <string.h>

#include "convert/size/way.h"
#include "tests/harness.h"

#define GB 1e9
#define MBIT (1e6 / 8)

static const struct {
	const char *tier;
	double used, copy, wire;
	const char *mode, *says;
} cases[] = {
	/* the wanted pair: the same server, by its link */
	{"ready", 100 * GB, 100 * GB / (1000 * MBIT), 1000 * MBIT, "offline",
		"100 GB are in use, and 125 MB/s came over the wire: the copy "
		"takes 13 min."},
	{"ready", 100 * GB, 100 * GB / (10 * MBIT), 10 * MBIT, "carry",
		"Copy the disks to one that is carried here."},
	/* small enough for any link */
	{"ready", 0.5 * GB, 0.5 * GB / (10 * MBIT), 10 * MBIT, "offline",
		"the copy takes 7 min."},
	/* large, and too large, for a good one */
	{"ready", 2000 * GB, 2000 * GB / (1000 * MBIT), 1000 * MBIT, "precopy",
		"Copy while the server runs"},
	{"ready", 50000 * GB, 50000 * GB / (1000 * MBIT), 1000 * MBIT, "carry",
		"the copy takes 5 days"},
	/* a good link, but a slow disk behind it */
	{NULL, 3 * GB, 3000, 20 * MBIT, "offline", "50 min"},
	{"not-ready", 3 * GB, 30, 1000 * MBIT, "rebuild", "see the blockers"},
	{"needs-decisions", 3 * GB, 0, 0, "offline",
		"The link was not measured. 3.0 GB are in use; at 100 MB/s the "
		"copy takes 30 s."},
};

static void
each_rule_decides_in_its_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct way_facts facts = {cases[i].tier,
			(uint64_t)cases[i].used, cases[i].copy, cases[i].wire};
		struct way way;

		way_choose(&way, &facts);
		assert_string_equal(way.mode, cases[i].mode);
		if (strstr(way.reason, cases[i].says) == NULL)
			fail_msg("%s", way.reason);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_decides_in_its_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
