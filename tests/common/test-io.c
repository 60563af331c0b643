#include "tests/harness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "common/io.h"
#include "common/own.h"

/* Faults that a disk really shows; --wrap puts these in front. */
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __real_fsync(int fd);
int __wrap_fsync(int fd);

static int rename_fault, fsync_fault;

int
__wrap_rename(const char *from, const char *to)
{
	if (rename_fault == 0)
		return __real_rename(from, to);
	errno = rename_fault;
	return -1;
}

int
__wrap_fsync(int fd)
{
	if (fsync_fault == 0)
		return __real_fsync(fd);
	errno = fsync_fault;
	return -1;
}

static int
make_folder(void **state)
{
	char *folder = strdup("/tmp/unrack-test-io.XXXXXX");

	*state = mkdtemp(folder);
	return *state == NULL ? -1 : 0;
}

static int
remove_folder(void **state)
{
	struct error err = {0};

	assert_ok(io_remove_tree(*state, &err), &err);
	free(*state);
	return 0;
}

static unsigned
count_files(const char *folder)
{
	DIR *dir = opendir(folder);
	unsigned count = 0;

	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

static void
a_file_is_read_whole(void **state)
{
	AUTO(freep) char *path = io_format("%s/file", (char *)*state);
	AUTO(freep) char *data = NULL;
	char text[9000];
	struct error err = {0};
	size_t bytes;

	memset(text, 'a', sizeof text);
	assert_ok(io_write_file(path, text, sizeof text, 0600, &err), &err);
	assert_ok(io_read_file(&data, &bytes, path, sizeof text, &err), &err);
	assert_int_equal(bytes, sizeof text);
	assert_memory_equal(data, text, sizeof text);
	assert_int_equal(data[bytes], '\0');
}

static void
a_longer_file_than_allowed_is_refused(void **state)
{
	AUTO(freep) char *path = io_format("%s/file", (char *)*state);
	AUTO(freep) char *data = NULL;
	struct error err = {0};

	assert_ok(io_write_file(path, "12345", 5, 0600, &err), &err);
	assert_int_equal(io_read_file(&data, NULL, path, 4, &err), -1);
	assert_int_equal(err.code, EFBIG);
	assert_null(data);
}

static void
a_failed_replace_leaves_the_old_file_and_nothing_else(void **state)
{
	AUTO(freep) char *path = io_format("%s/file", (char *)*state);
	AUTO(freep) char *data = NULL;
	struct error err = {0};

	assert_ok(io_write_file(path, "old", 3, 0600, &err), &err);
	rename_fault = EIO;
	assert_int_equal(io_write_file(path, "new", 3, 0600, &err), -1);
	rename_fault = 0;
	fsync_fault = ENOSPC;
	assert_int_equal(io_write_file(path, "new", 3, 0600, &err), -1);
	fsync_fault = 0;
	assert_int_equal(err.code, ENOSPC);
	assert_ok(io_read_file(&data, NULL, path, 10, &err), &err);
	assert_string_equal(data, "old");
	assert_int_equal(count_files(*state), 1);
}

static void
secrets_get_the_asked_mode_whatever_the_umask(void **state)
{
	AUTO(freep) char *path = io_format("%s/file", (char *)*state);
	struct error err = {0};
	struct stat st;
	mode_t before = umask(0);

	assert_ok(io_write_file(path, "k", 1, 0600, &err), &err);
	umask(before);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void
reading_behind_the_end_says_where_it_ended(void **state)
{
	AUTO(freep) char *path = io_format("%s/file", (char *)*state);
	AUTO(fd_closep) int fd = -1;
	struct error err = {0};
	char data[8];

	assert_ok(io_write_file(path, "1234", 4, 0600, &err), &err);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(io_pread(fd, data, 8, 0, "file", &err), -1);
	assert_int_equal(err.code, EIO);
	assert_non_null(strstr(err.text, "file ends at byte 4"));
}

static void
folders_are_made_with_their_parents(void **state)
{
	AUTO(freep) char *deep = io_format("%s/a/b/c", (char *)*state);
	AUTO(freep) char *file = io_format("%s/a/b/f", (char *)*state);
	AUTO(freep) char *under = io_format("%s/a/b/f/g", (char *)*state);
	struct error err = {0};
	struct stat st;

	assert_ok(io_make_folders(deep, &err), &err);
	assert_ok(io_make_folders(deep, &err), &err);
	assert_int_equal(stat(deep, &st), 0);
	assert_ok(io_write_file(file, "", 0, 0600, &err), &err);
	assert_int_equal(io_make_folders(under, &err), -1);
	assert_int_equal(err.code, ENOTDIR);
}

static void
removing_a_tree_does_not_follow_links(void **state)
{
	AUTO(freep) char *keep = io_format("%s/keep", (char *)*state);
	AUTO(freep) char *tree = io_format("%s/tree", (char *)*state);
	AUTO(freep) char *link = io_format("%s/tree/link", (char *)*state);
	struct error err = {0};

	assert_ok(io_make_folders(tree, &err), &err);
	assert_ok(io_write_file(keep, "", 0, 0600, &err), &err);
	assert_int_equal(symlink(keep, link), 0);
	assert_ok(io_remove_tree(tree, &err), &err);
	assert_int_equal(access(keep, F_OK), 0);
	assert_int_equal(access(tree, F_OK), -1);
	assert_ok(io_remove_tree(tree, &err), &err);
}

#define test(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_file_is_read_whole),
		test(a_longer_file_than_allowed_is_refused),
		test(a_failed_replace_leaves_the_old_file_and_nothing_else),
		test(secrets_get_the_asked_mode_whatever_the_umask),
		test(reading_behind_the_end_says_where_it_ended),
		test(folders_are_made_with_their_parents),
		test(removing_a_tree_does_not_follow_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
