/* An image and its map: what is there after a crash, and what is not believed. */
#include "convert/source/image.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "convert/source/bad.h"
#include "convert/source/map.h"
#include "tests/convert/images.h"
#include "tests/harness.h"

static void
only_what_was_flushed_is_there_after_a_crash(void **state)
{
	struct image *image = images_open("boot");
	uint64_t present, zero;
	struct error err;

	(void)state;
	images_store(image, 3);
	images_store_zero(image, 4);
	images_store(image, IMAGES_BLOCKS - 1);
	assert_ok(image_flush(image, &err), &err);
	images_store(image, 5);
	images_assert_block(image, 5, false); /* readable before it is durable */
	image_close(image);

	image = images_open("boot");
	images_assert_block(image, 3, false);
	images_assert_block(image, 4, true);
	images_assert_block(image, IMAGES_BLOCKS - 1, false);
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
	int fd = open(images_file("sda.map"), O_RDWR);

	assert_int_equal(pwrite(fd, bytes, count, (off_t)offset), count);
	close(fd);
}

static void
torn_and_moved_entries_are_absent(void **state)
{
	struct image *image = images_open("boot");
	uint8_t entry[IMAGE_ENTRY_BYTES], half[IMAGE_ENTRY_BYTES / 2] = {0};
	struct error err;
	int fd;

	(void)state;
	images_store(image, 1);
	images_store(image, 2);
	images_store(image, 3);
	assert_ok(image_flush(image, &err), &err);
	image_close(image);
	fd = open(images_file("sda.map"), O_RDONLY);
	assert_int_equal(pread(fd, entry, sizeof entry,
		(off_t)map_entry_offset(2)), sizeof entry);
	close(fd);
	scribble(map_entry_offset(1) + 20, half, sizeof half);
	scribble(map_entry_offset(7), entry, sizeof entry);

	image = images_open("boot");
	assert_false(image_has(image, 1));
	images_assert_block(image, 2, false);
	images_assert_block(image, 3, false);
	assert_false(image_has(image, 7));
	image_close(image);
}

static void
a_damaged_header_begins_anew(void **state)
{
	struct image *image = images_open("boot");
	struct error err;

	(void)state;
	images_store(image, 1);
	assert_ok(image_flush(image, &err), &err);
	image_close(image);
	scribble(17, "x", 1);
	image = images_open("boot");
	assert_false(image_has(image, 1));
	images_store(image, 1);
	assert_ok(image_flush(image, &err), &err);
	image_close(image);
	image = images_open("boot");
	images_assert_block(image, 1, false);
	image_close(image);
}

static void
a_map_without_its_data_is_not_believed(void **state)
{
	struct image *image = images_open("boot");
	struct error err;

	(void)state;
	images_store(image, 1);
	assert_ok(image_checkpoint(image, &err), &err);
	image_close(image);
	assert_int_equal(unlink(images_file("sda.raw")), 0);
	image = images_open("boot");
	assert_false(image_has(image, 1));
	image_close(image);
}

static void
a_disk_of_another_size_is_refused(void **state)
{
	struct image *image = images_open("boot");
	struct error err;

	(void)state;
	image_close(image);
	assert_int_equal(image_open(&image, images_folder, "sda", IMAGES_BYTES + 512,
		"boot", &err), -1);
	assert_int_equal(err.code, EEXIST);
	assert_string_not_equal(err.hint, "");
}

static void
a_capture_that_was_cut_says_so(void **state)
{
	struct image *image = images_open("boot");
	struct error err;

	(void)state;
	image_close(image);
	assert_int_equal(truncate(images_file("sda.raw"), IMAGES_BYTES - 512), 0);
	assert_int_equal(image_open(&image, images_folder, "sda", IMAGES_BYTES, "boot",
		&err), -1);
	assert_int_equal(err.code, EEXIST);
	assert_non_null(strstr(err.text, " has "));
	assert_null(strstr(err.text, "offers"));
	assert_string_not_equal(err.hint, "");
}

static void
another_boots_blocks_are_foreign_until_adopted(void **state)
{
	struct image *image = images_open("boot-1");
	struct error err;

	(void)state;
	assert_false(image_is_foreign(image));
	image_close(image);
	image = images_open("boot-2"); /* nothing is there to compare */
	assert_false(image_is_foreign(image));
	assert_ok(image_adopt(image, &err), &err);
	images_store(image, 1);
	assert_ok(image_flush(image, &err), &err);
	image_close(image);
	image = images_open("boot-3");
	assert_true(image_is_foreign(image));
	image_close(image);
	image = images_open("boot-3"); /* the proof was cut short */
	assert_true(image_is_foreign(image));
	assert_ok(image_adopt(image, &err), &err);
	assert_false(image_is_foreign(image));
	image_close(image);
	image = images_open("boot-3");
	assert_false(image_is_foreign(image));
	images_assert_block(image, 1, false);
	image_close(image);
}

/* As image.h defines it, computed from the bytes of the disk. */
static void
the_root_is_the_one_of_the_definition(void **state)
{
	struct image *image = images_open("boot");
	uint8_t data[BLOCK_BYTES], hashes[IMAGES_BLOCKS * HASH_BYTES];
	uint8_t group[HASH_BYTES], root[HASH_BYTES];
	char want[HASH_HEX_BYTES], got[HASH_HEX_BYTES];
	struct error err;

	(void)state;
	images_store(image, 0);
	images_store_zero(image, 1);
	images_store(image, 700);
	for (uint64_t b = 0; b < IMAGES_BLOCKS; b++) {
		memset(data, 0, sizeof data);
		if (b == 0 || b == 700)
			images_fill(data, b);
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
	struct image *image = images_open("boot");
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
	struct image *image = images_open("boot");
	uint64_t count;
	struct error err;

	(void)state;
	image_close(image);
	/* Listed before its entry, which was never written. */
	assert_ok(io_write_file(images_file("sda.bad"), line, strlen(line), 0600,
		&err), &err);
	image = images_open("boot");
	images_store(image, 2); /* read well this time */
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IMAGES_TEST(only_what_was_flushed_is_there_after_a_crash),
		IMAGES_TEST(torn_and_moved_entries_are_absent),
		IMAGES_TEST(a_damaged_header_begins_anew),
		IMAGES_TEST(a_map_without_its_data_is_not_believed),
		IMAGES_TEST(a_disk_of_another_size_is_refused),
		IMAGES_TEST(a_capture_that_was_cut_says_so),
		IMAGES_TEST(another_boots_blocks_are_foreign_until_adopted),
		IMAGES_TEST(the_root_is_the_one_of_the_definition),
		IMAGES_TEST(
			bad_sectors_are_counted_once_and_forgotten_with_their_block),
		IMAGES_TEST(
			bad_sectors_of_a_block_that_a_crash_took_do_not_come_back),
		IMAGES_TEST(bad_ranges_are_lines_of_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
