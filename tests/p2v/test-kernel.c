/* Which kernels are too old, by their release. */
#include <stdio.h>
#include <string.h>

#include "tests/harness.h"

#include "p2v/kernel.h"

static void
old_kernels_are_refused_with_what_to_do(void **state)
{
	static const char *const old[] = {"2.6.18-8.el5", "2.6.32-754.el6.x86_64",
		"3.0.101-63-default", "3.1.10"};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof old / sizeof old[0]; i++) {
		err = (struct error){0};
		assert_int_equal(kernel_check(old[i], &err), -1);
		assert_non_null(strstr(err.text, old[i]));
		assert_non_null(strstr(err.text, "needs 3.2"));
		assert_non_null(strstr(err.hint, "live image"));
	}
}

static void
newer_and_odd_ones_pass(void **state)
{
	static const char *const others[] = {"3.2.0-4-amd64", "3.10.0-1160.el7",
		"4.9.0", "10.0", "odd", ""};
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		assert_ok(kernel_check(others[i], &err), &err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(old_kernels_are_refused_with_what_to_do),
		cmocka_unit_test(newer_and_odd_ones_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
