#include "tests/harness.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "common/own.h"
#include "common/process.h"

static void
output_comes_back(void **state)
{
	const char *const argv[] = {"printf", "a\\nb", NULL};
	AUTO(freep) char *output = NULL;
	struct error err = {0};

	(void)state;
	assert_ok(process_run(argv, &output, 10, &err), &err);
	assert_string_equal(output, "a\nb");
}

static void
a_failure_carries_the_last_line_of_stderr(void **state)
{
	const char *const argv[] = {"sh", "-c", "echo one >&2; echo two >&2; exit 3",
		NULL};
	struct error err = {0};

	(void)state;
	assert_int_equal(process_run(argv, NULL, 10, &err), -1);
	assert_string_equal(err.text, "sh failed (exit 3): two");
}

static void
a_missing_program_says_what_to_install(void **state)
{
	const char *const argv[] = {"unrack-no-such-program", NULL};
	struct error err = {0};

	(void)state;
	assert_int_equal(process_run(argv, NULL, 10, &err), -1);
	assert_int_equal(err.code, ENOENT);
	assert_non_null(strstr(err.hint, "unrack-no-such-program"));
}

static void
a_program_that_hangs_is_ended(void **state)
{
	const char *const argv[] = {"sleep", "600", NULL};
	struct error err = {0};

	(void)state;
	assert_int_equal(process_run(argv, NULL, 1, &err), -1);
	assert_int_equal(err.code, ETIMEDOUT);
}

static void
a_confined_program_has_no_environment_and_little_room(void **state)
{
	const char *const argv[] = {"sh", "-c",
		"test -z \"$UNRACK_SECRET\" && test $(ulimit -v) = 1048576", NULL};
	struct error err = {0};

	(void)state;
	setenv("UNRACK_SECRET", "x", 1);
	assert_ok(process_run_confined(argv, NULL, 10, &err), &err);
	unsetenv("UNRACK_SECRET");
	assert_true(process_run((const char *const[]){"sh", "-c",
				    "test $(ulimit -v) = 1048576", NULL},
			    NULL, 10, &err) == -1);
}

static void
a_started_program_runs_until_it_is_stopped(void **state)
{
	const char *const argv[] = {"sleep", "600", NULL};
	struct error err = {0};
	pid_t pid;

	(void)state;
	assert_ok(process_start(&pid, argv, NULL, &err), &err);
	assert_int_equal(process_is_running(pid, NULL), 1);
	process_stop(pid);
	assert_int_equal(kill(pid, 0), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_comes_back),
		cmocka_unit_test(a_failure_carries_the_last_line_of_stderr),
		cmocka_unit_test(a_missing_program_says_what_to_install),
		cmocka_unit_test(a_program_that_hangs_is_ended),
		cmocka_unit_test(
			a_confined_program_has_no_environment_and_little_room),
		cmocka_unit_test(a_started_program_runs_until_it_is_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
