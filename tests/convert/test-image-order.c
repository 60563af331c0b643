/*
 * What is written when: an entry of the map never before its data is durable,
 * whatever fails.  The calls that write are wrapped.
 */
#include "convert/source/image.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "convert/source/map.h"
#include "tests/convert/images.h"
#include "tests/harness.h"

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
	memset(&seen, 0, sizeof seen);
	return images_setup(state);
}

static void
entries_follow_their_durable_data(void **state)
{
	struct image *image = images_open("boot");
	struct error err;

	(void)state;
	for (uint64_t b = 0; b < IMAGES_BLOCKS; b++)
		images_store(image, b);
	assert_true(seen.entry_writes > 0); /* a full batch went by itself */
	assert_ok(image_flush(image, &err), &err);
	assert_int_equal(seen.early, 0);
	image_close(image);
}

static void
after_a_failed_sync_nothing_is_recorded(void **state)
{
	struct image *image = images_open("boot");
	struct error err;

	(void)state;
	images_store(image, 1);
	seen.fail_sync = EIO;
	assert_int_equal(image_flush(image, &err), -1);
	assert_int_equal(err.code, EIO);
	seen.fail_sync = 0;
	/* The kernel may have dropped the data and says so only once. */
	images_store(image, 2);
	assert_int_equal(image_flush(image, &err), -1);
	assert_int_equal(seen.entry_writes, 0);
	image_close(image);
	image = images_open("boot");
	assert_false(image_has(image, 1));
	image_close(image);
}

static void
a_full_host_says_how_much_to_free(void **state)
{
	struct image *image = images_open("boot");
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
	struct image *image = images_open("boot");
	struct error err;

	images_store(image, 9);
	assert_ok(image_flush(image, &err), &err);
	assert_ok(image_drop(image, 9, &err), &err);
	assert_false(image_has(image, 9));
	seen.fail_punch = fail_punch;
	images_store_zero(image, 9);
	images_assert_block(image, 9, true);
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
	struct image *image = images_open("boot");
	struct error err;

	(void)state;
	images_store(image, 9);
	images_store(image, 10);
	assert_ok(image_checkpoint(image, &err), &err);
	assert_ok(image_drop(image, 9, &err), &err);
	assert_ok(image_drop(image, 10, &err), &err);
	assert_true(seen.map_is_dirty);
	images_store(image, 10);
	assert_int_equal(seen.overwritten, 0);
	image_close(image);
	image = images_open("boot");
	assert_false(image_has(image, 9));
	assert_false(image_has(image, 10));
	image_close(image);
}

static void
what_was_compared_counts_until_another_session(void **state)
{
	struct image *image = images_open("boot-1");
	struct error err;

	(void)state;
	images_store(image, 1);
	images_store(image, 700);
	assert_ok(image_flush(image, &err), &err);
	image_close(image);

	image = images_open("boot-2");
	assert_int_equal(image_proven_blocks(image), 0);
	assert_ok(image_drop(image, 1, &err), &err);
	assert_ok(image_note_proven(image, 600, &err), &err);
	assert_int_equal(seen.early, 0);
	image_close(image);
	image = images_open("boot-2");
	assert_int_equal(image_proven_blocks(image), 600);
	assert_true(image_is_foreign(image));
	image_close(image);

	/* Also for the one that the image is of: it may store more. */
	image = images_open("boot-1");
	assert_int_equal(image_proven_blocks(image), 0);
	images_store(image, 1);
	assert_ok(image_flush(image, &err), &err);
	image_close(image);
	image = images_open("boot-2");
	assert_int_equal(image_proven_blocks(image), 0);
	image_close(image);
}

#define ORDER_TEST(name)                                                       \
	cmocka_unit_test_setup_teardown(name, setup, images_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ORDER_TEST(entries_follow_their_durable_data),
		ORDER_TEST(after_a_failed_sync_nothing_is_recorded),
		ORDER_TEST(a_full_host_says_how_much_to_free),
		ORDER_TEST(zeros_over_old_data_read_as_zeros),
		ORDER_TEST(zeros_do_not_depend_on_punching_holes),
		ORDER_TEST(a_removal_is_durable_before_the_block_is_overwritten),
		ORDER_TEST(what_was_compared_counts_until_another_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
