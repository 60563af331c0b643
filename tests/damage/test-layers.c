/*
 * The table of layers, from lines as the appliance prints them, and where
 * arrays put what.  tests/integration/sick-disks holds both against real ones.
 */
#include "convert/damage/layers.h"

#include <stdio.h>
#include <string.h>

#include "common/own.h"
#include "convert/damage/raid.h"
#include "tests/harness.h"

enum { SECTOR = 512, CHUNK = 65536 };

static const char real[] =
	"B dm-0 252:0 81920\nN dm-0 vg--x-lin\nT dm-0 0 81920 linear 8:3 2048\n"
	"F dm-0 TYPE=ext4\n"
	"B dm-1 252:1 32768\nN dm-1 vg--x-str\n"
	"T dm-1 0 32768 striped 2 128 8:3 83968 8:21 2048\n"
	"B dm-2 252:2 32768\nN dm-2 vg--x-pool_tdata\n"
	"T dm-2 0 32768 linear 8:3 116736\n"
	"B dm-3 252:3 32768\nN dm-3 vg--x-pool-tpool\n"
	"T dm-3 0 32768 thin-pool 252:9 252:2 128 0 0\n"
	"B md126 9:126 98304\nL md126 m1\nA md126 raid1 2 0 0 none\n"
	"M md126 sda1 0 2048 49152 in_sync\nM md126 sdb1 1 2048 49152 in_sync\n"
	"B sda 8:0 409600\nF sda PTTYPE=gpt\n"
	"B sda1 8:1 100353\nP sda1 sda 2048\nF sda1 PART_ENTRY_NUMBER=1\n"
	"F sda1 TYPE=linux_raid_member\n"
	"B sda3 8:3 202153\nP sda3 sda 206848\nF sda3 PART_ENTRY_NUMBER=3\n"
	"F sda3 TYPE=LVM2_member\n"
	"B sdb 8:16 409600\nB sdb1 8:17 100353\nP sdb1 sdb 2048\n"
	"F sdb1 PART_ENTRY_NUMBER=1\n"
	"B sdb3 8:19 2\nP sdb3 sdb 206848\nF sdb3 PART_ENTRY_SIZE=202153\n"
	"B sdb5 8:21 91105\nP sdb5 sdb 208896\nF sdb5 PART_ENTRY_NUMBER=5\n"
	"S|8|3|1048576|4194304|0|10|vg-x|lin|linear\n"
	"S|8|3|1048576|4194304|17|7|vg-x||free\n";

static struct layers layers;

static void
parse(const char *text)
{
	AUTO(freep) char *copy = strdup(text);
	struct error err;

	assert_ok(layers_parse(&layers, copy, &err), &err);
}

static int
teardown(void **state)
{
	(void)state;
	layers_release(&layers);
	return 0;
}

/* "TITLE+SECTOR" of the layer above a sector, or the way that ends there. */
static const char *
above(unsigned disk, uint64_t sector, int levels)
{
	static char text[200];
	struct layer_place place = {(unsigned)layers_disk(&layers, disk),
		sector * SECTOR};

	while (levels-- > 0) {
		const struct layer_span *span = layers_span(&layers, place);

		if (span == NULL)
			return "nothing";
		place.device = span->upper;
		if (!layers_up(span, place.offset_bytes, &place.offset_bytes))
			return span->what;
	}
	snprintf(text, sizeof text, "%s+%ju",
		layers.devices[place.device].title,
		(uintmax_t)(place.offset_bytes / SECTOR));
	return text;
}

static void
a_sector_is_followed_through_partition_and_volume(void **state)
{
	const char *const names[] = {"nvme0n1", "sdx"};

	(void)state;
	parse(real);
	layers_name_disks(&layers, names, 2);
	assert_string_equal(above(0, 206848 + 9, 1), "nvme0n1p3+9");
	assert_string_equal(above(0, 206848 + 2048 + 77, 2), "vg-x/lin+77");
	assert_string_equal(above(0, 206848 + 83968 + 128 + 5, 2),
		"vg-x/str+261");
	assert_string_equal(above(1, 208896 + 2048 + 5, 2), "vg-x/str+133");
	assert_string_equal(above(0, 206848 + 116736, 3), "thin-pool");
	assert_string_equal(above(0, 100, 1), "nothing");
}

static void
a_logical_partition_is_found_within_the_extended_one(void **state)
{
	(void)state;
	parse(real);
	assert_string_equal(above(1, 208896 + 1, 1), "sdb5+1");
	assert_string_equal(above(1, 206848 + 100, 1), "sdb3+100");
}

static void
a_mirror_has_a_copy_on_the_other_disk(void **state)
{
	struct layer_place copies[LAYERS_MEMBERS], place;
	const struct layer_span *span;
	uint64_t at;
	int disk;

	(void)state;
	parse(real);
	place.device = (unsigned)layers_disk(&layers, 0);
	place.offset_bytes = (2048 + 2048 + 30) * SECTOR;
	span = layers_span(&layers, place);
	place.device = span->upper;
	place.offset_bytes -= span->lower_start;
	span = layers_span(&layers, place);
	assert_int_equal(layers_copies(&layers, span, place.offset_bytes,
		copies), 1);
	assert_true(layers_down(&layers, copies[0], &disk, &at));
	assert_int_equal(disk, 1);
	assert_int_equal(at, (2048 + 2048 + 30) * SECTOR);
}

