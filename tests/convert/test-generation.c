/*
 * Generations of a machine with two disks: what is the machine's at any moment,
 * whoever dies when.  The disks' contents follow from the generation's number.
 */
#include "convert/capture/generation.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/capture/check.h"
#include "convert/source/fold.h"
#include "convert/source/image.h"
#include "convert/state/journal.h"
#include "convert/verb.h"
#include "tests/convert/capture.h"
#include "tests/harness.h"

enum { BLOCKS = 9, DISK_BYTES = (BLOCKS - 1) * BLOCK_BYTES + 1536 };

static const char *const disks[] = {"sda", "sdb"};
enum { DISKS = 2 };

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

static unsigned
recorded_number(const struct capture *capture)
{
	AUTO(generation_release) struct generation generation;

	assert_int_equal(generation_read(&generation, capture->machine, NULL),
		0);
	return generation.number;
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
	seen.early += recorded_number(seen.watched) < 2;
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
	static struct capture capture;

	memset(&seen, 0, sizeof seen);
	capture_make(&capture);
	*state = &capture;
	return 0;
}

static int
teardown(void **state)
{
	capture_remove(*state);
	return 0;
}

/* Of each three blocks one changes, one stays, and one is zeros at times. */
static bool
is_there(unsigned generation, unsigned block)
{
	return block != 7 || generation == 1;
}

static bool
is_zero(unsigned generation, unsigned block)
{
	return block % 3 == 2 && (generation + block) % 2 == 0;
}

static void
fill(uint8_t data[BLOCK_BYTES], unsigned generation, unsigned disk,
	unsigned block)
{
	unsigned seed = disk * 31 + block * 7 +
		(block % 3 == 1 ? 0 : generation * 101);

	memset(data, 0, BLOCK_BYTES);
	if (!is_there(generation, block) || is_zero(generation, block))
		return;
	for (size_t i = 0; i < BLOCK_BYTES; i++)
		data[i] = (uint8_t)(i * 3 + seed + 1);
}

static void
write_text(const struct capture *capture, const char *relative,
	unsigned generation)
{
	char text[32];
	struct error err;

	snprintf(text, sizeof text, "{\"of\": %u}\n", generation);
	assert_ok(io_write_file(capture_path(capture, relative), text,
		strlen(text), 0600, &err), &err);
}

/* 0: there is no such file. */
static unsigned
read_text(const struct capture *capture, const char *relative)
{
	AUTO(json_decrefpp) json_t *json = NULL;

	if (json_file_read(&json, capture_path(capture, relative), NULL) == -1)
		return 0;
	return (unsigned)json_number(json, "of", 99);
}

static struct image *
open_disk(const struct capture *capture, unsigned disk, const char *session)
{
	struct image *image;
	struct error err;

	assert_ok(image_open(&image, capture_path(capture, "capture"),
		disks[disk], DISK_BYTES, session, &err), &err);
	return image;
}

static void
capture_block(struct image *image, unsigned generation, unsigned disk,
	unsigned block)
{
	const uint8_t bad_map[BLOCK_BAD_MAP_BYTES] = {1};
	uint8_t data[BLOCK_BYTES], hash[HASH_BYTES];
	bool bad = block == 3 || block == 4, kept;
	struct error err;

	fill(data, generation, disk, block);
	hash_block(data, image_block_bytes(image, block), hash, &err);
	assert_ok(image_keep(image, block, hash, bad, &kept, &err), &err);
	assert_int_equal(kept, generation > 1 && block % 3 == 1);
	if (!kept)
		assert_ok(image_store(image, block, is_zero(generation, block)
			? NULL : data, hash, bad ? bad_map : NULL, &err), &err);
}

/* As a session does with what its source sends; yields report/session.json's. */
static json_t *
capture_disks(const struct capture *capture, unsigned generation)
{
	json_t *list = json_array();
	char session[16], root[HASH_HEX_BYTES];
	struct error err;

	snprintf(session, sizeof session, "boot-%u", generation);
	for (unsigned d = 0; d < DISKS; d++) {
		AUTO(image_closep) struct image *image =
			open_disk(capture, d, session);

		for (unsigned b = 0; b < BLOCKS; b++)
			if (is_there(generation, b))
				capture_block(image, generation, d, b);
		assert_ok(image_adopt(image, &err), &err);
		assert_ok(image_checkpoint(image, &err), &err);
		assert_ok(image_root(image, root, &err), &err);
		json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:s}",
			"name", disks[d], "size_bytes", (json_int_t)DISK_BYTES,
			"captured_bytes", (json_int_t)DISK_BYTES, "root_hash",
			root));
	}
	return list;
}

