/* From lists of unreadable sectors to losses, and findings that join others. */
#include "convert/damage/list.h"

#include <string.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/damage/damage.h"
#include "convert/damage/loss.h"
#include "convert/source/reread.h"
#include "tests/convert/capture.h"
#include "tests/harness.h"
#include "wire/block.h"

enum { DISK_BYTES = 48 << 20 };

static struct capture capture;
static uint8_t disk[DISK_BYTES];
static const struct machine_disk disks[] = {
	{.name = "sda", .size_bytes = DISK_BYTES},
	{.name = "sdb", .size_bytes = DISK_BYTES},
};

static void
store(const char *name, const uint64_t *bad, size_t count)
{
	char root[HASH_HEX_BYTES];

	capture_store_as(&capture, name, disk, sizeof disk, bad, count, root);
}

static void
read_list(struct loss_list *list)
{
	struct error err;

	assert_ok(loss_list_read(list, capture.machine, disks, 2, &err), &err);
}

static int
setup(void **state)
{
	(void)state;
	capture_make(&capture);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	capture_remove(&capture);
	return 0;
}

static void
each_sector_of_each_disk_is_listed(void **state)
{
	const uint64_t one[] = {7, 8}, two[] = {300};
	AUTO(loss_list_release) struct loss_list list;

	(void)state;
	store("sda", one, 2);
	store("sdb", two, 1);
	read_list(&list);
	assert_int_equal(list.count, 3);
	assert_int_equal(list.losses[1].disk_offset, 8 * BLOCK_SECTOR_BYTES);
	assert_int_equal(list.losses[2].disk, 1);
	assert_true(loss_list_has(&list, 0, 7 * BLOCK_SECTOR_BYTES));
	assert_false(loss_list_has(&list, 0, 9 * BLOCK_SECTOR_BYTES));
	assert_true(loss_list_has(&list, 1, 300 * BLOCK_SECTOR_BYTES));
	assert_false(loss_list_has(&list, 1, 7 * BLOCK_SECTOR_BYTES));
}

/* After a crash a line may be there whose block was read well later. */
static void
lines_of_sound_blocks_do_not_count(void **state)
{
	AUTO(loss_list_release) struct loss_list list;
	struct error err;

	(void)state;
	store("sda", NULL, 0);
	store("sdb", NULL, 0);
	assert_ok(io_write_file(capture_path(&capture, "capture/sda.bad"),
		"6291456 512\n", 12, 0600, &err), &err);
	assert_true(damage_is_listed(capture.machine, &disks[0]));
	assert_false(damage_is_listed(capture.machine, &disks[1]));
	read_list(&list);
	assert_int_equal(list.count, 0);
}

/* Disks that are altogether dead: bounded work, and nothing is left out. */
static void
very_many_bad_sectors_are_all_accounted_for(void **state)
{
	enum { SECTORS = DISK_BYTES / BLOCK_SECTOR_BYTES, LIMIT = 65536 };
	AUTO(freep) uint64_t *bad = calloc(SECTORS, sizeof *bad);
	AUTO(loss_list_release) struct loss_list list;

	(void)state;
	for (uint64_t i = 0; i < SECTORS; i++)
		bad[i] = i;
	store("sda", bad, SECTORS);
	store("sdb", bad, 10);
	read_list(&list);
	assert_int_equal(list.count, LIMIT);
	assert_int_equal(list.lost[0].sectors, SECTORS - LIMIT);
	assert_int_equal(list.lost[0].offset_bytes,
		(uint64_t)LIMIT * BLOCK_SECTOR_BYTES);
	assert_int_equal(list.lost[1].sectors, 10);
	/* What is not looked at is taken for bad. */
	assert_true(loss_list_has(&list, 1, 5 * BLOCK_SECTOR_BYTES));
}

static size_t
finding_count(const json_t *json)
{
	return json_array_size(json_object_get(json, "findings"));
}

static void
findings_join_those_of_the_assessment(void **state)
{
	AUTO(findings_freep) struct findings *before = findings_new();
	AUTO(findings_freep) struct findings *after = NULL;
	AUTO(freep) char *path = strdup(capture_path(&capture, "findings.json"));
	AUTO(json_decrefpp) json_t *json = NULL;
	AUTO(json_decrefpp) json_t *joined = NULL;
	AUTO(freep) char *text = NULL;
	const struct reread_count count = {.places = {65536, 131072},
		.place_count = 2};
	struct error err;

	(void)state;
	finding_add(before, "fs.dirty", "/dev/sda1", 0, "ext4", "Replayed.");
	json = findings_to_json(before, "web1", true);
	assert_int_equal(json_set_text(json, "assessed", "2001"), 0);
	assert_ok(json_file_write(path, json, &err), &err);
	assert_ok(findings_read(&after, path, &err), &err);
	damage_note_reread("sda", &count, after);
	joined = findings_to_json(after, "web1", true);
	assert_string_equal(json_text(joined, "assessed", ""), "2001");
	assert_int_equal(finding_count(joined), 2);
	text = json_dumps(joined, 0);
	assert_non_null(strstr(text, "a block of 64 KiB at byte 131072"));
	assert_non_null(strstr(text, "disk.reread-differs"));
	assert_non_null(strstr(text, "fs.dirty"));
	assert_int_equal(findings_count(after, SEVERITY_WARNING), 1);
}

#define LIST_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIST_TEST(each_sector_of_each_disk_is_listed),
		LIST_TEST(lines_of_sound_blocks_do_not_count),
		LIST_TEST(very_many_bad_sectors_are_all_accounted_for),
		LIST_TEST(findings_join_those_of_the_assessment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
