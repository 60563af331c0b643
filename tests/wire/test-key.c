/* key.c: enrolment files and addresses, right and wrong. */
#include "tests/harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/io.h"
#include "wire/key.h"

#define HEX                                                                    \
	"00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"

static void
names_are_safe_as_folders_and_hosts(void **state)
{
	static const char *const good[] = {"a", "0", "web-1.example.org",
		"abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabc"};
	static const char *const bad[] = {"", ".", "..", "-a", ".a", "a/b", "A",
		"a b", "a..b", "a\n", "\xc3\xa4", "a_b",
		"abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcd"};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_ok(key_check_name(good[i], &err), &err);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(key_check_name(bad[i], &err), -1);
		assert_string_not_equal(err.hint, "");
	}
}

static void
each_key_is_another_one(void **state)
{
	struct enrolment one, two;
	struct error err;

	(void)state;
	assert_ok(key_make(&one, "m", "host:1", &err), &err);
	assert_ok(key_make(&two, "m", NULL, &err), &err);
	assert_string_equal(one.server, "host:1");
	assert_string_equal(two.server, "");
	assert_memory_not_equal(one.key, two.key, KEY_BYTES);
}

static void
nothing_is_made_for_a_wrong_name_or_address(void **state)
{
	struct enrolment made;
	struct error err;

	(void)state;
	assert_int_equal(key_make(&made, "../m", NULL, &err), -1);
	assert_int_equal(key_make(&made, "m", "host:0", &err), -1);
	assert_int_equal(key_make(&made, "m", "host\nkey = 1", &err), -1);
}

static void
what_is_written_is_read_again(void **state)
{
	char path[] = "/tmp/test-key.XXXXXX";
	struct enrolment made, got;
	struct stat st;
	struct error err;

	(void)state;
	close(mkstemp(path));
	chmod(path, 0644);
	for (int with_server = 0; with_server < 2; with_server++) {
		assert_ok(key_make(&made, "web-1", with_server ? "[::1]:99" : NULL,
				  &err), &err);
		assert_ok(key_write(&made, path, &err), &err);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
		assert_ok(key_read(&got, path, &err), &err);
		assert_string_equal(got.machine, made.machine);
		assert_string_equal(got.server, made.server);
		assert_memory_equal(got.key, made.key, KEY_BYTES);
	}
	unlink(path);
}

static void
comments_blanks_and_windows_line_ends_do_not_matter(void **state)
{
	struct enrolment got;
	struct error err;

	(void)state;
	assert_ok(key_parse(&got,
			  "# a comment = x\r\n\r\n  machine =web-1\t\r\n\t"
			  "key= " HEX "\r\nserver = host", "f", &err), &err);
	assert_string_equal(got.machine, "web-1");
	assert_string_equal(got.server, "host");
	assert_int_equal(got.key[1], 0x11);
	assert_int_equal(got.key[31], 0xff);
}

static void
a_wrong_file_is_refused_by_line_without_its_secret(void **state)
{
	static const struct {
		const char *text;
		const char *says;
	} files[] = {
		{"", "no line \"machine"},
		{"machine = m\n", "no line \"key"},
		{"key = " HEX "\n", "no line \"machine"},
		{"machine = m\nkey = " HEX "0\n", "line 2"},
		{"machine = m\nkey = 00112233\n", "line 2"},
		{"machine = m\nkey = g" HEX "\n", "line 2"},
		{"machine = m\nkey = " HEX "\nkey = " HEX "\n", "line 3"},
		{"machine = M\nkey = " HEX "\n", "line 1"},
		{"machine = m\nkey = " HEX "\nserver = a b\n", "line 3"},
		{"machine = m\n" HEX "\n", "line 2"},
		{"machine = m\n" HEX " = key\n", "line 2"},
	};
	struct enrolment got = {.machine = "untouched"};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		assert_int_equal(key_parse(&got, files[i].text, "file", &err),
			-1);
		if (strstr(err.text, files[i].says) == NULL)
			fail_msg("file %zu: %s", i, err.text);
		assert_non_null(strstr(err.text, "file"));
		assert_null(strstr(err.text, "00112233"));
		assert_string_not_equal(err.hint, "");
		assert_string_equal(got.machine, "untouched");
	}
}