static void
make_files(const struct capture *capture, const char *prefix,
	unsigned generation)
{
	static const char *const files[] = {"inventory.json", "disks.json",
		"report/guest.json", "vm/run-isolated", "vm/sda.qcow2",
		"vm/sdb.qcow2"};

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		AUTO(freep) char *path = io_format("%s%s", prefix, files[i]);

		write_text(capture, path, generation);
	}
}

static void
make_first(const struct capture *capture)
{
	AUTO(json_decrefpp) json_t *list = capture_disks(capture, 1);
	struct error err;

	make_files(capture, "", 1);
	assert_ok(generation_commit(capture->machine, 1, list, &err), &err);
	assert_ok(machine_set_state(capture->machine, MACHINE_VERIFIED, &err),
		&err);
}

static json_t *
make_second(const struct capture *capture)
{
	AUTO(machine_closep) struct machine *place = NULL;
	struct error err;

	assert_ok(generation_stage(&place, capture->machine, &err), &err);
	make_files(capture, "next/", 2);
	return capture_disks(capture, 2);
}

/* The blocks of both disks, read as QEMU would. */
static void
assert_blocks(const struct capture *capture, unsigned generation)
{
	for (unsigned d = 0; d < DISKS; d++) {
		AUTO(freep) char *name = io_format("capture/%s.raw", disks[d]);
		AUTO(fd_closep) int fd = open(capture_path(capture, name),
			O_RDONLY);

		for (unsigned b = 0; b < BLOCKS; b++) {
			uint8_t want[BLOCK_BYTES], got[BLOCK_BYTES] = {0};
			ssize_t bytes = pread(fd, got, sizeof got,
				(off_t)b * BLOCK_BYTES);

			fill(want, generation, d, b);
			assert_true(bytes > 0);
			assert_memory_equal(want, got, bytes);
		}
	}
}

static void
assert_checked(const struct capture *capture)
{
	AUTO(generation_release) struct generation generation;
	struct progress progress = {.total = 0};
	const json_t *disk;
	struct error err;
	size_t i;

	assert_ok(generation_read(&generation, capture->machine, &err), &err);
	assert_int_equal(json_array_size(generation.disks), DISKS);
	json_array_foreach(generation.disks, i, disk) {
		struct check_result result;

		assert_ok(check_run(capture_path(capture, "capture"),
			json_text(disk, "name", ""), DISK_BYTES, &progress,
			NULL, NULL, &result, &err), &err);
		assert_int_equal(result.bad_blocks, 0);
		assert_string_equal(result.root_hash,
			json_text(disk, "root_hash", ""));
	}
}

/* All of it is of this generation, and nothing of another. */
static void
assert_machine(const struct capture *capture, unsigned generation)
{
	static const char *const files[] = {"inventory.json", "disks.json",
		"report/guest.json", "vm/run-isolated", "vm/sda.qcow2",
		"vm/sdb.qcow2"};

	assert_int_equal(recorded_number(capture), generation);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		assert_int_equal(read_text(capture, files[i]), generation);
	assert_blocks(capture, generation);
	assert_checked(capture);
}

static void
nothing_of_a_complete_generation_changes_while_the_next_is_made(void **state)
{
	struct capture *capture = *state;
	AUTO(json_decrefpp) json_t *list = NULL;

	make_first(capture);
	assert_machine(capture, 1);
	seen.watched = capture;
	list = make_second(capture);
	assert_int_equal(seen.early, 0);
	assert_machine(capture, 1);
	assert_int_equal(machine_state(capture->machine), MACHINE_VERIFIED);
}

static void
what_is_still_the_same_takes_no_room(void **state)
{
	struct capture *capture = *state;
	AUTO(json_decrefpp) json_t *list = NULL;
	struct stat st;

	make_first(capture);
	list = make_second(capture);
	/* Blocks 0, 3 and 6; of 2, 5 and 8 those that are not zeros now. */
	assert_int_equal(stat(capture_path(capture, "capture/sda.next"), &st),
		0);
	assert_in_range(st.st_blocks * 512, 4 * BLOCK_BYTES, 5 * BLOCK_BYTES);
}

