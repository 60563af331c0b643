/*
 * `unrack verify-capture` on captures that are as they were, and on some that
 * are not.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/capture/check.h"
#include "convert/source/map.h"
#include "convert/state/journal.h"
#include "convert/verb.h"
#include "tests/convert/capture.h"
#include "tests/harness.h"

enum { DISK_BYTES = (20 << 20) + 1536 };

static uint8_t disk[DISK_BYTES];
static char root[HASH_HEX_BYTES];

static int
setup(void **state)
{
	static struct capture capture;

	for (size_t i = 0; i < sizeof disk; i++)
		disk[i] = (uint8_t)(i * i >> 7);
	capture_make(&capture);
	capture_store(&capture, disk, sizeof disk, NULL, 0, root);
	machine_close(take(capture.machine)); /* the verb opens it itself */
	*state = &capture;
	return 0;
}

static int
teardown(void **state)
{
	capture_remove(*state);
	return 0;
}

/* What session.json says of it. */
static void
record(const struct capture *capture, const char *hash)
{
	AUTO(json_decrefpp) json_t *session = json_pack(
		"{s:[{s:s, s:I, s:s}]}", "disks", "name", "sda",
		"captured_bytes", (json_int_t)DISK_BYTES, "root_hash", hash);
	struct error err;

	assert_ok(json_file_write(capture_path(capture, "report/session.json"),
		session, &err), &err);
}

/* Change one byte of a file. */
static void
damage(const struct capture *capture, const char *file, off_t offset)
{
	AUTO(fd_closep) int fd = open(capture_path(capture, file), O_RDWR);
	uint8_t byte;

	assert_int_equal(pread(fd, &byte, 1, offset), 1);
	byte ^= 0x10;
	assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
}

static int
run_verb(const struct capture *capture, struct error *err)
{
	const struct settings settings = {capture->state};
	char verb[] = "verify-capture", name[] = "web1";
	char *argv[] = {verb, name, NULL};

	memset(err, 0, sizeof *err);
	return verb_verify_capture(&settings, 2, argv, err);
}

static struct check_result
check(const struct capture *capture)
{
	struct progress progress = {.total = 0};
	struct check_result result;
	struct error err;

	assert_ok(check_run(capture_path(capture, "capture"), "sda", DISK_BYTES,
		&progress, NULL, NULL, &result, &err), &err);
	assert_int_equal(progress.done, result.bytes);
	return result;
}

static void
assert_journal_says(const struct capture *capture, const char *what)
{
	AUTO(machine_closep) struct machine *machine = NULL;
	AUTO(freep) char *text = NULL;
	struct error err;

	assert_ok(machine_open(&machine, capture->state, "web1", &err), &err);
	assert_ok(journal_check(machine, &err), &err);
	assert_ok(io_read_file(&text, NULL,
		capture_path(capture, "journal.jsonl"), 1 << 20, &err), &err);
	assert_non_null(strstr(text, "verify-capture"));
	assert_non_null(strstr(text, what));
}

static void
an_untouched_capture_is_intact(void **state)
{
	struct capture *capture = *state;
	struct check_result result = check(capture);
	struct error err;

	assert_int_equal(result.bytes, DISK_BYTES);
	assert_int_equal(result.bad_blocks, 0);
	assert_string_equal(result.root_hash, root);
	record(capture, root);
	assert_int_equal(run_verb(capture, &err), EXIT_DONE);
	assert_journal_says(capture, "intact");
}

static void
without_a_record_the_map_alone_decides(void **state)
{
	struct error err;

	assert_int_equal(run_verb(*state, &err), EXIT_DONE);
	damage(*state, "capture/sda.raw", 70000);
	assert_int_equal(run_verb(*state, &err), EXIT_FAILED);
}

