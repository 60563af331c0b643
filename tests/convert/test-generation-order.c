/*
 * What is done when, while a generation takes the place of another, and what is
 * there when somebody dies in between.  The calls that write are wrapped.
 */
#include "convert/capture/generation.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/verb.h"
#include "tests/convert/generations.h"
#include "tests/harness.h"

/* What the wrapped calls do and saw. */
static struct {
	unsigned calls, end_at; /* the call before which we die; 0: never */
	bool raw_is_dirty;
	unsigned early;		/* what was done before its time */
	const struct capture *watched;
} seen;

static bool
is_file(int fd, const char *suffix)
{
	char link[64], target[256];
	ssize_t bytes;
	size_t length = strlen(suffix);

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	bytes = readlink(link, target, sizeof target - 1);
	if (bytes < (ssize_t)length)
		return false;
	target[bytes] = '\0';
	return strcmp(target + bytes - length, suffix) == 0;
}

static void
step(void)
{
	if (seen.end_at > 0 && ++seen.calls == seen.end_at)
		_exit(9);
}

/* The last generation's blocks may change only once the next one is recorded. */
static void
step_on(int fd)
{
	step();
	if (seen.watched == NULL || !is_file(fd, ".raw"))
		return;
	seen.raw_is_dirty = true;
	seen.early += generations_number(seen.watched) < 2;
}

ssize_t __real_pwrite(int fd, const void *data, size_t bytes, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *data, size_t bytes, off_t offset);
ssize_t __real_copy_file_range(int from, off_t *from_offset, int to,
	off_t *to_offset, size_t bytes, unsigned flags);
ssize_t __wrap_copy_file_range(int from, off_t *from_offset, int to,
	off_t *to_offset, size_t bytes, unsigned flags);
int __real_fallocate(int fd, int mode, off_t offset, off_t bytes);
int __wrap_fallocate(int fd, int mode, off_t offset, off_t bytes);
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __real_unlink(const char *path);
int __wrap_unlink(const char *path);

ssize_t
__wrap_pwrite(int fd, const void *data, size_t bytes, off_t offset)
{
	step_on(fd);
	return __real_pwrite(fd, data, bytes, offset);
}

ssize_t
__wrap_copy_file_range(int from, off_t *from_offset, int to, off_t *to_offset,
	size_t bytes, unsigned flags)
{
	step_on(to);
	return __real_copy_file_range(from, from_offset, to, to_offset, bytes,
		flags);
}

int
__wrap_fallocate(int fd, int mode, off_t offset, off_t bytes)
{
	if (mode & FALLOC_FL_PUNCH_HOLE)
		step_on(fd);
	return __real_fallocate(fd, mode, offset, bytes);
}

int
__wrap_fdatasync(int fd)
{
	step();
	if (is_file(fd, ".raw"))
		seen.raw_is_dirty = false;
	return __real_fdatasync(fd);
}

int
__wrap_fsync(int fd)
{
	step();
	return __real_fsync(fd);
}

int
__wrap_rename(const char *from, const char *to)
{
	step();
	if (strstr(from, ".joined-map") != NULL)
		seen.early += seen.raw_is_dirty;
	return __real_rename(from, to);
}

int
__wrap_unlink(const char *path)
{
	step();
	return __real_unlink(path);
}

static int
setup(void **state)
{
	memset(&seen, 0, sizeof seen);
	return generations_setup(state);
}

static void
nothing_of_a_complete_generation_changes_while_the_next_is_made(void **state)
{
	struct capture *capture = *state;
	AUTO(json_decrefpp) json_t *list = NULL;

	generations_make_first(capture);
	generations_assert_machine(capture, 1);
	seen.watched = capture;
	list = generations_make_second(capture);
	assert_int_equal(seen.early, 0);
	generations_assert_machine(capture, 1);
	assert_int_equal(machine_state(capture->machine), MACHINE_VERIFIED);
}

static void
a_complete_next_generation_takes_the_place_of_all(void **state)
{
	struct capture *capture = *state;
	AUTO(json_decrefpp) json_t *list = NULL;
	AUTO(freep) char *journal = NULL;
	struct error err;

	generations_make_first(capture);
	list = generations_make_second(capture);
	seen.watched = capture;
	assert_ok(generation_commit(capture->machine, 2, list, &err), &err);
	assert_int_equal(seen.early, 0);
	generations_assert_machine(capture, 2);
	assert_int_equal(machine_state(capture->machine), MACHINE_CAPTURED);
	assert_int_equal(access(capture_path(capture, "next"), F_OK), -1);
	assert_int_equal(access(capture_path(capture, "capture/sda.next"),
		F_OK), -1);
	assert_ok(io_read_file(&journal, NULL,
		capture_path(capture, "journal.jsonl"), 1 << 20, &err), &err);
	assert_non_null(strstr(journal, "generation.complete"));
}

