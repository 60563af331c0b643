#include "tests/harness.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "common/own.h"
#include "convert/assess/files.h"

static struct files *
some_files(void)
{
	struct files *files = files_new();

	assert_non_null(files);
	files_add(files, "/usr/lib/systemd/system/ssh.service", "[Unit]\n", 7);
	files_add(files, "/etc/hosts", "127.0.0.1 localhost\n", 20);
	files_add(files, "/etc/hostname", "old\n", 4);
	files_add_link(files, "/lib", "usr/lib");
	files_add_link(files, "/etc/localtime", "../usr/share/zoneinfo/UTC");
	files_add(files, "/usr/share/zoneinfo/UTC", "TZif", 4);
	files_add_link(files, "/etc/loop", "/etc/pool");
	files_add_link(files, "/etc/pool", "loop");
	files_settle(files);
	return files;
}

static void
files_are_found_through_links(void **state)
{
	AUTO(files_freep) struct files *files = some_files();

	(void)state;
	assert_string_equal(files_text(files, "/etc/hostname"), "old\n");
	assert_string_equal(files_text(files, "/etc/localtime"), "TZif");
	assert_string_equal(
		files_text(files, "/lib/systemd/system/ssh.service"),
		"[Unit]\n");
	assert_null(files_text(files, "/etc/shadow"));
}

static void
links_in_a_circle_end(void **state)
{
	AUTO(files_freep) struct files *files = some_files();

	(void)state;
	assert_null(files_find(files, "/etc/loop"));
	assert_null(files_find(files, "/etc/loop/x"));
}

static void
patterns_choose_files_in_order(void **state)
{
	AUTO(files_freep) struct files *files = some_files();
	size_t index = 0;

	(void)state;
	assert_string_equal(
		files_match(files, "/usr/* /etc/host*", &index)->path,
		"/etc/hostname");
	assert_string_equal(
		files_match(files, "/usr/* /etc/host*", &index)->path,
		"/etc/hosts");
	assert_string_equal(
		files_match(files, "/usr/* /etc/host*", &index)->path,
		"/usr/lib/systemd/system/ssh.service");
}

static void
more_than_the_limit_is_cut_and_counted(void **state)
{
	AUTO(files_freep) struct files *files = files_new();
	AUTO(freep) char *text = malloc(FILES_TEXT_LIMIT + 1);
	const struct file *file;
	size_t cut, dropped;

	(void)state;
	memset(text, 'x', FILES_TEXT_LIMIT + 1);
	assert_true(files_add(files, "/etc/big", text, FILES_TEXT_LIMIT + 1));
	for (int i = 0; i < 300; i++) {
		char path[32];

		snprintf(path, sizeof path, "/etc/%d", i);
		assert_true(files_add(files, path, text, FILES_TEXT_LIMIT));
	}
	files_settle(files);
	file = files_find(files, "/etc/big");
	assert_int_equal(file->bytes, FILES_TEXT_LIMIT);
	assert_true(file->is_cut);
	files_losses(files, &cut, &dropped);
	assert_int_equal(cut, 1);
	assert_int_equal(dropped,
		301 - FILES_TOTAL_LIMIT / FILES_TEXT_LIMIT);
}

static void
hostile_names_are_refused(void **state)
{
	AUTO(files_freep) struct files *files = files_new();
	char path[FILES_PATH_LIMIT + 2];

	(void)state;
	memset(path, 'a', sizeof path);
	path[0] = '/';
	path[sizeof path - 1] = '\0';
	assert_false(files_add(files, path, "x", 1));
	assert_false(files_add(files, "etc/hosts", "x", 1));
	assert_false(files_add(files, "/etc/../../x", "x", 1));
	assert_false(files_add(files, "/etc/a\nb", "x", 1));
}

static void
what_is_no_text_is_known_by_name(void **state)
{
	AUTO(files_freep) struct files *files = files_new();

	(void)state;
	assert_true(files_add(files, "/etc/x.db", "a\0b", 3));
	files_settle(files);
	assert_non_null(files_find(files, "/etc/x.db"));
	assert_null(files_text(files, "/etc/x.db"));
}

