/* Reading disks with bad spots, through a disk that has them on purpose. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "tests/harness.h"

#include "common/io.h"
#include "common/own.h"
#include "p2v/source.h"
#include "tests/p2v/fixture.h"

enum {
	SECTOR = SOURCE_SECTOR_BYTES,
	DISK_SECTORS = 2048,
	DISK_BYTES = DISK_SECTORS * SECTOR
};

/* A disk whose every byte tells its place. */
struct faulty {
	bool bad[DISK_SECTORS];
	unsigned failures_left[DISK_SECTORS]; /* then it can be read */
	int code;			      /* of a failure */
	unsigned sector_bytes;		      /* of the hardware */
	unsigned reads;
	bool closed;
};

static uint8_t
byte_at(uint64_t offset)
{
	return (uint8_t)(1 + offset % 251);
}

static int
faulty_read(void *context, void *data, size_t bytes, uint64_t offset_bytes,
	int careful)
{
	struct faulty *disk = context;
	uint8_t *at = data;
	uint64_t from = offset_bytes, to = offset_bytes + bytes;

	disk->reads++;
	if (careful && (from | to) % disk->sector_bytes != 0)
		return EINVAL;
	if (!careful) { /* as the page cache does */
		from -= from % 4096;
		to += (4096 - to % 4096) % 4096;
	}
	from -= from % disk->sector_bytes;
	for (uint64_t sector = from / SECTOR;
		sector < to / SECTOR && sector < DISK_SECTORS; sector++) {
		if (disk->failures_left[sector] > 0) {
			disk->failures_left[sector]--;
			return disk->code;
		}
		if (disk->bad[sector])
			return disk->code;
	}
	for (size_t i = 0; i < bytes; i++)
		at[i] = byte_at(offset_bytes + i);
	return 0;
}

static void
faulty_close(void *context)
{
	((struct faulty *)context)->closed = true;
}

static const struct source_ops faulty_ops = {faulty_read, faulty_close};

static struct source *
open_faulty(struct faulty *disk)
{
	struct source *source = NULL;
	struct error err = {0};

	if (disk->sector_bytes == 0)
		disk->sector_bytes = SECTOR;
	if (disk->code == 0)
		disk->code = EIO;
	assert_ok(source_new(&source, "faulty", DISK_BYTES, disk->sector_bytes,
		&faulty_ops, disk, &err), &err);
	return source;
}

/* Read and hold every byte and every bit against what the disk is. */
static void
assert_read(struct faulty *disk, uint64_t first, size_t sectors,
	unsigned wanted_bad)
{
	AUTO(source_closep) struct source *source = open_faulty(disk);
	AUTO(freep) uint8_t *data = malloc(sectors * SECTOR);
	uint8_t map[DISK_SECTORS / 8];
	unsigned bad = 99;
	struct error err = {0};

	memset(data, 0xee, sectors * SECTOR);
	memset(map, 0xff, sizeof map);
	assert_ok(source_read(source, data, sectors * SECTOR, first * SECTOR,
		map, &bad, &err), &err);
	assert_int_equal(bad, wanted_bad);
	for (size_t i = 0; i < sectors; i++) {
		bool is_bad = map[i / 8] >> i % 8 & 1;
		size_t hardware = (first + i) * SECTOR / disk->sector_bytes *
			disk->sector_bytes / SECTOR;
		bool wanted = false;

		for (size_t n = 0; n < disk->sector_bytes / SECTOR; n++)
			wanted |= disk->bad[hardware + n];
		assert_int_equal(is_bad, wanted);
		for (size_t n = 0; n < SECTOR; n++)
			assert_int_equal(data[i * SECTOR + n], is_bad ? 0
				: byte_at((first + i) * SECTOR + n));
	}
}

static void
good_disk_is_read_at_once(void **state)
{
	struct faulty disk = {0};

	(void)state;
	assert_read(&disk, 0, DISK_SECTORS, 0);
	assert_int_equal(disk.reads, 1);
	assert_true(disk.closed);
}

static void
single_bad_sector_takes_no_neighbour_along(void **state)
{
	static const unsigned places[] = {0, 1, 7, 8, 127, 128, 1000, 2047};

	(void)state;
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		struct faulty disk = {0};

		disk.bad[places[i]] = true;
		assert_read(&disk, 0, DISK_SECTORS, 1);
	}
}

static void
scattered_and_adjacent_bad_sectors_are_told_apart(void **state)
{
	struct faulty disk = {0};

	(void)state;
	for (unsigned i = 0; i < DISK_SECTORS; i += 100)
		disk.bad[i] = true;
	for (unsigned i = 500; i < 520; i++)
		disk.bad[i] = true;
	assert_read(&disk, 0, DISK_SECTORS, 40);
}

static void
range_in_the_middle_has_its_own_bits(void **state)
{
	struct faulty disk = {0};

	(void)state;
	disk.bad[128] = disk.bad[255] = disk.bad[256] = true;
	assert_read(&disk, 128, 128, 2);
	assert_read(&disk, 256, 3, 1);
}

static void
disk_that_is_all_bad_is_all_zeros(void **state)
{
	struct faulty disk = {.code = ENODATA};

	(void)state;
	memset(disk.bad, true, sizeof disk.bad);
	assert_read(&disk, 0, DISK_SECTORS, DISK_SECTORS);
}

static void
sector_that_fails_twice_is_read_the_third_time(void **state)
{
	struct faulty disk = {0};

	(void)state;
	disk.failures_left[77] = 5; /* three coarser reads come before */
	assert_read(&disk, 0, DISK_SECTORS, 0);
	assert_int_equal(disk.failures_left[77], 0);
}

