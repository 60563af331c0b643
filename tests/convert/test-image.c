#include "convert/source/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/io.h"
#include "common/own.h"
#include "convert/source/bad.h"
#include "convert/source/map.h"
#include "tests/harness.h"

enum { BLOCKS = 1200, DISK_BYTES = (BLOCKS - 1) * BLOCK_BYTES + 1024 };

static char folder[64];
static char path[128];

/* What the wrapped calls saw and do. */
static struct {
	bool raw_is_dirty;    /* written since its last fdatasync */
	bool map_is_dirty;
	unsigned early; /* written while what comes before was not durable */
	unsigned overwritten; /* data written while a removal was not durable */
	unsigned entry_writes;
	int fail_sync, fail_write, fail_punch;
} seen;

static bool
is_file(int fd, const char *suffix)
{
	char link[64], target[256];
	ssize_t bytes;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	bytes = readlink(link, target, sizeof target - 1);
	if (bytes < 4)
		return false;
	target[bytes] = '\0';
	return strcmp(target + bytes - 4, suffix) == 0;
}

ssize_t __real_pwrite(int fd, const void *data, size_t bytes, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *data, size_t bytes, off_t offset);
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __real_fallocate(int fd, int mode, off_t offset, off_t bytes);
int __wrap_fallocate(int fd, int mode, off_t offset, off_t bytes);

ssize_t
__wrap_pwrite(int fd, const void *data, size_t bytes, off_t offset)
{
	if (is_file(fd, ".raw")) {
		if (seen.fail_write) {
			errno = seen.fail_write;
			return -1;
		}
		seen.raw_is_dirty = true;
		seen.overwritten += seen.map_is_dirty;
	} else if (is_file(fd, ".map") && offset == MAP_PROOF_OFFSET) {
		seen.early += seen.map_is_dirty || seen.raw_is_dirty;
	} else if (is_file(fd, ".map") && offset >= IMAGE_HEADER_BYTES) {
		static const uint8_t absent[IMAGE_ENTRY_BYTES];

		if (memcmp(data, absent, sizeof absent) == 0) {
			seen.map_is_dirty = true;
		} else {
			seen.entry_writes++;
			seen.early += seen.raw_is_dirty;
		}
	}
	return __real_pwrite(fd, data, bytes, offset);
}

int
__wrap_fdatasync(int fd)
{
	if (seen.fail_sync && is_file(fd, ".raw")) {
		errno = seen.fail_sync;
		return -1;
	}
	if (is_file(fd, ".raw"))
		seen.raw_is_dirty = false;
	if (is_file(fd, ".map"))
		seen.map_is_dirty = false;
	return __real_fdatasync(fd);
}

int
__wrap_fallocate(int fd, int mode, off_t offset, off_t bytes)
{
	if (seen.fail_punch) {
		errno = seen.fail_punch;
		return -1;
	}
	return __real_fallocate(fd, mode, offset, bytes);
}

static int
setup(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof seen);
	strcpy(folder, "/tmp/unrack-test-image.XXXXXX");
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	struct error err;

	(void)state;
	return io_remove_tree(folder, &err);
}

static struct image *
open_image(const char *session)
{
	struct image *image;
	struct error err;

	assert_ok(image_open(&image, folder, "sda", DISK_BYTES, session, &err),
		&err);
	return image;
}

