/* Where a firmware's array has its mark on a disk, and where it is let alone. */
#include "tests/harness.h"

#include <string.h>

#include "convert/assess/raid-mark.h"
#include "convert/assess/volume.h"

enum { SECTORS = 2000000, TAIL = 4096 };

static struct volume list[] = {
	{.kind = VOLUME_DISK, .disk = 0, .size_bytes = SECTORS * 512ull},
	{.kind = VOLUME_PARTITION, .disk = 0, .partition = 1,
		.start_bytes = 2048 * 512},
	{.kind = VOLUME_PARTITION, .disk = 1, .partition = 1,
		.start_bytes = 2048 * 512, .size_bytes = SECTORS * 512ull},
};
static const struct volumes volumes = {list, 3};

/* The partition ends this many sectors before the disk does. */
static void
make(const char *type, unsigned free_sectors)
{
	strcpy(list[0].type, type);
	list[1].size_bytes = (SECTORS - 2048 - free_sectors) * 512ull;
}

/* How many places there are; the last of them, and its index. */
static size_t
count_places(uint64_t *sector_out, size_t *index_out)
{
	size_t index = 0, count = 0;

	while (raid_mark_next(&index, sector_out, &volumes, &list[0])) {
		*index_out = index;
		count++;
	}
	return count;
}

static void
each_format_has_its_places(void **state)
{
	uint64_t sector = 0;
	size_t index;

	(void)state;
	make("isw_raid_member", TAIL);
	assert_int_equal(count_places(&sector, &index), 1);
	assert_int_equal(sector, SECTORS - 2);
	make("ddf_raid_member", TAIL);
	assert_int_equal(count_places(&sector, &index), 2);
	assert_int_equal(sector, SECTORS - 257);
	make("nvidia_raid_member", TAIL);
	assert_int_equal(count_places(&sector, &index), 0);
	make("ext4", TAIL);
	assert_int_equal(count_places(&sector, &index), 0);
}

/* What an older array left is now a part of something else. */
static void
what_lies_in_a_partition_is_no_mark(void **state)
{
	uint64_t sector;
	size_t index;

	(void)state;
	make("isw_raid_member", 1);
	assert_int_equal(count_places(&sector, &index), 0);
	make("isw_raid_member", 2);
	assert_int_equal(count_places(&sector, &index), 1);
	make("ddf_raid_member", 256);
	assert_int_equal(count_places(&sector, &index), 1);
	assert_int_equal(sector, SECTORS - 1);
	list[1].size_bytes = 0; /* not known */
	assert_int_equal(count_places(&sector, &index), 0);
}

static void
only_the_mark_itself_is_one(void **state)
{
	uint8_t intel[512] = "Intel Raid ISM Cfg Sig. 1.1.00";
	uint8_t ddf[512] = {0xde, 0x11, 0xde, 0x11}, other[512] = {0};
	uint64_t sector;
	size_t index = 0;

	(void)state;
	make("isw_raid_member", TAIL);
	count_places(&sector, &index);
	assert_true(raid_mark_is(index, intel));
	assert_false(raid_mark_is(index, ddf));
	assert_false(raid_mark_is(index, other));
	make("ddf_raid_member", TAIL);
	count_places(&sector, &index);
	assert_true(raid_mark_is(index, ddf));
	assert_false(raid_mark_is(index, other));
}

static void
a_tiny_disk_is_survived(void **state)
{
	uint64_t sector;
	size_t index = 0;
	struct volume disk = {.kind = VOLUME_DISK, .size_bytes = 512,
		.type = "ddf_raid_member"};
	const struct volumes alone = {&disk, 1};

	(void)state;
	assert_false(raid_mark_next(&index, &sector, &alone, &disk));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_format_has_its_places),
		cmocka_unit_test(what_lies_in_a_partition_is_no_mark),
		cmocka_unit_test(only_the_mark_itself_is_one),
		cmocka_unit_test(a_tiny_disk_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