static void
disk_with_large_sectors_is_narrowed_to_those(void **state)
{
	struct faulty large = {.sector_bytes = 4096};
	struct faulty middle = {.sector_bytes = 2048};

	(void)state;
	large.bad[83] = middle.bad[83] = true;
	assert_read(&large, 0, DISK_SECTORS, 8);
	assert_read(&middle, 0, DISK_SECTORS, 4);
}

static void
disk_that_is_gone_is_a_failure_with_a_hint(void **state)
{
	static uint8_t data[DISK_BYTES];
	struct faulty disk = {.code = ENODEV};
	AUTO(source_closep) struct source *source = open_faulty(&disk);
	uint8_t map[DISK_SECTORS / 8];
	struct error err = {0};
	unsigned bad;

	(void)state;
	disk.bad[9] = true;
	assert_int_equal(source_read(source, data, sizeof data, 0, map, &bad,
		&err), -1);
	assert_int_equal(err.code, ENODEV);
	assert_non_null(strstr(err.text, "faulty"));
	assert_string_not_equal(err.hint, "");
	assert_int_equal(disk.reads, 1);
}

static void
file_is_served_up_to_the_end_of_its_last_sector(void **state)
{
	char *folder = fixture_folder();
	AUTO(freep) char *path = io_format("%s/disk", folder);
	AUTO(source_closep) struct source *source = NULL;
	uint8_t data[1536], map[1];
	struct error err = {0};
	unsigned bad;

	(void)state;
	memset(data, 'x', sizeof data);
	assert_ok(io_write_file(path, data, 1100, 0600, &err), &err);
	assert_ok(source_open(&source, path, false, &err), &err);
	assert_int_equal(source_size_bytes(source), 1536);
	assert_ok(source_read(source, data, 1536, 0, map, &bad, &err), &err);
	assert_int_equal(data[1099], 'x');
	for (int i = 1100; i < 1536; i++)
		assert_int_equal(data[i], 0);
	assert_int_equal(bad, 0);
	fixture_remove(folder);
}

static void
live_reads_have_the_same_bytes_whatever_the_shape(void **state)
{
	static const size_t shapes[] = {512, 4096, 4608, 3 * 4096, 65536 + 512};
	char *folder = fixture_folder();
	AUTO(freep) char *path = io_format("%s/disk", folder);
	AUTO(freep) uint8_t *data = malloc(1 << 17);
	AUTO(freep) uint8_t *room = aligned_alloc(SOURCE_ALIGN_BYTES, 1 << 18);
	struct error err = {0};
	uint8_t map[64];
	unsigned bad;

	(void)state;
	for (size_t i = 0; i < 1 << 17; i++)
		data[i] = byte_at(i);
	for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
		AUTO(source_closep) struct source *source = NULL;

		assert_ok(io_write_file(path, data, shapes[i], 0600, &err),
			&err);
		assert_ok(source_open(&source, path, true, &err), &err);
		/* An odd address cannot be read into directly. */
		for (size_t shift = 0; shift < 2; shift++) {
			memset(room, 0xee, 1 << 18);
			assert_ok(source_read(source, room + shift, shapes[i],
				0, map, &bad, &err), &err);
			assert_memory_equal(room + shift, data, shapes[i]);
			assert_int_equal(room[shift + shapes[i]], 0xee);
			assert_int_equal(bad, 0);
		}
	}
	fixture_remove(folder);
}

static void
file_that_was_cut_meanwhile_is_a_failure(void **state)
{
	char *folder = fixture_folder();
	AUTO(freep) char *path = io_format("%s/disk", folder);
	AUTO(source_closep) struct source *source = NULL;
	uint8_t data[1024], map[1];
	struct error err = {0};
	unsigned bad;

	(void)state;
	memset(data, 'x', sizeof data);
	assert_ok(io_write_file(path, data, 1024, 0600, &err), &err);
	assert_ok(source_open(&source, path, false, &err), &err);
	assert_int_equal(truncate(path, 512), 0);
	assert_int_equal(source_read(source, data, 1024, 0, map, &bad, &err),
		-1);
	fixture_remove(folder);
}

static void
folder_and_missing_file_are_no_disks(void **state)
{
	struct source *source = NULL;
	struct error err = {0};

	(void)state;
	assert_int_equal(source_open(&source, "/tmp", false, &err), -1);
	assert_int_equal(source_open(&source, "/nonexistent/x", false, &err), -1);
	assert_int_equal(err.code, ENOENT);
	assert_null(source);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_disk_is_read_at_once),
		cmocka_unit_test(single_bad_sector_takes_no_neighbour_along),
		cmocka_unit_test(
			scattered_and_adjacent_bad_sectors_are_told_apart),
		cmocka_unit_test(range_in_the_middle_has_its_own_bits),
		cmocka_unit_test(disk_that_is_all_bad_is_all_zeros),
		cmocka_unit_test(
			sector_that_fails_twice_is_read_the_third_time),
		cmocka_unit_test(disk_with_large_sectors_is_narrowed_to_those),
		cmocka_unit_test(disk_that_is_gone_is_a_failure_with_a_hint),
		cmocka_unit_test(
			file_is_served_up_to_the_end_of_its_last_sector),
		cmocka_unit_test(
			live_reads_have_the_same_bytes_whatever_the_shape),
		cmocka_unit_test(file_that_was_cut_meanwhile_is_a_failure),
		cmocka_unit_test(folder_and_missing_file_are_no_disks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
