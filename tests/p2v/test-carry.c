/*
 * The disks to removable disks: killed anywhere, full anywhere, tampered with
 * anywhere.
 */
#include "p2v/carry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/io.h"
#include "common/own.h"
#include "p2v/source.h"
#include "tests/harness.h"
#include "tests/p2v/carrier.h"
#include "wire/carry.h"
#include "wire/carry-set.h"

/* When the process dies, and when the disk is full; what was done so far. */
static struct {
	int calls_left; /* of those that change a file; -1: it lives */
	ssize_t room;	/* -1: enough */
	bool is_dirty;	/* data were written since the last fdatasync */
	unsigned early; /* entries that were written meanwhile */
} fate = {-1, -1, false, 0};

/* Whether the file's path has this in it. */
static bool
is_file(int fd, const char *part)
{
	char link[32], path[512];
	ssize_t bytes;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	bytes = readlink(link, path, sizeof path - 1);
	path[bytes < 0 ? 0 : bytes] = '\0';
	return strstr(path, part) != NULL;
}

static bool
dies_now(void)
{
	return fate.calls_left >= 0 && fate.calls_left-- == 0;
}

ssize_t __real_write(int fd, const void *data, size_t bytes);
ssize_t __wrap_write(int fd, const void *data, size_t bytes);
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __real_ftruncate(int fd, off_t bytes);
int __wrap_ftruncate(int fd, off_t bytes);

ssize_t
__wrap_write(int fd, const void *data, size_t bytes)
{
	if (!is_file(fd, ".carry/"))
		return __real_write(fd, data, bytes);
	fate.is_dirty |= is_file(fd, ".data");
	fate.early += fate.is_dirty && is_file(fd, ".index");
	/* A write that is cut by death may be half done. */
	if (dies_now()) {
		__real_write(fd, data, bytes / 2);
		_exit(9);
	}
	if (fate.room >= 0 && (ssize_t)bytes > fate.room) {
		bytes = (size_t)fate.room;
		if (bytes == 0) {
			errno = ENOSPC;
			return -1;
		}
	}
	if (fate.room >= 0)
		fate.room -= (ssize_t)bytes;
	return __real_write(fd, data, bytes);
}

int
__wrap_fdatasync(int fd)
{
	if (dies_now())
		_exit(9);
	if (is_file(fd, ".data"))
		fate.is_dirty = false;
	return __real_fdatasync(fd);
}

int
__wrap_rename(const char *from, const char *to)
{
	if (dies_now())
		_exit(9);
	return __real_rename(from, to);
}

int
__wrap_ftruncate(int fd, off_t bytes)
{
	if (dies_now())
		_exit(9);
	/* What no entry tells of goes. */
	if (is_file(fd, ".data"))
		fate.is_dirty = false;
	return __real_ftruncate(fd, bytes);
}

static int
setup(void **state)
{
	struct carrier *carrier = malloc(sizeof *carrier);

	assert_non_null(carrier);
	fate.calls_left = -1;
	fate.room = -1;
	fate.is_dirty = false;
	fate.early = 0;
	carrier_make(carrier);
	*state = carrier;
	return 0;
}

static int
teardown(void **state)
{
	assert_int_equal(fate.early, 0); /* no entry before its data */
	carrier_remove(*state);
	free(*state);
	return 0;
}

static void
add_disks(struct carrier *carrier)
{
	carrier_add_disk(carrier, 20 * BLOCK_BYTES, 1);
	carrier_add_disk(carrier, 33 * BLOCK_BYTES + 512, 2);
	carrier_add_disk(carrier, 512, 3);
	carrier_add_disk(carrier, 3 * BLOCK_BYTES, 4);
}

