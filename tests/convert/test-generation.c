/* What is the machine's while generations come and go. */
#include "convert/capture/generation.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/source/fold.h"
#include "convert/source/image.h"
#include "tests/convert/generations.h"
#include "tests/harness.h"

static void
what_is_still_the_same_takes_no_room(void **state)
{
	struct capture *capture = *state;
	AUTO(json_decrefpp) json_t *list = NULL;
	struct stat st;

	generations_make_first(capture);
	list = generations_make_second(capture);
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

	generations_make_first(capture);
	list = generations_make_second(capture);
	image = generations_open_disk(capture, 0, "boot-2");
	assert_false(image_is_foreign(image));
	/* Stored, kept, zeros; from and to the middle of a block. */
	assert_ok(image_read(image, BLOCK_BYTES / 2, got, 2 * BLOCK_BYTES,
		&err), &err);
	generations_fill(want, 2, 0, 0);
	assert_memory_equal(got, want + BLOCK_BYTES / 2, BLOCK_BYTES / 2);
	generations_fill(want, 2, 0, 1);
	assert_memory_equal(got + BLOCK_BYTES / 2, want, BLOCK_BYTES);
	generations_fill(want, 2, 0, 2);
	assert_memory_equal(got + BLOCK_BYTES * 3 / 2, want, BLOCK_BYTES / 2);
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

	generations_make_first(capture);
	list = generations_make_second(capture);
	image = generations_open_disk(capture, 0, "boot-2");
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

	generations_make_first(capture);
	image = generations_open_disk(capture, 0, "boot-1");
	assert_false(image_is_foreign(image));
	image_count(image, &present, &zero);
	assert_int_equal(present, GENERATIONS_BYTES); /* nothing to compare, or fetch */
	image_close(take(image));

	image = generations_open_disk(capture, 1, "boot-2");
	assert_true(image_is_foreign(image));
	assert_int_equal(image_known_bytes(image), GENERATIONS_BYTES);
	assert_false(image_has(image, 0));
	image_close(take(image));
	/* Cut short: not compared. */
	image = generations_open_disk(capture, 1, "boot-2");
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

	generations_make_first(capture);
	list = generations_make_second(capture);
	fd = open(capture_path(capture, "capture/sdb.raw"), O_RDONLY);
	assert_int_equal(fcntl(fd, F_OFD_SETLK, &lock), 0);
	assert_int_equal(generation_commit(capture->machine, 2, list, &err),
		-1);
	assert_int_equal(err.code, EBUSY);
	assert_string_not_equal(err.hint, "");
	generations_assert_machine(capture, 1);
	close(fd);
	assert_ok(generation_commit(capture->machine, 2, list, &err), &err);
	generations_assert_machine(capture, 2);
}

/* The first one has nothing to protect, and nothing to lose either. */
static void
a_disk_that_joins_later_is_written_in_its_place(void **state)
{
	struct capture *capture = *state;
	AUTO(image_closep) struct image *image = NULL;
	struct error err;

	generations_make_first(capture);
	assert_ok(image_open(&image, capture_path(capture, "capture"), "sdc",
		GENERATIONS_BYTES, "boot-2", &err), &err);
	assert_null(image_base_path(image));
	image_close(take(image));
	assert_ok(fold_run(capture_path(capture, "capture"), "sdc", 2, &err),
		&err);
	assert_ok(image_open(&image, capture_path(capture, "capture"), "sdc",
		GENERATIONS_BYTES, "boot-3", &err), &err);
	assert_non_null(image_base_path(image));
}

static void
what_is_left_of_a_moved_disk_is_not_joined_to_its_successor(void **state)
{
	struct capture *capture = *state;
	AUTO(json_decrefpp) json_t *list = NULL;
	struct image *image;

	generations_make_first(capture);
	list = generations_make_second(capture);
	assert_int_equal(unlink(capture_path(capture, "capture/sda.raw")), 0);
	assert_int_equal(unlink(capture_path(capture, "capture/sda.map")), 0);
	image = generations_open_disk(capture, 0, "boot-3");
	assert_false(image_has(image, 0));
	assert_int_equal(access(capture_path(capture, "capture/sda.next-map"),
		F_OK), -1);
	image_close(image);
}

#define GENERATION_TEST(name)                                                  \
	cmocka_unit_test_setup_teardown(name, generations_setup,               \
		generations_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GENERATION_TEST(what_is_still_the_same_takes_no_room),
		GENERATION_TEST(the_next_generation_reads_as_one_disk),
		GENERATION_TEST(bad_sectors_of_both_generations_are_listed),
		GENERATION_TEST(
			a_reboot_makes_the_last_generation_foreign_and_the_same_boot_not),
		GENERATION_TEST(a_vm_that_runs_keeps_its_generation),
		GENERATION_TEST(a_disk_that_joins_later_is_written_in_its_place),
		GENERATION_TEST(
			what_is_left_of_a_moved_disk_is_not_joined_to_its_successor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
