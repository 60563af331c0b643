/* Room on the host's disk, and whether sharing an extent needs any. */
#include "convert/capture/room.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "common/process.h"
#include "tests/harness.h"

static uint64_t free_bytes;

int __wrap_statvfs(const char *path, struct statvfs *fs);

int
__wrap_statvfs(const char *path, struct statvfs *fs)
{
	(void)path;
	*fs = (struct statvfs){.f_frsize = 4096,
		.f_bavail = (fsblkcnt_t)(free_bytes / 4096)};
	return 0;
}

static void
what_fits_with_something_to_spare_is_accepted(void **state)
{
	struct error err;

	(void)state;
	free_bytes = UINT64_C(10) << 30;
	assert_ok(room_check("/", UINT64_C(9) << 30, &err), &err);
	assert_int_equal(room_check("/", UINT64_C(10) << 30, &err), -1);
	assert_int_equal(err.code, ENOSPC);
}

static void
a_refusal_says_how_much_to_free(void **state)
{
	struct error err;

	(void)state;
	free_bytes = 1000 << 20;
	assert_int_equal(room_check("/", UINT64_C(4000) << 20, &err), -1);
	assert_non_null(strstr(err.text, "needs 4.2 GB more"));
	assert_non_null(strstr(err.hint, "Free 3.2 GB"));
}

static void
a_capture_that_lacks_nothing_needs_no_room(void **state)
{
	struct error err;

	(void)state;
	free_bytes = 0;
	assert_ok(room_check("/", 0, &err), &err);
}

/* cp asks the kernel for the same thing. */
static void
sharing_is_possible_where_cp_can_do_it(void **state)
{
	char folder[] = "/var/tmp/unrack-test-room.XXXXXX";
	AUTO(freep) char *from = NULL;
	AUTO(freep) char *to = NULL;
	struct error err;
	bool can;

	(void)state;
	assert_non_null(mkdtemp(folder));
	from = io_format("%s/from", folder);
	to = io_format("%s/to", folder);
	const char *const copy[] = {"cp", "--reflink=always", from, to, NULL};

	assert_ok(io_write_file(from, folder, sizeof folder, 0600, &err),
		&err);
	can = process_run(copy, NULL, 60, &err) == 0;
	assert_int_equal(room_is_shared(folder), can);
	assert_ok(io_remove_tree(folder, &err), &err);
}

static void
a_folder_that_is_not_there_shares_nothing(void **state)
{
	(void)state;
	assert_false(room_is_shared("/no/such/folder"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_with_something_to_spare_is_accepted),
		cmocka_unit_test(a_refusal_says_how_much_to_free),
		cmocka_unit_test(a_capture_that_lacks_nothing_needs_no_room),
		cmocka_unit_test(sharing_is_possible_where_cp_can_do_it),
		cmocka_unit_test(a_folder_that_is_not_there_shares_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