/* A VM can be started when its overlays are there. */
static void
assert_no_mixture(const struct capture *capture)
{
	unsigned a = generations_read_text(capture, "vm/sda.qcow2");
	unsigned b = generations_read_text(capture, "vm/sdb.qcow2");

	if (generations_number(capture) == 1) {
		generations_assert_machine(capture, 1);
		return;
	}
	assert_true(a == 0 || b == 0 || a == b);
	if (a > 0 && b > 0)
		generations_assert_blocks(capture, a);
}

/* In a process of its own, which dies before its call number `end_at`. */
static bool
dies_at(unsigned end_at, int (*what)(const struct capture *capture,
	const json_t *list), const struct capture *capture, const json_t *list)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		seen.calls = 0;
		seen.end_at = end_at;
		_exit(what(capture, list) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_not_equal(WEXITSTATUS(status), 1);
	return WEXITSTATUS(status) == 9;
}

static int
commit(const struct capture *capture, const json_t *list)
{
	return generation_commit(capture->machine, 2, list, NULL);
}

static int
settle(const struct capture *capture, const json_t *list)
{
	(void)list;
	return generation_settle(capture->machine, NULL);
}

static void
whoever_dies_between_two_steps_leaves_one_generation(void **state)
{
	unsigned deaths = 0, old = 0;
	bool died = true;

	for (unsigned at = 1; died; at++) {
		struct capture capture;
		json_t *list;
		struct error err;

		capture_make(&capture);
		generations_make_first(&capture);
		list = generations_make_second(&capture);
		died = dies_at(at, commit, &capture, list);
		assert_no_mixture(&capture);
		old += generations_number(&capture) == 1;
		/* And again, on the way out of that. */
		if (died && dies_at(1 + at % 11, settle, &capture, list))
			assert_no_mixture(&capture);
		if (generations_number(&capture) == 2) {
			assert_ok(generation_settle(capture.machine, &err),
				&err);
			generations_assert_machine(&capture, 2);
		}
		deaths += died;
		json_decref(list);
		capture_remove(&capture);
	}
	assert_true(old > 0);
	assert_true(deaths > 30);
	(void)state;
}

/* What `unrack status --json` prints of the machine; the caller releases it. */
static json_t *
read_status(const struct capture *capture)
{
	const struct settings settings = {capture->state};
	char verb[] = "status", option[] = "--json", name[] = "web1";
	char *argv[] = {verb, option, name, NULL};
	FILE *file = tmpfile();
	int saved = dup(STDOUT_FILENO);
	json_t *list, *machine;
	struct error err = {0};

	assert_non_null(file);
	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	optind = 0;
	assert_int_equal(verb_status(&settings, 3, argv, &err), EXIT_DONE);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(file);
	list = json_loadf(file, 0, NULL);
	fclose(file);
	machine = json_incref(json_array_get(list, 0));
	json_decref(list);
	assert_non_null(machine);
	return machine;
}

static uint64_t
status_number(const json_t *status, const char *part, const char *key)
{
	return json_number(json_object_get(status, part), key, 0);
}

static void
status_tells_the_last_generation_and_how_far_the_next_is(void **state)
{
	struct capture *capture = *state;
	AUTO(json_decrefpp) json_t *list = NULL;
	AUTO(json_decrefpp) json_t *first = NULL;
	AUTO(json_decrefpp) json_t *second = NULL;
	AUTO(json_decrefpp) json_t *crashed = NULL;

	generations_make_first(capture);
	first = read_status(capture);
	assert_int_equal(status_number(first, "generation", "number"), 1);
	assert_null(json_object_get(first, "next_generation"));

	list = generations_make_second(capture);
	second = read_status(capture);
	assert_int_equal(status_number(second, "generation", "number"), 1);
	assert_int_equal(status_number(second, "next_generation", "number"), 2);
	assert_int_equal(status_number(second, "next_generation", "bytes"),
		GENERATIONS_DISKS * (GENERATIONS_BLOCKS - 1) * BLOCK_BYTES);
	assert_string_equal(json_text(second, "state", ""), "verified");

	/* Dead behind the record: the second one is the machine's now. */
	for (unsigned at = 1; generations_number(capture) == 1; at++)
		assert_true(dies_at(at, commit, capture, list));
	crashed = read_status(capture);
	assert_int_equal(status_number(crashed, "generation", "number"), 2);
	assert_string_equal(json_text(crashed, "state", ""), "captured");
}

#define ORDER_TEST(name)                                                       \
	cmocka_unit_test_setup_teardown(name, setup, generations_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ORDER_TEST(
			nothing_of_a_complete_generation_changes_while_the_next_is_made),
		ORDER_TEST(a_complete_next_generation_takes_the_place_of_all),
		ORDER_TEST(
			whoever_dies_between_two_steps_leaves_one_generation),
		ORDER_TEST(
			status_tells_the_last_generation_and_how_far_the_next_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