static void
a_member_that_is_not_in_sync_gives_no_copies(void **state)
{
	AUTO(freep) char *text = strdup(real);
	struct layer_place copies[LAYERS_MEMBERS];
	char *stale = strstr(text, "in_sync\nB sda ");

	(void)state;
	memcpy(stale, "spare  ", 7);
	parse(text);
	for (size_t i = 0; i < layers.span_count; i++)
		assert_int_equal(layers_copies(&layers, &layers.spans[i],
			layers.spans[i].lower_start, copies), 0);
}

static void
extents_tell_free_ones_from_volumes(void **state)
{
	const struct layer_extent *extent;
	struct layer_place place = {0, 1048576 + 17 * 4194304};

	(void)state;
	parse(real);
	while (strcmp(layers.devices[place.device].name, "sda3") != 0)
		place.device++;
	extent = layers_extent(&layers, place);
	assert_string_equal(extent->volume, "");
	place.offset_bytes -= 4194304;
	assert_null(layers_extent(&layers, place));
	place.offset_bytes = 1048576;
	extent = layers_extent(&layers, place);
	assert_string_equal(extent->volume, "vg-x/lin");
}

static void
members_of_different_sizes_follow_each_other(void **state)
{
	(void)state;
	parse("B sda 8:0 5000\nB sdb 8:16 9000\nB md0 9:0 12000\n"
	      "A md0 linear 2 0 0 none\nM md0 sda 0 1000 2000 in_sync\n"
	      "M md0 sdb 1 1000 4000 in_sync\n"
	      "B sdc 8:32 5000\nB sdd 8:48 9000\nB md1 9:1 12000\n"
	      "A md1 raid0 2 512 0 none\nM md1 sdc 0 1000 2000 in_sync\n"
	      "M md1 sdd 1 1000 4000 in_sync\n");
	assert_string_equal(above(0, 1003, 1), "RAID md0+3");
	assert_string_equal(above(1, 1003, 1), "RAID md0+4003");
	assert_string_equal(above(3, 1003, 1), "RAID md1+7");
	assert_string_equal(above(3, 1000 + 4001, 1), "raid0");
}

static void
every_byte_of_an_array_is_found_on_its_members(void **state)
{
	enum { MEMBERS = 3, ROWS = 12 };

	(void)state;
	for (unsigned near = 1; near <= 3; near++) {
		unsigned seen[MEMBERS * ROWS] = {0};

		for (unsigned slot = 0; slot < MEMBERS; slot++)
			for (uint64_t row = 0; row < ROWS; row++)
				seen[raid10_up(row * CHUNK, slot, MEMBERS,
					CHUNK, near) / CHUNK]++;
		for (unsigned i = 0; i < MEMBERS * ROWS / near; i++)
			assert_int_equal(seen[i], near);
	}
	for (unsigned layout = 0; layout < 4; layout++) {
		unsigned seen[MEMBERS * ROWS] = {0}, parities = 0;

		for (unsigned slot = 0; slot < MEMBERS; slot++)
			for (uint64_t row = 0; row < ROWS; row++) {
				uint64_t up;

				if (raid5_up(row * CHUNK, slot, MEMBERS, CHUNK,
					    layout, &up))
					seen[up / CHUNK]++;
				else
					parities++;
			}
		assert_int_equal(parities, ROWS);
		for (unsigned i = 0; i < (MEMBERS - 1) * ROWS; i++)
			assert_int_equal(seen[i], 1);
	}
}

static void
copies_of_raid_10_are_where_they_came_from(void **state)
{
	(void)state;
	for (unsigned count = 2; count < 6; count++)
		for (uint64_t at = 0; at < 40 * CHUNK; at += CHUNK / 2)
			for (unsigned i = 0; i < 2; i++) {
				unsigned slot;
				uint64_t member;

				raid10_copy(at, i, count, CHUNK, 2, &slot,
					&member);
				assert_int_equal(raid10_up(member, slot, count,
					CHUNK, 2), at);
			}
}

static void
lines_that_make_no_sense_are_passed_over(void **state)
{
	(void)state;
	parse("B\nB sda\nB sda 8 9\nB sda 8:0 99999999999999999999\nB sdb 8:16 9\n"
	      "P sdb sdb 0\nP sdb sdz 0\nM sdb sdb 0 0 0 x\nT sdb 0 9 linear\n"
	      "T sdb 0 9 striped 0 0\nT sdb 0 9 raid raid1 4294967295 1\n"
	      "S|\nA sdb raid0 0 0 0 none\nF\nL\nN\n\n\nX y z");
	assert_int_equal(layers.device_count, 1);
	assert_int_equal(layers.span_count, 0);
	assert_int_equal(layers.extent_count, 0);
}

#define LAYERS_TEST(name) cmocka_unit_test_teardown(name, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LAYERS_TEST(a_sector_is_followed_through_partition_and_volume),
		LAYERS_TEST(a_logical_partition_is_found_within_the_extended_one),
		LAYERS_TEST(a_mirror_has_a_copy_on_the_other_disk),
		LAYERS_TEST(a_member_that_is_not_in_sync_gives_no_copies),
		LAYERS_TEST(extents_tell_free_ones_from_volumes),
		LAYERS_TEST(members_of_different_sizes_follow_each_other),
		LAYERS_TEST(every_byte_of_an_array_is_found_on_its_members),
		LAYERS_TEST(copies_of_raid_10_are_where_they_came_from),
		LAYERS_TEST(lines_that_make_no_sense_are_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
