#include "convert/serve/rendezvous.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "common/io.h"
#include "common/own.h"
#include "convert/state/machine.h"
#include "tests/harness.h"

static char folder[64];

static int
setup(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/unrack-test-meet.XXXXXX");
	assert_non_null(mkdtemp(folder));
	return setenv("XDG_RUNTIME_DIR", folder, 1);
}

static int
teardown(void **state)
{
	struct error err;

	(void)state;
	return io_remove_tree(folder, &err);
}

static char *
path_of(const char *below)
{
	AUTO(freep) char *long_folder = io_format("%s/%s", folder, below);
	struct machine machine = {.name = "web1", .folder = long_folder};
	struct error err = {0};
	char *path;

	assert_ok(io_make_folders(long_folder, &err), &err);
	assert_ok(rendezvous_path(&path, &machine, "session.sock", &err), &err);
	return path;
}

static void
a_short_path_is_in_the_machines_folder(void **state)
{
	AUTO(freep) char *path = path_of("m");
	AUTO(freep) char *want = io_format("%s/m/run/session.sock", folder);

	(void)state;
	assert_string_equal(path, want);
}

static void
a_long_or_odd_path_is_replaced_by_a_private_one(void **state)
{
	static const char *const odd[] = {"with space", "a?b=c", "a%20b",
		("0123456789012345678901234567890123456789012345678901234567890"
		"0123456789")};
	struct sockaddr_un address;
	struct stat st;

	(void)state;
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		AUTO(freep) char *path = path_of(odd[i]);
		AUTO(freep) char *again = path_of(odd[i]);

		assert_string_equal(path, again);
		assert_true(strlen(path) < sizeof address.sun_path);
		assert_null(strpbrk(path, " ?%="));
		*strrchr(path, '/') = '\0';
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0700);
	}
}

static void
a_folder_that_others_can_enter_is_refused(void **state)
{
	AUTO(freep) char *path = path_of("a b"), *again = NULL;
	AUTO(freep) char *odd = io_format("%s/a b", folder);
	struct machine machine = {.name = "web1", .folder = odd};
	struct error err = {0};

	(void)state;
	*strrchr(path, '/') = '\0';
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(rendezvous_path(&again, &machine, "session.sock", &err),
		-1);
	assert_int_equal(err.code, EPERM);
}

static void
a_connection_changes_hands(void **state)
{
	AUTO(freep) char *path = path_of("m");
	int pipes[2], listening, taken;
	struct error err = {0};
	char text[6];

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	assert_ok(rendezvous_listen(&listening, path, &err), &err);
	assert_ok(rendezvous_send(path, pipes[1], &err), &err);
	close(pipes[1]);
	assert_ok(rendezvous_receive(&taken, listening, &err), &err);
	assert_ok(io_write(taken, "hello", 6, "pipe", &err), &err);
	close(taken);
	assert_ok(io_read(pipes[0], text, 6, "pipe", &err), &err);
	assert_string_equal(text, "hello");
	close(pipes[0]);
	close(listening);
}

static void
what_a_dead_session_left_is_nobody(void **state)
{
	AUTO(freep) char *path = path_of("m");
	struct error err = {0};
	int listening;

	(void)state;
	assert_int_equal(rendezvous_send(path, 0, &err), -1);
	assert_int_equal(err.code, ENOENT);
	assert_ok(rendezvous_listen(&listening, path, &err), &err);
	close(listening);
	assert_int_equal(rendezvous_send(path, 0, &err), -1);
	assert_int_equal(err.code, ENOENT);
	assert_ok(rendezvous_listen(&listening, path, &err), &err);
	close(listening);
}

#define MEET_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		MEET_TEST(a_short_path_is_in_the_machines_folder),
		MEET_TEST(a_long_or_odd_path_is_replaced_by_a_private_one),
		MEET_TEST(a_folder_that_others_can_enter_is_refused),
		MEET_TEST(a_connection_changes_hands),
		MEET_TEST(what_a_dead_session_left_is_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
