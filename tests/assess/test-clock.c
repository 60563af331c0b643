#include "tests/harness.h"

#include "convert/assess/clock.h"

static void
each_system_says_it_in_its_own_way(void **state)
{
	static const struct {
		size_t file;
		const char *text;
		int is_utc;
	} all[] = {
		{0, "0.0 0 0.0\n0\nUTC\n", 1},
		{0, "0.000000 1337 0.000000\n1337\nLOCAL\n", 0},
		{0, "0.0 0 0.0\n", -1},
		{1, "TMPTIME=0\nUTC=no\n", 0},
		{1, "UTC=yes\n", 1},
		{1, "# UTC=no\nVERBOSE=no\n", -1},
		{2, "ZONE=\"Europe/Rome\"\nUTC=true\nARC=false\n", 1},
		{2, "ZONE=\"Europe/Rome\"\nUTC=false\n", 0},
		{2, "HWCLOCK=\"--localtime\"\nTIMEZONE=\"Europe/Rome\"\n", 0},
		{2, "HWCLOCK=\"-l\"\n", 0},
		{2, "HWCLOCK=\"-u\"\n", 1},
		{2, "HWCLOCK=\"\"\n", -1},
		{3, "clock=\"local\"\n", 0},
		{3, "clock=\"UTC\"\n", 1},
		{4, "CLOCK=\"local\"\n", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		if (clock_is_utc(all[i].file, all[i].text) != all[i].is_utc)
			fail_msg("%s: <%s>", clock_files[all[i].file],
				all[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_system_says_it_in_its_own_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