static void
the_first_changed_blocks_are_named_in_order(void **state)
{
	struct capture *capture = *state;
	struct check_result result;
	struct error err;

	for (int i = 60; i > 10; i--)
		damage(capture, "capture/sda.raw", 3L * i * BLOCK_BYTES + i);
	damage(capture, "capture/sda.raw", DISK_BYTES - 1);
	result = check(capture);
	assert_int_equal(result.bad_blocks, 51);
	assert_int_equal(result.place_count, CHECK_PLACES);
	for (uint64_t i = 0; i < CHECK_PLACES; i++)
		assert_int_equal(result.places[i].offset_bytes,
			(11 + i) * 3 * BLOCK_BYTES);
	record(capture, root);
	assert_int_equal(run_verb(capture, &err), EXIT_FAILED);
	assert_non_null(strstr(err.text, "damaged"));
	assert_journal_says(capture, "damaged");
}

static void
a_damaged_map_is_found(void **state)
{
	struct capture *capture = *state;
	struct check_result result;

	damage(capture, "capture/sda.map", (off_t)map_entry_offset(7) + 20);
	result = check(capture);
	assert_int_equal(result.bad_blocks, 1);
	assert_int_equal(result.places[0].offset_bytes, 7 * BLOCK_BYTES);
	assert_non_null(strstr(result.places[0].what, "map"));
}

/* Data and map fit each other, but are not what the session saw. */
static void
another_capture_in_its_place_is_found_by_the_record(void **state)
{
	struct capture *capture = *state;
	char other[HASH_HEX_BYTES];
	struct error err;

	memset(other, 'a', sizeof other - 1);
	other[sizeof other - 1] = '\0';
	record(capture, other);
	assert_int_equal(run_verb(capture, &err), EXIT_FAILED);
	assert_non_null(strstr(err.text, "damaged"));
}

static void
an_image_that_was_cut_short_is_found(void **state)
{
	struct capture *capture = *state;

	assert_int_equal(truncate(capture_path(capture, "capture/sda.raw"),
		DISK_BYTES - 512), 0);
	assert_int_equal(check(capture).bad_blocks, 1);
}

static void
a_damaged_header_is_a_failure_with_a_hint(void **state)
{
	struct capture *capture = *state;
	struct error err;

	damage(capture, "capture/sda.map", 18);
	assert_int_equal(run_verb(capture, &err), EXIT_FAILED);
	assert_non_null(strstr(err.text, "header"));
	assert_string_not_equal(err.hint, "");
}

static void
a_machine_in_use_is_left_alone(void **state)
{
	struct capture *capture = *state;
	AUTO(machine_closep) struct machine *machine = NULL;
	struct error err;

	assert_ok(machine_open(&machine, capture->state, "web1", &err), &err);
	assert_ok(machine_lock(machine, &err), &err);
	assert_int_equal(run_verb(capture, &err), EXIT_FAILED);
	assert_int_equal(err.code, EBUSY);
}

static void
local_images_have_no_capture(void **state)
{
	struct capture *capture = *state;
	AUTO(machine_closep) struct machine *machine = NULL;
	char image[] = "/tmp/x.raw";
	const struct machine_disk local = {.name = "sda",
		.size_bytes = DISK_BYTES, .image = image, .image_format = "raw"};
	struct error err;

	assert_ok(machine_open(&machine, capture->state, "web1", &err), &err);
	assert_ok(machine_write_disks(machine, &local, 1, &err), &err);
	assert_int_equal(run_verb(capture, &err), EXIT_FAILED);
	assert_non_null(strstr(err.text, "no capture"));
}

#define CAPTURE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CAPTURE_TEST(an_untouched_capture_is_intact),
		CAPTURE_TEST(without_a_record_the_map_alone_decides),
		CAPTURE_TEST(the_first_changed_blocks_are_named_in_order),
		CAPTURE_TEST(a_damaged_map_is_found),
		CAPTURE_TEST(another_capture_in_its_place_is_found_by_the_record),
		CAPTURE_TEST(an_image_that_was_cut_short_is_found),
		CAPTURE_TEST(a_damaged_header_is_a_failure_with_a_hint),
		CAPTURE_TEST(a_machine_in_use_is_left_alone),
		CAPTURE_TEST(local_images_have_no_capture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
