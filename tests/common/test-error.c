#include "tests/harness.h"

#include <errno.h>
#include <string.h>

static void
a_failure_names_what_where_and_why(void **state)
{
	struct error err = {0};

	(void)state;
	assert_int_equal(error_set(&err, ENOENT, "open %s", "/x"), -1);
	assert_string_equal(err.text, "open /x: No such file or directory");
	assert_int_equal(err.code, ENOENT);
	assert_int_equal(error_add(&err, "disk %d", 1), -1);
	assert_string_equal(err.text,
		"disk 1: open /x: No such file or directory");
}

static void
the_deepest_hint_wins_and_a_new_failure_clears_it(void **state)
{
	struct error err = {0};

	(void)state;
	error_set(&err, 0, "a");
	error_hint(&err, "first");
	error_hint(&err, "second");
	assert_string_equal(err.hint, "first");
	error_set(&err, 0, "b");
	assert_string_equal(err.hint, "");
}

static void
long_texts_are_cut_not_overrun(void **state)
{
	struct error err = {0};
	char word[600];

	(void)state;
	memset(word, 'x', sizeof word - 1);
	word[sizeof word - 1] = '\0';
	error_set(&err, EIO, "%s", word);
	assert_int_equal(strlen(err.text), sizeof err.text - 1);
	error_add(&err, "%s", word);
	assert_int_equal(strlen(err.text), sizeof err.text - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_names_what_where_and_why),
		cmocka_unit_test(
			the_deepest_hint_wins_and_a_new_failure_clears_it),
		cmocka_unit_test(long_texts_are_cut_not_overrun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
