/* Replacing files of a guest, and a guest that tries to lead out of itself. */
#include "tests/harness.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "drivers-inject/guest.h"
#include "drivers-inject/names.h"
#include "tests/drivers-inject/scratch.h"

struct guest {
	struct scratch *scratch;
	struct guest_files files;
};

static int
setup(void **state)
{
	struct guest *guest = calloc(1, sizeof *guest);
	char root[300];
	struct error err;

	if (scratch_setup((void **)&guest->scratch) == -1)
		return -1;
	scratch_shell(guest->scratch,
		"mkdir -p g/etc g/boot; echo secret >outside\n"
		"echo inside >g/etc/file; chmod 640 g/etc/file\n"
		"touch -d 2001-02-03 g/etc/file\n"
		"ln -s \"$PWD/outside\" g/etc/absolute\n"
		"ln -s ../../outside g/etc/relative\n"
		"ln -s /etc/file g/etc/link; ln -s loop g/etc/loop\n"
		"ln -s ../.. g/etc/up; mkfifo g/etc/fifo\n");
	strcpy(root, guest->scratch->path);
	strcat(root, "/g");
	assert_ok(guest_folder_open(&guest->files, root, &err), &err);
	*state = guest;
	return 0;
}

static int
teardown(void **state)
{
	struct guest *guest = *state;
	int result = scratch_teardown((void **)&guest->scratch);

	guest_folder_close(&guest->files);
	free(guest);
	return result;
}

static void
links_resolve_inside_the_guest(void **state)
{
	struct guest *guest = *state;
	AUTO(freep) char *data = NULL;
	AUTO(freep) char *path = NULL;
	AUTO(freep) char *target = NULL;
	struct error err;
	size_t bytes;

	assert_ok(guest_read(&guest->files, "/etc/link", 100, false, &data,
			  &bytes, &err), &err);
	assert_string_equal(data, "inside\n");
	assert_ok(guest->files.real_path(guest->files.handle,
			  "/etc/up/../etc/link", &path, &err), &err);
	assert_string_equal(path, "/etc/file");
	assert_ok(guest->files.read_link(guest->files.handle, "/etc/link",
			  &target, &err), &err);
	assert_string_equal(target, "/etc/file");
}

static void
nothing_outside_can_be_read(void **state)
{
	struct guest *guest = *state;
	static const char *const paths[] = {"/etc/absolute", "/etc/relative",
		"/etc/up/outside", "/../outside", "/etc/loop"};

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		AUTO(freep) char *data = NULL;
		struct error err;
		size_t bytes;

		assert_int_equal(guest_read(&guest->files, paths[i], 100, false,
					 &data, &bytes, &err), -1);
		assert_null(data);
	}
}

static void
a_fifo_does_not_hold_us_up(void **state)
{
	struct guest *guest = *state;
	AUTO(freep) char *data = NULL;
	struct error err;
	size_t bytes;

	assert_int_equal(guest->files.read(guest->files.handle, "/etc/fifo", 9,
				 &data, &bytes, &err), -1);
}

static void
a_longer_file_is_refused(void **state)
{
	struct guest *guest = *state;
	AUTO(freep) char *data = NULL;
	struct error err;
	size_t bytes;

	assert_int_equal(guest_read(&guest->files, "/etc/file", 6, false, &data,
				 &bytes, &err), -1);
	assert_int_equal(err.code, EFBIG);
}

static void
mode_and_times_stay(void **state)
{
	struct guest *guest = *state;
	struct error err;

	assert_ok(guest_replace(&guest->files, "/etc/file", "ins", 3, "ANE", 3,
			  &err), &err);
	scratch_shell(guest->scratch, "test \"$(cat g/etc/file)\" = insANE\n"
		"test \"$(stat -c %a g/etc/file)\" = 640\n"
		"test \"$(date -r g/etc/file +%Y)\" = 2001\n"
		"test ! -e g/etc/file.unrack-new");
}

static void
new_files_are_plain(void **state)
{
	struct guest *guest = *state;
	struct error err;

	assert_ok(guest_replace(&guest->files, "/etc/new", NULL, 0, "x\n", 2,
			  &err), &err);
	scratch_shell(guest->scratch, "test \"$(cat g/etc/new)\" = x\n"
				      "test \"$(stat -c %a g/etc/new)\" = 644");
}