static void
write_file(const char *path, const char *data, size_t bytes)
{
	struct error err;

	assert_ok(io_write_file(path, data, bytes, 0600, &err), &err);
}

static void
a_file_of_something_else_is_refused(void **state)
{
	static const char with_nul[] = "machine = m\nkey = " HEX "\n\0x";
	char path[] = "/tmp/test-key.XXXXXX", large[5000];
	struct enrolment got;
	struct error err;

	(void)state;
	close(mkstemp(path));
	memset(large, '#', sizeof large);
	write_file(path, large, sizeof large);
	assert_int_equal(key_read(&got, path, &err), -1);
	assert_int_equal(err.code, EFBIG);
	write_file(path, with_nul, sizeof with_nul);
	assert_int_equal(key_read(&got, path, &err), -1);
	assert_non_null(strstr(err.text, path));
	unlink(path);
	assert_int_equal(key_read(&got, path, &err), -1);
	assert_int_equal(err.code, ENOENT);
}

static void
a_hyphen_reads_standard_input(void **state)
{
	static const char text[] = "machine = m\nkey = " HEX "\n";
	int saved = dup(STDIN_FILENO), ends[2];
	struct enrolment got;
	struct error err;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], text, sizeof text - 1),
		sizeof text - 1);
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	assert_ok(key_read(&got, "-", &err), &err);
	dup2(saved, STDIN_FILENO);
	close(saved);
	close(ends[0]);
	assert_string_equal(got.machine, "m");
}

static void
addresses_are_split(void **state)
{
	static const struct {
		const char *server, *host, *port;
	} good[] = {
		{"host", "host", "7443"},
		{"host:1", "host", "1"},
		{"192.0.2.1:65535", "192.0.2.1", "65535"},
		{"[2001:db8::1]:80", "2001:db8::1", "80"},
		{"[::1]", "::1", "7443"},
		{"fe80::1%eth0", "fe80::1%eth0", "7443"},
	};
	static const char *const bad[] = {"", ":80", "host:", "host:0",
		"host:65536", "host:99999999999999999999", "host:8x", "[::1",
		"[]:1", "[::1]x", "[::1]:", "ho st", "host:1 ", "h\x01", "http://h"};
	char host[KEY_SERVER_BYTES], port[8];
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_ok(key_split_server(good[i].server, host, port, &err),
			&err);
		assert_string_equal(host, good[i].host);
		assert_string_equal(port, good[i].port);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (key_split_server(bad[i], host, port, &err) == 0)
			fail_msg("\"%s\" was taken", bad[i]);
	assert_string_not_equal(err.hint, "");
}

static void
an_endless_address_is_refused(void **state)
{
	char server[KEY_SERVER_BYTES + 1], host[KEY_SERVER_BYTES], port[8];
	struct error err;

	(void)state;
	memset(server, 'a', sizeof server);
	server[KEY_SERVER_BYTES] = '\0';
	assert_int_equal(key_split_server(server, host, port, &err), -1);
	server[KEY_SERVER_BYTES - 1] = '\0';
	assert_ok(key_split_server(server, host, port, &err), &err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_safe_as_folders_and_hosts),
		cmocka_unit_test(each_key_is_another_one),
		cmocka_unit_test(nothing_is_made_for_a_wrong_name_or_address),
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(
			comments_blanks_and_windows_line_ends_do_not_matter),
		cmocka_unit_test(
			a_wrong_file_is_refused_by_line_without_its_secret),
		cmocka_unit_test(a_file_of_something_else_is_refused),
		cmocka_unit_test(a_hyphen_reads_standard_input),
		cmocka_unit_test(addresses_are_split),
		cmocka_unit_test(an_endless_address_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