/* One run in a process of its own, which dies at its n-th change of a file. */
static int
run_and_die(struct carrier *carrier, int calls, unsigned count)
{
	struct error err = {0};
	int status;
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		fate.calls_left = calls;
		_exit(carrier_run(carrier, 0, count, NULL, &err) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Yields the path of a file of the first part. */
static char *
file_of(const struct carrier *carrier, const char *name)
{
	char *path = io_format("%s/web1.carry/%s", carrier->dirs[0], name);

	assert_non_null(path);
	return path;
}

static void
flip(const char *path, off_t offset)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	uint8_t byte;

	assert_int_equal(pread(fd, &byte, 1, offset), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
	close(fd);
}

static off_t
size_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

static void
what_is_carried_is_what_was_there(void **state)
{
	struct carrier *carrier = *state;
	struct error err;

	add_disks(carrier);
	for (int encrypt = 0; encrypt < 2; encrypt++) {
		carrier->encrypt = encrypt;
		assert_ok(carrier_run(carrier, (unsigned)encrypt, 1, NULL,
			&err), &err);
		assert_ok(carrier_check(carrier, (unsigned)encrypt, 1, &err),
			&err);
	}
}

static void
a_disk_of_many_groups_is_carried_without_its_zeros(void **state)
{
	struct carrier *carrier = *state;
	AUTO(freep) char *data = file_of(carrier, "0001.data");
	const uint64_t bytes = (UINT64_C(2) << 28) + 7 * 512;
	struct error err;

	carrier->disks[0] = calloc(1, bytes);
	carrier->bytes[0] = bytes;
	carrier->count = 1;
	assert_non_null(carrier->disks[0]);
	carrier_fill(carrier->disks[0] + (UINT64_C(1) << 28) - 100, 200, 1);
	carrier_fill(carrier->disks[0] + bytes - 512, 512, 2);
	assert_ok(carrier_run(carrier, 0, 1, NULL, &err), &err);
	assert_ok(carrier_check(carrier, 0, 1, &err), &err);
	assert_true(size_of(data) < 8192);
}

static void
a_run_that_is_killed_anywhere_is_gone_on_with(void **state)
{
	struct carrier *carrier = *state;
	AUTO(freep) char *set = io_format("%s/web1.carry", carrier->dirs[0]);
	struct error err;
	int calls = 0, status = 9;

	add_disks(carrier);
	carrier->encrypt = true;
	for (; status == 9; calls++) {
		io_remove_tree(set, NULL);
		status = run_and_die(carrier, calls, 1);
		/* And its successor, a little later. */
		if (status == 9)
			run_and_die(carrier, calls / 2, 1);
		assert_ok(carrier_run(carrier, 0, 1, NULL, &err), &err);
		assert_ok(carrier_check(carrier, 0, 1, &err), &err);
	}
	assert_int_equal(status, 0);
	assert_true(calls > 20);
	print_message("%d points\n", calls - 1);
}

static void
what_a_killed_run_left_over_is_given_back(void **state)
{
	struct carrier *carrier = *state;
	AUTO(freep) char *path = file_of(carrier, "0001.data");
	off_t left;
	struct error err;

	add_disks(carrier);
	assert_int_equal(run_and_die(carrier, 10, 1), 9);
	left = size_of(path);
	assert_int_equal(truncate(path, left + 100000), 0);
	assert_ok(carrier_run(carrier, 0, 1, NULL, &err), &err);
	assert_true(size_of(path) <= left);
	assert_ok(carrier_check(carrier, 0, 1, &err), &err);
}

static void
what_was_committed_is_not_read_again(void **state)
{
	struct carrier *carrier = *state;
	uint64_t whole;
	struct error err;

	add_disks(carrier);
	assert_ok(carrier_run(carrier, 0, 1, NULL, &err), &err);
	whole = carrier->read_bytes;
	carrier->read_bytes = 0;
	assert_ok(carrier_run(carrier, 0, 1, NULL, &err), &err);
	assert_int_equal(carrier->read_bytes, 0);
	assert_true(whole > 0);
}

static void
after_another_boot_only_what_changed_is_written(void **state)
{
	struct carrier *carrier = *state;
	AUTO(freep) char *second = file_of(carrier, "0002.data");
	struct error err;

	add_disks(carrier);
	assert_ok(carrier_run(carrier, 0, 1, NULL, &err), &err);
	carrier->boot = 1;
	carrier->disks[3][70000] ^= 1;
	assert_ok(carrier_run(carrier, 0, 1, NULL, &err), &err);
	assert_ok(carrier_check(carrier, 0, 1, &err), &err);
	/* Two blocks of disk 3, one of them random, and the inventory. */
	assert_true(size_of(second) < 2 * BLOCK_BYTES);
}

static void
a_change_between_two_cut_runs_is_found(void **state)
{
	struct carrier *carrier = *state;
	struct error err;

	add_disks(carrier);
	/* The first disk's group is there, and the third's is not. */
	assert_int_equal(run_and_die(carrier, 10, 1), 9);
	carrier->boot = 1;
	carrier->disks[0][5] ^= 1;
	assert_int_equal(run_and_die(carrier, 8, 1), 9);
	carrier->boot = 2;
	carrier->disks[1][5] ^= 1;
	assert_ok(carrier_run(carrier, 0, 1, NULL, &err), &err);
	assert_ok(carrier_check(carrier, 0, 1, &err), &err);
}

static void
a_disk_that_is_full_anywhere_is_followed_by_another(void **state)
{
	struct carrier *carrier = *state;
	unsigned tried = 0, moved = 0;
	struct error err;

	add_disks(carrier);
	carrier->encrypt = true;
	for (ssize_t room = 1000; room < 1500000; room += 41011) {
		for (unsigned i = 0; i < 2; i++) {
			AUTO(freep) char *set = io_format("%s/web1.carry",
				carrier->dirs[i]);

			io_remove_tree(set, NULL);
		}
		fate.room = room;
		if (carrier_run(carrier, 0, 1, NULL, &err) == 0)
			break;
		tried++;
		fate.room = -1;
		if (err.code != ENOSPC) {
			assert_non_null(strstr(err.text, "too small"));
			continue;
		}
		assert_non_null(strstr(err.hint, "--continue"));
		moved++;
		assert_ok(carrier_run(carrier, 1, 1, carrier->dirs[0], &err),
			&err);
		assert_int_equal(carrier_check(carrier, 1, 1, &err), -1);
		assert_int_equal(err.code, ENOENT);
		assert_non_null(strstr(err.text, "part 1 of the set is missing"));
		assert_ok(carrier_check(carrier, 0, 2, &err), &err);
		assert_int_equal(carrier_check(carrier, 0, 1, &err), -1);
		assert_int_equal(err.code, ENODATA);
	}
	print_message("%u sizes, %u with a second part\n", tried, moved);
	assert_true(moved > 5 && tried > moved);
}

static void
a_part_that_is_away_need_not_come_back(void **state)
{
	struct carrier *carrier = *state;
	struct error err;

	add_disks(carrier);
	fate.room = 700000;
	assert_int_equal(carrier_run(carrier, 0, 1, NULL, &err), -1);
	assert_int_equal(err.code, ENOSPC);
	fate.room = -1;
	assert_ok(carrier_run(carrier, 1, 1, carrier->dirs[0], &err), &err);
	/* The server was booted again; part 1 is in the post. */
	carrier->boot = 1;
	carrier->disks[3][5] ^= 1;
	assert_ok(carrier_run(carrier, 1, 1, NULL, &err), &err);
	assert_ok(carrier_check(carrier, 0, 2, &err), &err);
}

/* How many changes of a byte nobody notices. */
static unsigned
flip_all(struct carrier *carrier, const char *name, off_t step)
{
	AUTO(freep) char *path = file_of(carrier, name);
	unsigned unnoticed = 0;
	struct error err;

	for (off_t at = 0; at < size_of(path); at += step) {
		flip(path, at);
		unnoticed += carrier_check(carrier, 0, 1, &err) == 0;
		flip(path, at);
	}
	assert_ok(carrier_check(carrier, 0, 1, &err), &err);
	return unnoticed;
}

static void
no_byte_is_changed_unnoticed(void **state)
{
	struct carrier *carrier = *state;
	struct error err;

	carrier_add_disk(carrier, 3 * BLOCK_BYTES, 1);
	for (int encrypt = 0; encrypt < 2; encrypt++) {
		AUTO(freep) char *set = io_format("%s/web1.carry",
			carrier->dirs[0]);

		io_remove_tree(set, NULL);
		carrier->encrypt = encrypt;
		assert_ok(carrier_run(carrier, 0, 1, NULL, &err), &err);
		assert_int_equal(flip_all(carrier, "part", 1), 0);
		assert_int_equal(flip_all(carrier, "0001.index", 1), 0);
		assert_int_equal(flip_all(carrier, "0001.data", 97), 0);
	}
}

static void
an_encrypted_set_shows_nothing(void **state)
{
	struct carrier *carrier = *state;
	AUTO(freep) char *path = file_of(carrier, "0001.data");
	AUTO(freep) char *text = NULL;
	size_t bytes;
	struct error err;

	carrier_add_disk(carrier, 2 * BLOCK_BYTES, 1);
	memcpy(carrier->disks[0], "a secret of the server", 22);
	carrier->encrypt = true;
	assert_ok(carrier_run(carrier, 0, 1, NULL, &err), &err);
	assert_ok(io_read_file(&text, &bytes, path, 1 << 20, &err), &err);
	assert_null(memmem(text, bytes, "a secret", 8));
	assert_null(memmem(text, bytes, "size_bytes", 10));
	carrier->enrolment.key[5] ^= 1;
	assert_int_equal(carrier_check(carrier, 0, 1, &err), -1);
	assert_int_equal(err.code, EACCES);
}

static void
no_salt_is_used_twice(void **state)
{
	struct carrier *carrier = *state;
	char *first = file_of(carrier, "0001.index");
	char *second = file_of(carrier, "0002.index");
	AUTO(freep) char *a = NULL;
	AUTO(freep) char *b = NULL;
	struct error err;

	add_disks(carrier);
	carrier->encrypt = true;
	assert_int_equal(run_and_die(carrier, 10, 1), 9);
	assert_ok(carrier_run(carrier, 0, 1, NULL, &err), &err);
	assert_ok(io_read_file(&a, NULL, first, 1 << 20, &err), &err);
	assert_ok(io_read_file(&b, NULL, second, 1 << 20, &err), &err);
	assert_memory_not_equal(a + 16, b + 16, SEAL_SALT_BYTES);
	free(first);
	free(second);
}

static void
unreadable_sectors_are_carried_as_such(void **state)
{
	struct carrier *carrier = *state;
	struct error err;

	add_disks(carrier);
	carrier->bad_offset = BLOCK_BYTES + 1024;
	assert_ok(carrier_run(carrier, 0, 1, NULL, &err), &err);
	assert_ok(carrier_check(carrier, 0, 1, &err), &err);
}

static void
another_machines_set_is_left_alone(void **state)
{
	struct carrier *carrier = *state;
	struct error err;

	add_disks(carrier);
	carrier->enrolment.machine[0] = '\0'; /* no key: DIR/unnamed.carry */
	assert_ok(carrier_run(carrier, 0, 1, NULL, &err), &err);
	carrier->count = 2;
	carrier->boot = 1;
	carrier->bytes[0] -= BLOCK_BYTES;
	assert_int_equal(carrier_run(carrier, 0, 1, NULL, &err), -1);
	assert_non_null(strstr(err.text, "other disks"));
}

/* The caller frees what it was given, which is nothing. */
static void
an_inventory_that_is_no_object_is_refused(void **state)
{
	struct carrier *carrier = *state;
	AUTO(carry_set_closep) struct carry_set *set = NULL;
	json_t *inventory = NULL;
	struct error err;

	carrier_add_disk(carrier, 3 << 20, 7);
	carrier->is_strange = true;
	assert_ok(carrier_run(carrier, 0, 1, NULL, &err), &err);
	assert_ok(carry_set_open(&set, (const char *const *)carrier->dirs, 1,
		NULL, &err), &err);
	assert_ok(carry_set_load(set, carrier->enrolment.key, &err), &err);
	assert_int_equal(carry_set_inventory(set, &inventory, &err), -1);
	assert_non_null(strstr(err.text, "no JSON object"));
	assert_null(inventory);
}

static void
encryption_is_not_left_out_half_way(void **state)
{
	struct carrier *carrier = *state;
	struct error err;

	add_disks(carrier);
	carrier->encrypt = true;
	assert_ok(carrier_run(carrier, 0, 1, NULL, &err), &err);
	carrier->encrypt = false;
	assert_int_equal(carrier_run(carrier, 0, 1, NULL, &err), -1);
	assert_non_null(strstr(err.hint, "--encrypt"));
	carrier->encrypt = true;
	carrier->enrolment.key[0] ^= 1;
	assert_int_equal(carrier_run(carrier, 0, 1, NULL, &err), -1);
	assert_int_equal(err.code, EACCES);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_is_carried_is_what_was_there),
		TEST(a_disk_of_many_groups_is_carried_without_its_zeros),
		TEST(a_run_that_is_killed_anywhere_is_gone_on_with),
		TEST(what_a_killed_run_left_over_is_given_back),
		TEST(what_was_committed_is_not_read_again),
		TEST(after_another_boot_only_what_changed_is_written),
		TEST(a_change_between_two_cut_runs_is_found),
		TEST(a_disk_that_is_full_anywhere_is_followed_by_another),
		TEST(a_part_that_is_away_need_not_come_back),
		TEST(no_byte_is_changed_unnoticed),
		TEST(an_encrypted_set_shows_nothing),
		TEST(no_salt_is_used_twice),
		TEST(unreadable_sectors_are_carried_as_such),
		TEST(another_machines_set_is_left_alone),
		TEST(an_inventory_that_is_no_object_is_refused),
		TEST(encryption_is_not_left_out_half_way),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