static void
a_full_file_system_stays_as_it_is(void **state)
{
	static const struct scratch_room rooms[] = {
		{"/", {1000, 1000, 9}}, {"/", {1 << 30, 1 << 30, 0}}};
	struct guest *guest = *state;
	struct error err;

	for (size_t i = 0; i < 2; i++) {
		scratch_say_room(&guest->files, &rooms[i], 1);
		assert_int_equal(guest_replace(&guest->files, "/etc/file", NULL,
					 0, "x", 1, &err), -1);
		assert_int_equal(err.code, ENOSPC);
		assert_true(err.hint[0] != '\0');
	}
	assert_non_null(strstr(err.text, "1 more inodes and 0 are free"));
	scratch_shell(guest->scratch, "test \"$(cat g/etc/file)\" = inside\n"
				      "test ! -e g/etc/file.unrack-new");
}

/* A disk that loses a byte. */
static int (*real_create)(void *handle, const char *path, const char *like,
	uint64_t kept_bytes, const void *data, size_t bytes, struct error *err);

static int
faulty_create(void *handle, const char *path, const char *like,
	uint64_t kept_bytes, const void *data, size_t bytes, struct error *err)
{
	return real_create(handle, path, like, kept_bytes, data, bytes - 1, err);
}

static void
what_was_not_stored_is_not_used(void **state)
{
	struct guest *guest = *state;
	struct error err;

	real_create = guest->files.create;
	guest->files.create = faulty_create;
	assert_int_equal(guest_replace(&guest->files, "/etc/file", NULL, 0,
				 "new", 3, &err), -1);
	assert_int_equal(err.code, EIO);
	scratch_shell(guest->scratch, "test \"$(cat g/etc/file)\" = inside\n"
				      "test ! -e g/etc/file.unrack-new");
}

static int (*real_overwrite)(void *handle, const char *path,
	uint64_t kept_bytes, const void *data, size_t bytes, struct error *err);
static int faults; /* are left */

/* It fails when it has begun. */
static int
faulty_overwrite(void *handle, const char *path, uint64_t kept_bytes,
	const void *data, size_t bytes, struct error *err)
{
	if (faults-- <= 0)
		return real_overwrite(handle, path, kept_bytes, data, bytes,
			err);
	real_overwrite(handle, path, kept_bytes, data, 1, err);
	return error_set(err, ENOSPC, "write %s", path);
}

static void
a_file_is_rewritten_in_place_or_stays(void **state)
{
	struct guest *guest = *state;
	struct error err;

	real_overwrite = guest->files.overwrite;
	guest->files.overwrite = faulty_overwrite;
	faults = 1;
	assert_int_equal(guest_rewrite(&guest->files, "/etc/file", "inside\n",
				 7, "new\n", 4, &err), -1);
	assert_int_equal(err.code, ENOSPC);
	assert_null(strstr(err.text, "damaged"));
	scratch_shell(guest->scratch, "test \"$(cat g/etc/file)\" = inside\n"
		"test ! -e g/etc/file.unrack-new; stat -c %i g/etc/file >i");
	assert_ok(guest_rewrite(&guest->files, "/etc/file", "inside\n", 7,
			  "new\n", 4, &err), &err);
	scratch_shell(guest->scratch, "test \"$(cat g/etc/file)\" = new\n"
		"test \"$(stat -c %i g/etc/file)\" = \"$(cat i)\"\n"
		"test \"$(date -r g/etc/file +%Y)\" = 2001");
	faults = 2;
	assert_int_equal(guest_rewrite(&guest->files, "/etc/file", "new\n", 4,
				 "x\n", 2, &err), -1);
	assert_non_null(strstr(err.text, "damaged"));
}

static void
a_file_that_begins_otherwise_is_not_extended(void **state)
{
	struct guest *guest = *state;
	struct error err;

	assert_int_equal(guest_extend(&guest->files, "/etc/file", "inner", 5,
				 "new\n", 4, &err), -1);
	assert_int_equal(err.code, EIO);
	scratch_shell(guest->scratch, "test \"$(cat g/etc/file)\" = inside");
	assert_ok(guest_extend(&guest->files, "/etc/file", "ins", 3, "new\n", 4,
			  &err), &err);
	scratch_shell(guest->scratch, "test \"$(cat g/etc/file)\" = insnew");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(links_resolve_inside_the_guest),
		TEST(nothing_outside_can_be_read),
		TEST(a_fifo_does_not_hold_us_up),
		TEST(a_longer_file_is_refused),
		TEST(mode_and_times_stay),
		TEST(new_files_are_plain),
		TEST(a_full_file_system_stays_as_it_is),
		TEST(what_was_not_stored_is_not_used),
		TEST(a_file_is_rewritten_in_place_or_stays),
		TEST(a_file_that_begins_otherwise_is_not_extended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
