/* The line of sessions, with processes that come, go and die. */
#include "convert/serve/turn.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "tests/harness.h"

static char folder[64];

static int
setup(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/unrack-test-turn.XXXXXX");
	return mkdtemp(folder) == NULL;
}

static int
teardown(void **state)
{
	struct error err;

	(void)state;
	return io_remove_tree(folder, &err);
}

static struct turn *
join(void)
{
	struct turn *turn = NULL;
	struct error err;

	assert_ok(turn_take(&turn, folder, &err), &err);
	return turn;
}

static unsigned
before(const struct turn *turn)
{
	struct error err;
	unsigned count;

	assert_ok(turn_before(turn, &count, &err), &err);
	return count;
}

static void
whoever_came_first_is_before(void **state)
{
	AUTO(turn_endp) struct turn *one = join();
	AUTO(turn_endp) struct turn *two = join();
	AUTO(turn_endp) struct turn *three = join();

	(void)state;
	assert_int_equal(before(one), 0);
	assert_int_equal(before(two), 1);
	assert_int_equal(before(three), 2);
}

static void
a_place_moves_up_when_one_ends(void **state)
{
	struct turn *one = join();
	AUTO(turn_endp) struct turn *two = join();
	AUTO(turn_endp) struct turn *three = join();

	(void)state;
	turn_end(one);
	assert_int_equal(before(two), 0);
	assert_int_equal(before(three), 1);
}

static void
one_that_comes_late_does_not_pass_one_that_waits(void **state)
{
	struct turn *one = join();
	AUTO(turn_endp) struct turn *two = join();
	AUTO(turn_endp) struct turn *three = NULL;

	(void)state;
	turn_end(one);
	three = join();
	assert_int_equal(before(two), 0);
	assert_int_equal(before(three), 1);
}

static void
a_killed_process_is_no_longer_in_line(void **state)
{
	AUTO(turn_endp) struct turn *last = NULL;
	int ready[2], status;
	char byte;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		join();
		if (write(ready[1], "", 1) == 1)
			pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	last = join();
	assert_int_equal(before(last), 1);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	assert_int_equal(before(last), 0);
	close(ready[0]);
	close(ready[1]);
}

static void
what_is_no_turn_is_left_alone(void **state)
{
	AUTO(freep) char *path = io_format("%s/notes", folder);
	AUTO(turn_endp) struct turn *turn = NULL;
	struct error err;

	(void)state;
	assert_ok(io_write_file(path, "x", 1, 0600, &err), &err);
	turn = join();
	assert_int_equal(before(turn), 0);
	assert_int_equal(access(path, F_OK), 0);
}

/* Many at once: every place is taken once. */
static void
places_are_unique(void **state)
{
	enum { PROCESSES = 20 };
	bool seen[PROCESSES] = {false};
	int go[2], done[2];
	unsigned place;

	(void)state;
	assert_int_equal(pipe(go), 0);
	assert_int_equal(pipe(done), 0);
	for (int i = 0; i < PROCESSES; i++)
		if (fork() == 0) {
			struct turn *turn = join();
			char byte;

			place = before(turn);
			if (write(done[1], &place, sizeof place) == -1)
				_exit(1);
			_exit(read(go[0], &byte, 1) == 1);
		}
	for (int i = 0; i < PROCESSES; i++) {
		assert_int_equal(read(done[0], &place, sizeof place),
			sizeof place);
		assert_true(place < PROCESSES);
		assert_false(seen[place]);
		seen[place] = true;
	}
	close(go[0]);
	for (int i = 0; i < PROCESSES; i++)
		if (write(go[1], "", 1) == -1)
			break;
	close(go[1]);
	while (wait(NULL) != -1)
		;
	close(done[0]);
	close(done[1]);
}

#define TURN_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TURN_TEST(whoever_came_first_is_before),
		TURN_TEST(a_place_moves_up_when_one_ends),
		TURN_TEST(one_that_comes_late_does_not_pass_one_that_waits),
		TURN_TEST(a_killed_process_is_no_longer_in_line),
		TURN_TEST(what_is_no_turn_is_left_alone),
		TURN_TEST(places_are_unique),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