static void
the_next_generation_reads_as_one_disk(void **state)
{
	struct capture *capture = *state;
	AUTO(json_decrefpp) json_t *list = NULL;
	AUTO(image_closep) struct image *image = NULL;
	uint8_t got[3 * BLOCK_BYTES], want[BLOCK_BYTES];
	struct error err;

	make_first(capture);
	list = make_second(capture);
	image = open_disk(capture, 0, "boot-2");
	assert_false(image_is_foreign(image));
	/* Stored, kept, zeros; from and to the middle of a block. */
	assert_ok(image_read(image, BLOCK_BYTES / 2, got, 2 * BLOCK_BYTES,
		&err), &err);
	fill(want, 2, 0, 0);
	assert_memory_equal(got, want + BLOCK_BYTES / 2, BLOCK_BYTES / 2);
	fill(want, 2, 0, 1);
	assert_memory_equal(got + BLOCK_BYTES / 2, want, BLOCK_BYTES);
	fill(want, 2, 0, 2);
	assert_memory_equal(got + BLOCK_BYTES * 3 / 2, want, BLOCK_BYTES / 2);
}

static void
a_complete_next_generation_takes_the_place_of_all(void **state)
{
	struct capture *capture = *state;
	AUTO(json_decrefpp) json_t *list = NULL;
	AUTO(freep) char *journal = NULL;
	struct error err;

	make_first(capture);
	list = make_second(capture);
	seen.watched = capture;
	assert_ok(generation_commit(capture->machine, 2, list, &err), &err);
	assert_int_equal(seen.early, 0);
	assert_machine(capture, 2);
	assert_int_equal(machine_state(capture->machine), MACHINE_CAPTURED);
	assert_int_equal(access(capture_path(capture, "next"), F_OK), -1);
	assert_int_equal(access(capture_path(capture, "capture/sda.next"),
		F_OK), -1);
	assert_ok(io_read_file(&journal, NULL,
		capture_path(capture, "journal.jsonl"), 1 << 20, &err), &err);
	assert_non_null(strstr(journal, "generation.complete"));
}

/* Block 3 was stored anew and block 4 kept; both have one bad sector. */
static void
bad_sectors_of_both_generations_are_listed(void **state)
{
	struct capture *capture = *state;
	AUTO(json_decrefpp) json_t *list = NULL;
	AUTO(image_closep) struct image *image = NULL;
	AUTO(freep) char *lines = NULL;
	uint64_t count;
	struct error err;

	make_first(capture);
	list = make_second(capture);
	image = open_disk(capture, 0, "boot-2");
	assert_ok(image_bad_sectors(image, &count, &err), &err);
	assert_int_equal(count, 2);
	assert_ok(generation_commit(capture->machine, 2, list, &err), &err);
	assert_ok(io_read_file(&lines, NULL,
		capture_path(capture, "capture/sda.bad"), 4096, &err), &err);
	assert_string_equal(lines, "262144 512\n196608 512\n");
}

static void
a_reboot_makes_the_last_generation_foreign_and_the_same_boot_not(void **state)
{
	struct capture *capture = *state;
	AUTO(image_closep) struct image *image = NULL;
	uint64_t present, zero;
	struct error err;

	make_first(capture);
	image = open_disk(capture, 0, "boot-1");
	assert_false(image_is_foreign(image));
	image_count(image, &present, &zero);
	assert_int_equal(present, DISK_BYTES); /* nothing to compare, or fetch */
	image_close(take(image));

	image = open_disk(capture, 1, "boot-2");
	assert_true(image_is_foreign(image));
	assert_int_equal(image_known_bytes(image), DISK_BYTES);
	assert_false(image_has(image, 0));
	image_close(take(image));
	image = open_disk(capture, 1, "boot-2"); /* cut short: not compared */
	assert_true(image_is_foreign(image));
	assert_ok(image_adopt(image, &err), &err);
}

static void
a_vm_that_runs_keeps_its_generation(void **state)
{
	struct capture *capture = *state;
	AUTO(json_decrefpp) json_t *list = NULL;
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET,
		.l_start = 201, .l_len = 1}; /* as QEMU: nobody may write */
	struct error err;
	int fd;

	make_first(capture);
	list = make_second(capture);
	fd = open(capture_path(capture, "capture/sdb.raw"), O_RDONLY);
	assert_int_equal(fcntl(fd, F_OFD_SETLK, &lock), 0);
	assert_int_equal(generation_commit(capture->machine, 2, list, &err),
		-1);
	assert_int_equal(err.code, EBUSY);
	assert_string_not_equal(err.hint, "");
	assert_machine(capture, 1);
	close(fd);
	assert_ok(generation_commit(capture->machine, 2, list, &err), &err);
	assert_machine(capture, 2);
}