static void
a_name_and_its_text_are_one_file(void **state)
{
	AUTO(files_freep) struct files *files = files_new();
	size_t index = 0;

	(void)state;
	files_add(files, "/etc/hosts", NULL, 0);
	files_add(files, "/etc/hosts", "x", 1);
	files_add(files, "/etc/hosts", NULL, 0);
	files_settle(files);
	assert_string_equal(files_text(files, "/etc/hosts"), "x");
	assert_non_null(files_match(files, "*", &index));
	assert_null(files_match(files, "*", &index));
}

/* ---- tar ---- */

static void
put(struct archive *archive, const char *name, unsigned type, const char *text)
{
	struct archive_entry *entry = archive_entry_new();

	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, type);
	archive_entry_set_perm(entry, 0644);
	if (type == AE_IFLNK)
		archive_entry_set_symlink(entry, text);
	else
		archive_entry_set_size(entry, (la_int64_t)strlen(text));
	assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
	if (type == AE_IFREG)
		archive_write_data(archive, text, strlen(text));
	archive_entry_free(entry);
}

static size_t
make_tar(char *data, size_t room)
{
	struct archive *archive = archive_write_new();
	size_t used = 0;

	archive_write_set_format_gnutar(archive);
	archive_write_open_memory(archive, data, room, &used);
	put(archive, "./hosts", AE_IFREG, "127.0.0.1 localhost\n");
	put(archive, "./rc.local", AE_IFLNK, "rc.d/rc.local");
	put(archive, "./rc.d/rc.local", AE_IFREG, "exit 0\n");
	put(archive, "../escape", AE_IFREG, "no\n");
	put(archive, "./fifo", AE_IFIFO, "");
	put(archive, "./last", AE_IFREG, "end\n");
	archive_write_free(archive);
	return used;
}

static void
a_tar_archive_gives_files_and_links(void **state)
{
	AUTO(files_freep) struct files *files = files_new();
	char data[65536];
	size_t bytes = make_tar(data, sizeof data);
	struct error err = {0};

	(void)state;
	assert_ok(files_read_tar(files, data, bytes, false, "/etc", &err),
		&err);
	files_settle(files);
	assert_string_equal(files_text(files, "/etc/rc.local"), "exit 0\n");
	assert_string_equal(files_text(files, "/etc/last"), "end\n");
	assert_null(files_find(files, "/escape"));
	assert_null(files_find(files, "/etc/fifo"));
}

static void
a_tar_archive_that_was_cut_gives_what_is_whole(void **state)
{
	AUTO(files_freep) struct files *files = files_new();
	char data[65536];
	struct error err = {0};

	(void)state;
	make_tar(data, sizeof data);
	assert_ok(files_read_tar(files, data, 1200, true, "/etc", &err), &err);
	files_settle(files);
	assert_non_null(files_text(files, "/etc/hosts"));
	assert_null(files_find(files, "/etc/last"));
}

static void
what_is_no_tar_archive_fails(void **state)
{
	AUTO(files_freep) struct files *files = files_new();
	char data[2048];
	struct error err = {0};

	(void)state;
	memset(data, 'x', sizeof data);
	assert_int_equal(files_read_tar(files, data, sizeof data, false, "/etc",
				 &err),
		-1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_found_through_links),
		cmocka_unit_test(links_in_a_circle_end),
		cmocka_unit_test(patterns_choose_files_in_order),
		cmocka_unit_test(more_than_the_limit_is_cut_and_counted),
		cmocka_unit_test(hostile_names_are_refused),
		cmocka_unit_test(what_is_no_text_is_known_by_name),
		cmocka_unit_test(a_name_and_its_text_are_one_file),
		cmocka_unit_test(a_tar_archive_gives_files_and_links),
		cmocka_unit_test(a_tar_archive_that_was_cut_gives_what_is_whole),
		cmocka_unit_test(what_is_no_tar_archive_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
