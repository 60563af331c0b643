#include "tests/harness.h"

#include <errno.h>
#include <string.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/state/journal.h"
#include "convert/state/machine.h"
#include "tests/state/fixture.h"

static int
make_machine(void **state)
{
	struct fixture *fixture;

	fixture_make(state);
	fixture = *state;
	fixture->path = machine_path(fixture->machine, "journal.jsonl");
	return 0;
}

static void
write_three(struct fixture *fixture)
{
	AUTO(json_decrefpp) json_t *details = json_pack("{s:s}", "disk", "sda");
	struct error err = {0};

	assert_ok(journal_add(fixture->machine, "enrolled", NULL, &err), &err);
	assert_ok(journal_add(fixture->machine, "assessed", details, &err), &err);
	assert_ok(journal_add(fixture->machine, "converted", NULL, &err), &err);
}

static void
an_untouched_journal_is_unbroken(void **state)
{
	struct fixture *fixture = *state;
	struct error err = {0};

	write_three(fixture);
	assert_ok(journal_check(fixture->machine, &err), &err);
}

/* Change the file with `edit` and expect the check to name `line`. */
static void
expect_broken(struct fixture *fixture, void (*edit)(char *text),
	const char *line)
{
	AUTO(freep) char *text = NULL;
	struct error err = {0};

	write_three(fixture);
	assert_ok(io_read_file(&text, NULL, fixture->path, 1 << 20, &err), &err);
	edit(text);
	assert_ok(io_write_file(fixture->path, text, strlen(text), 0600, &err),
		&err);
	assert_int_equal(journal_check(fixture->machine, &err), -1);
	assert_int_equal(err.code, EBADMSG);
	assert_non_null(strstr(err.text, line));
}

static void
change_detail(char *text)
{
	memcpy(strstr(text, "sda"), "sdb", 3);
}

static void
drop_second(char *text)
{
	char *second = strchr(text, '\n') + 1;
	char *third = strchr(second, '\n') + 1;

	memmove(second, third, strlen(third) + 1);
}

static void
drop_first(char *text)
{
	char *second = strchr(text, '\n') + 1;

	memmove(text, second, strlen(second) + 1);
}

static void
a_changed_line_is_found(void **state)
{
	expect_broken(*state, change_detail, "line 3");
}

static void
a_dropped_line_is_found(void **state)
{
	expect_broken(*state, drop_second, "line 2");
}

static void
a_dropped_first_line_is_found(void **state)
{
	expect_broken(*state, drop_first, "line 1");
}

static void
a_line_that_a_crash_cut_does_not_trip_the_next(void **state)
{
	struct fixture *fixture = *state;
	AUTO(freep) char *text = NULL;
	struct error err = {0};

	write_three(fixture);
	assert_ok(io_read_file(&text, NULL, fixture->path, 1 << 20, &err), &err);
	assert_ok(io_write_file(fixture->path, text, strlen(text) - 9, 0600,
			  &err),
		&err);
	assert_ok(journal_add(fixture->machine, "again", NULL, &err), &err);
	assert_ok(journal_check(fixture->machine, &err), &err);
}

#define test(f) cmocka_unit_test_setup_teardown(f, make_machine, fixture_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(an_untouched_journal_is_unbroken),
		test(a_changed_line_is_found),
		test(a_dropped_line_is_found),
		test(a_dropped_first_line_is_found),
		test(a_line_that_a_crash_cut_does_not_trip_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