/* A VM can be started when its overlays are there. */
static void
assert_no_mixture(const struct capture *capture)
{
	unsigned a = read_text(capture, "vm/sda.qcow2");
	unsigned b = read_text(capture, "vm/sdb.qcow2");

	if (recorded_number(capture) == 1) {
		assert_machine(capture, 1);
		return;
	}
	assert_true(a == 0 || b == 0 || a == b);
	if (a > 0 && b > 0)
		assert_blocks(capture, a);
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
		make_first(&capture);
		list = make_second(&capture);
		died = dies_at(at, commit, &capture, list);
		assert_no_mixture(&capture);
		old += recorded_number(&capture) == 1;
		/* And again, on the way out of that. */
		if (died && dies_at(1 + at % 11, settle, &capture, list))
			assert_no_mixture(&capture);
		if (recorded_number(&capture) == 2) {
			assert_ok(generation_settle(capture.machine, &err),
				&err);
			assert_machine(&capture, 2);
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

	make_first(capture);
	first = read_status(capture);
	assert_int_equal(status_number(first, "generation", "number"), 1);
	assert_null(json_object_get(first, "next_generation"));

	list = make_second(capture);
	second = read_status(capture);
	assert_int_equal(status_number(second, "generation", "number"), 1);
	assert_int_equal(status_number(second, "next_generation", "number"), 2);
	assert_int_equal(status_number(second, "next_generation", "bytes"),
		DISKS * (BLOCKS - 1) * BLOCK_BYTES);
	assert_string_equal(json_text(second, "state", ""), "verified");

	/* Dead behind the record: the second one is the machine's now. */
	for (unsigned at = 1; recorded_number(capture) == 1; at++)
		assert_true(dies_at(at, commit, capture, list));
	crashed = read_status(capture);
	assert_int_equal(status_number(crashed, "generation", "number"), 2);
	assert_string_equal(json_text(crashed, "state", ""), "captured");
}

/* The first one has nothing to protect, and nothing to lose either. */
static void
a_disk_that_joins_later_is_written_in_its_place(void **state)
{
	struct capture *capture = *state;
	AUTO(image_closep) struct image *image = NULL;
	struct error err;

	make_first(capture);
	assert_ok(image_open(&image, capture_path(capture, "capture"), "sdc",
		DISK_BYTES, "boot-2", &err), &err);
	assert_null(image_base_path(image));
	image_close(take(image));
	assert_ok(fold_run(capture_path(capture, "capture"), "sdc", 2, &err),
		&err);
	assert_ok(image_open(&image, capture_path(capture, "capture"), "sdc",
		DISK_BYTES, "boot-3", &err), &err);
	assert_non_null(image_base_path(image));
}

static void
what_is_left_of_a_moved_disk_is_not_joined_to_its_successor(void **state)
{
	struct capture *capture = *state;
	AUTO(json_decrefpp) json_t *list = NULL;
	struct image *image;

	make_first(capture);
	list = make_second(capture);
	assert_int_equal(unlink(capture_path(capture, "capture/sda.raw")), 0);
	assert_int_equal(unlink(capture_path(capture, "capture/sda.map")), 0);
	image = open_disk(capture, 0, "boot-3");
	assert_false(image_has(image, 0));
	assert_int_equal(access(capture_path(capture, "capture/sda.next-map"),
		F_OK), -1);
	image_close(image);
}

#define GENERATION_TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GENERATION_TEST(
			nothing_of_a_complete_generation_changes_while_the_next_is_made),
		GENERATION_TEST(what_is_still_the_same_takes_no_room),
		GENERATION_TEST(the_next_generation_reads_as_one_disk),
		GENERATION_TEST(a_complete_next_generation_takes_the_place_of_all),
		GENERATION_TEST(bad_sectors_of_both_generations_are_listed),
		GENERATION_TEST(
			a_reboot_makes_the_last_generation_foreign_and_the_same_boot_not),
		GENERATION_TEST(a_vm_that_runs_keeps_its_generation),
		GENERATION_TEST(
			whoever_dies_between_two_steps_leaves_one_generation),
		GENERATION_TEST(
			status_tells_the_last_generation_and_how_far_the_next_is),
		GENERATION_TEST(a_disk_that_joins_later_is_written_in_its_place),
		GENERATION_TEST(
			what_is_left_of_a_moved_disk_is_not_joined_to_its_successor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