static const char *
file(const char *name)
{
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

/* Block contents that tell which block it is. */
static void
fill(uint8_t data[BLOCK_BYTES], uint64_t block)
{
	for (size_t i = 0; i < BLOCK_BYTES; i++)
		data[i] = (uint8_t)(i * 7 + block * 13 + 1);
}

static void
store(struct image *image, uint64_t block)
{
	uint8_t data[BLOCK_BYTES], hash[HASH_BYTES];
	struct error err;

	fill(data, block);
	assert_ok(hash_block(data, image_block_bytes(image, block), hash, &err),
		&err);
	assert_ok(image_store(image, block, data, hash, NULL, &err), &err);
}

static void
store_zero(struct image *image, uint64_t block)
{
	static const uint8_t zeros[BLOCK_BYTES];
	uint8_t hash[HASH_BYTES];
	struct error err;

	assert_ok(hash_block(zeros, image_block_bytes(image, block), hash,
		&err), &err);
	assert_ok(image_store(image, block, NULL, hash, NULL, &err), &err);
}

static void
assert_block(struct image *image, uint64_t block, bool zeros)
{
	uint8_t want[BLOCK_BYTES] = {0}, got[BLOCK_BYTES];
	uint32_t bytes = image_block_bytes(image, block);
	struct error err;

	if (!zeros)
		fill(want, block);
	assert_true(image_has(image, block));
	assert_ok(image_read(image, block * BLOCK_BYTES, got, bytes, &err),
		&err);
	assert_memory_equal(got, want, bytes);
}

static void
entries_follow_their_durable_data(void **state)
{
	struct image *image = open_image("boot");
	struct error err;

	(void)state;
	for (uint64_t b = 0; b < BLOCKS; b++)
		store(image, b);
	assert_true(seen.entry_writes > 0); /* a full batch went by itself */
	assert_ok(image_flush(image, &err), &err);
	assert_int_equal(seen.early, 0);
	image_close(image);
}

static void
only_what_was_flushed_is_there_after_a_crash(void **state)
{
	struct image *image = open_image("boot");
	uint64_t present, zero;
	struct error err;

	(void)state;
	store(image, 3);
	store_zero(image, 4);
	store(image, BLOCKS - 1);
	assert_ok(image_flush(image, &err), &err);
	store(image, 5);
	assert_block(image, 5, false); /* readable before it is durable */
	image_close(image);

	image = open_image("boot");
	assert_block(image, 3, false);
	assert_block(image, 4, true);
	assert_block(image, BLOCKS - 1, false);
	assert_false(image_has(image, 5));
	assert_false(image_has(image, 0));
	image_count(image, &present, &zero);
	assert_int_equal(present, 2 * BLOCK_BYTES + 1024);
	assert_int_equal(zero, BLOCK_BYTES);
	image_close(image);
}

/* Change the map file behind the image's back. */
static void
scribble(uint64_t offset, const void *bytes, size_t count)
{
	int fd = open(file("sda.map"), O_RDWR);

	assert_int_equal(__real_pwrite(fd, bytes, count, (off_t)offset), count);
	close(fd);
}

static void
torn_and_moved_entries_are_absent(void **state)
{
	struct image *image = open_image("boot");
	uint8_t entry[IMAGE_ENTRY_BYTES], half[IMAGE_ENTRY_BYTES / 2] = {0};
	struct error err;
	int fd;

	(void)state;
	store(image, 1);
	store(image, 2);
	store(image, 3);
	assert_ok(image_flush(image, &err), &err);
	image_close(image);
	fd = open(file("sda.map"), O_RDONLY);
	assert_int_equal(pread(fd, entry, sizeof entry,
		(off_t)map_entry_offset(2)), sizeof entry);
	close(fd);
	scribble(map_entry_offset(1) + 20, half, sizeof half);
	scribble(map_entry_offset(7), entry, sizeof entry);

	image = open_image("boot");
	assert_false(image_has(image, 1));
	assert_block(image, 2, false);
	assert_block(image, 3, false);
	assert_false(image_has(image, 7));
	image_close(image);
}

static void
a_damaged_header_begins_anew(void **state)
{
	struct image *image = open_image("boot");
	struct error err;

	(void)state;
	store(image, 1);
	assert_ok(image_flush(image, &err), &err);
	image_close(image);
	scribble(17, "x", 1);
	image = open_image("boot");
	assert_false(image_has(image, 1));
	store(image, 1);
	assert_ok(image_flush(image, &err), &err);
	image_close(image);
	image = open_image("boot");
	assert_block(image, 1, false);
	image_close(image);
}

static void
a_map_without_its_data_is_not_believed(void **state)
{
	struct image *image = open_image("boot");
	struct error err;

	(void)state;
	store(image, 1);
	assert_ok(image_checkpoint(image, &err), &err);
	image_close(image);
	assert_int_equal(unlink(file("sda.raw")), 0);
	image = open_image("boot");
	assert_false(image_has(image, 1));
	image_close(image);
}

static void
a_disk_of_another_size_is_refused(void **state)
{
	struct image *image = open_image("boot");
	struct error err;

	(void)state;
	image_close(image);
	assert_int_equal(image_open(&image, folder, "sda", DISK_BYTES + 512,
		"boot", &err), -1);
	assert_int_equal(err.code, EEXIST);
	assert_string_not_equal(err.hint, "");
}

static void
a_capture_that_was_cut_says_so(void **state)
{
	struct image *image = open_image("boot");
	struct error err;

	(void)state;
	image_close(image);
	assert_int_equal(truncate(file("sda.raw"), DISK_BYTES - 512), 0);
	assert_int_equal(image_open(&image, folder, "sda", DISK_BYTES, "boot",
		&err), -1);
	assert_int_equal(err.code, EEXIST);
	assert_non_null(strstr(err.text, " has "));
	assert_null(strstr(err.text, "offers"));
	assert_string_not_equal(err.hint, "");
}

static void
after_a_failed_sync_nothing_is_recorded(void **state)
{
	struct image *image = open_image("boot");
	struct error err;

	(void)state;
	store(image, 1);
	seen.fail_sync = EIO;
	assert_int_equal(image_flush(image, &err), -1);
	assert_int_equal(err.code, EIO);
	seen.fail_sync = 0;
	/* The kernel may have dropped the data and says so only once. */
	store(image, 2);
	assert_int_equal(image_flush(image, &err), -1);
	assert_int_equal(seen.entry_writes, 0);
	image_close(image);
	image = open_image("boot");
	assert_false(image_has(image, 1));
	image_close(image);
}

static void
a_full_host_says_how_much_to_free(void **state)
{
	struct image *image = open_image("boot");
	uint8_t data[BLOCK_BYTES] = {1}, hash[HASH_BYTES] = {0};
	struct error err;

	(void)state;
	seen.fail_write = ENOSPC;
	assert_int_equal(image_store(image, 1, data, hash, NULL, &err), -1);
	assert_int_equal(err.code, ENOSPC);
	assert_non_null(strstr(err.hint, "MB"));
	assert_non_null(strstr(err.hint, "kept"));
	assert_false(image_has(image, 1));
	image_close(image);
}

static void
replace_with_zeros(int fail_punch)
{
	struct image *image = open_image("boot");
	struct error err;

	store(image, 9);
	assert_ok(image_flush(image, &err), &err);
	assert_ok(image_drop(image, 9, &err), &err);
	assert_false(image_has(image, 9));
	seen.fail_punch = fail_punch;
	store_zero(image, 9);
	assert_block(image, 9, true);
	assert_ok(image_flush(image, &err), &err);
	image_close(image);
}

static void
zeros_over_old_data_read_as_zeros(void **state)
{
	(void)state;
	replace_with_zeros(0);
}

static void
zeros_do_not_depend_on_punching_holes(void **state)
{
	(void)state;
	replace_with_zeros(EOPNOTSUPP);
}

static void
a_removal_is_durable_before_the_block_is_overwritten(void **state)
{
	struct image *image = open_image("boot");
	struct error err;

	(void)state;
	store(image, 9);
	store(image, 10);
	assert_ok(image_checkpoint(image, &err), &err);
	assert_ok(image_drop(image, 9, &err), &err);
	assert_ok(image_drop(image, 10, &err), &err);
	assert_true(seen.map_is_dirty);
	store(image, 10);
	assert_int_equal(seen.overwritten, 0);
	image_close(image);
	image = open_image("boot");
	assert_false(image_has(image, 9));
	assert_false(image_has(image, 10));
	image_close(image);
}

static void
another_boots_blocks_are_foreign_until_adopted(void **state)
{
	struct image *image = open_image("boot-1");
	struct error err;

	(void)state;
	assert_false(image_is_foreign(image));
	image_close(image);
	image = open_image("boot-2"); /* nothing is there to compare */
	assert_false(image_is_foreign(image));
	assert_ok(image_adopt(image, &err), &err);
	store(image, 1);
	assert_ok(image_flush(image, &err), &err);
	image_close(image);
	image = open_image("boot-3");
	assert_true(image_is_foreign(image));
	image_close(image);
	image = open_image("boot-3"); /* the proof was cut short */
	assert_true(image_is_foreign(image));
	assert_ok(image_adopt(image, &err), &err);
	assert_false(image_is_foreign(image));
	image_close(image);
	image = open_image("boot-3");
	assert_false(image_is_foreign(image));
	assert_block(image, 1, false);
	image_close(image);
}

static void
what_was_compared_counts_until_another_session(void **state)
{
	struct image *image = open_image("boot-1");
	struct error err;

	(void)state;
	store(image, 1);
	store(image, 700);
	assert_ok(image_flush(image, &err), &err);
	image_close(image);

	image = open_image("boot-2");
	assert_int_equal(image_proven_blocks(image), 0);
	assert_ok(image_drop(image, 1, &err), &err);
	assert_ok(image_note_proven(image, 600, &err), &err);
	assert_int_equal(seen.early, 0);
	image_close(image);
	image = open_image("boot-2");
	assert_int_equal(image_proven_blocks(image), 600);
	assert_true(image_is_foreign(image));
	image_close(image);

	/* Also for the one that the image is of: it may store more. */
	image = open_image("boot-1");
	assert_int_equal(image_proven_blocks(image), 0);
	store(image, 1);
	assert_ok(image_flush(image, &err), &err);
	image_close(image);
	image = open_image("boot-2");
	assert_int_equal(image_proven_blocks(image), 0);
	image_close(image);
}

/* As image.h defines it, computed from the bytes of the disk. */
static void
the_root_is_the_one_of_the_definition(void **state)
{
	struct image *image = open_image("boot");
	uint8_t data[BLOCK_BYTES], hashes[BLOCKS * HASH_BYTES];
	uint8_t group[HASH_BYTES], root[HASH_BYTES];
	char want[HASH_HEX_BYTES], got[HASH_HEX_BYTES];
	struct error err;

	(void)state;
	store(image, 0);
	store_zero(image, 1);
	store(image, 700);
	for (uint64_t b = 0; b < BLOCKS; b++) {
		memset(data, 0, sizeof data);
		if (b == 0 || b == 700)
			fill(data, b);
		hash_block(data, image_block_bytes(image, b),
			hashes + b * HASH_BYTES, &err);
	}
	hash_block(hashes, sizeof hashes, group, &err);
	hash_block(group, sizeof group, root, &err);
	hash_hex(root, want);
	assert_ok(image_root(image, got, &err), &err);
	assert_string_equal(got, want);
	image_close(image);
}

static void
bad_sectors_are_counted_once_and_forgotten_with_their_block(void **state)
{
	const uint8_t bad_map[BLOCK_BAD_MAP_BYTES] = {0x81, [15] = 0x80};
	struct image *image = open_image("boot");
	uint8_t data[BLOCK_BYTES] = {0}, hash[HASH_BYTES];
	uint64_t count;
	struct error err;

	(void)state;
	hash_block(data, sizeof data, hash, &err);
	assert_ok(image_store(image, 2, data, hash, bad_map, &err), &err);
	assert_ok(image_store(image, 4, data, hash, bad_map, &err), &err);
	assert_ok(image_bad_sectors(image, &count, &err), &err);
	assert_int_equal(count, 6);
	assert_ok(image_drop(image, 2, &err), &err);
	/* As after a crash: the line is there, the entry is not. */
	assert_ok(image_store(image, 2, data, hash, bad_map, &err), &err);
	assert_ok(image_bad_sectors(image, &count, &err), &err);
	assert_int_equal(count, 6);
	assert_ok(image_drop(image, 4, &err), &err);
	assert_ok(image_checkpoint(image, &err), &err);
	assert_ok(image_bad_sectors(image, &count, &err), &err);
	assert_int_equal(count, 3);
	/* Read well this time. */
	assert_ok(image_store(image, 4, data, hash, NULL, &err), &err);
	assert_ok(image_bad_sectors(image, &count, &err), &err);
	assert_int_equal(count, 3);
	image_close(image);
}

static void
bad_sectors_of_a_block_that_a_crash_took_do_not_come_back(void **state)
{
	static const char line[] = "131072 512\n";
	struct image *image = open_image("boot");
	uint64_t count;
	struct error err;

	(void)state;
	image_close(image);
	/* Listed before its entry, which was never written. */
	assert_ok(io_write_file(file("sda.bad"), line, strlen(line), 0600,
		&err), &err);
	image = open_image("boot");
	store(image, 2); /* read well this time */
	assert_ok(image_bad_sectors(image, &count, &err), &err);
	assert_int_equal(count, 0);
	image_close(image);
}

static void
bad_ranges_are_lines_of_bytes(void **state)
{
	const uint8_t bad_map[BLOCK_BAD_MAP_BYTES] = {0x06, [15] = 0x80};
	char text[BAD_TEXT_BYTES];
	size_t bytes = bad_format(text, 2, bad_map);

	(void)state;
	assert_int_equal(bytes, strlen(text));
	assert_string_equal(text, "131584 1024\n196096 512\n");
}

#define IMAGE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IMAGE_TEST(entries_follow_their_durable_data),
		IMAGE_TEST(only_what_was_flushed_is_there_after_a_crash),
		IMAGE_TEST(torn_and_moved_entries_are_absent),
		IMAGE_TEST(a_damaged_header_begins_anew),
		IMAGE_TEST(a_map_without_its_data_is_not_believed),
		IMAGE_TEST(a_disk_of_another_size_is_refused),
		IMAGE_TEST(a_capture_that_was_cut_says_so),
		IMAGE_TEST(after_a_failed_sync_nothing_is_recorded),
		IMAGE_TEST(a_full_host_says_how_much_to_free),
		IMAGE_TEST(zeros_over_old_data_read_as_zeros),
		IMAGE_TEST(zeros_do_not_depend_on_punching_holes),
		IMAGE_TEST(a_removal_is_durable_before_the_block_is_overwritten),
		IMAGE_TEST(another_boots_blocks_are_foreign_until_adopted),
		IMAGE_TEST(what_was_compared_counts_until_another_session),
		IMAGE_TEST(the_root_is_the_one_of_the_definition),
		IMAGE_TEST(bad_sectors_are_counted_once_and_forgotten_with_their_block),
		IMAGE_TEST(
			bad_sectors_of_a_block_that_a_crash_took_do_not_come_back),
		IMAGE_TEST(bad_ranges_are_lines_of_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
