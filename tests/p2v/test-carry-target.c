/* Where a carry set may not go, on made-up machines. */
#include "p2v/carry-target.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "common/io.h"
#include "common/own.h"
#include "p2v/source.h"
#include "tests/harness.h"
#include "tests/p2v/fixture.h"

static const char machine[] = "tests/p2v/fixtures/carry.tree";

static void
a_partition_lies_on_its_disk(void **state)
{
	(void)state;
	char *root = fixture_unpack(machine);

	assert_true(target_shares_disk(root, makedev(8, 1), makedev(8, 0)));
	assert_true(target_shares_disk(root, makedev(8, 0), makedev(8, 1)));
	assert_true(target_shares_disk(root, makedev(8, 1), makedev(8, 1)));
	assert_false(target_shares_disk(root, makedev(8, 17), makedev(8, 0)));
	assert_false(target_shares_disk(root, makedev(8, 17), makedev(8, 1)));
	fixture_remove(root);
}

static void
a_volume_lies_on_what_it_is_made_of(void **state)
{
	char *root = fixture_unpack(machine);

	(void)state;
	assert_true(target_shares_disk(root, makedev(253, 0), makedev(8, 0)));
	assert_false(target_shares_disk(root, makedev(253, 0), makedev(8, 16)));
	fixture_remove(root);
}

static void
memory_lies_on_no_disk(void **state)
{
	char *root = fixture_unpack(machine);

	(void)state;
	assert_false(target_shares_disk(root, makedev(0, 45), makedev(8, 0)));
	assert_false(target_shares_disk(root, makedev(9, 9), makedev(8, 0)));
	fixture_remove(root);
}

static void
a_folder_that_is_none_is_refused(void **state)
{
	char *folder = fixture_folder();
	AUTO(freep) char *file = io_format("%s/file", folder);
	struct error err;

	(void)state;
	assert_ok(io_write_file(file, "x", 1, 0600, &err), &err);
	assert_ok(target_check("", folder, NULL, 0, &err), &err);
	assert_int_equal(target_check("", file, NULL, 0, &err), -1);
	assert_true(err.hint[0] != '\0');
	unlink(file);
	assert_int_equal(target_check("", file, NULL, 0, &err), -1);
	fixture_remove(folder);
}

static void
a_written_image_is_another_session(void **state)
{
	char *folder = fixture_folder();
	AUTO(freep) char *path = io_format("%s/disk", folder);
	AUTO(source_closep) struct source *source = NULL;
	uint8_t first[16], second[16], third[16];
	struct error err;

	(void)state;
	assert_ok(io_write_file(path, "0123456789abcdef", 16, 0600, &err),
		&err);
	assert_ok(source_open(&source, path, false, &err), &err);
	assert_ok(target_session("", &source, 1, first, &err), &err);
	assert_ok(target_session("", &source, 1, second, &err), &err);
	assert_memory_equal(first, second, sizeof first);
	assert_ok(io_write_file(path, "0123456789abcdeF", 16, 0600, &err),
		&err);
	assert_ok(target_session("", &source, 1, third, &err), &err);
	assert_memory_not_equal(first, third, sizeof first);
	fixture_remove(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_partition_lies_on_its_disk),
		cmocka_unit_test(a_volume_lies_on_what_it_is_made_of),
		cmocka_unit_test(memory_lies_on_no_disk),
		cmocka_unit_test(a_folder_that_is_none_is_refused),
		cmocka_unit_test(a_written_image_is_another_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
