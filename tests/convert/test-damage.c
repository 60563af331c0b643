/*
 * Unreadable sectors of real ext4 file systems: the findings name what they
 * belong to.
 */
#include "convert/capture/damage.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "common/process.h"
#include "convert/assess/finding.h"
#include "convert/source/bad.h"
#include "convert/source/reread.h"
#include "tests/convert/capture.h"
#include "tests/harness.h"
#include "wire/block.h"

enum {
	START_BYTES = 1 << 20,
	FS_BYTES = 24 << 20,
	SWAP_BYTES = 1 << 20,
	DISK_BYTES = START_BYTES + FS_BYTES + SWAP_BYTES,
	FS_BLOCK = 1024
};

static struct capture capture;
static uint8_t disk[DISK_BYTES];

static void
run(const char *const argv[], char **output_out)
{
	struct error err;

	/* Confined, so that its PATH has the sbin folders. */
	assert_ok(process_run_confined(argv, output_out, 60, &err), &err);
}

/* A disk: 1 MiB, an ext4 with two files, swap. */
static void
make_disk(void)
{
	AUTO(freep) char *image = strdup(capture_path(&capture, "fs.raw"));
	AUTO(freep) char *tree = strdup(capture_path(&capture, "tree"));
	AUTO(freep) char *etc = strdup(capture_path(&capture, "tree/etc"));
	AUTO(freep) char *big = strdup(capture_path(&capture, "tree/etc/big"));
	const char *const mkfs[] = {"mkfs.ext4", "-q", "-b", "1024", "-O",
		"64bit,metadata_csum", "-d", tree, image, NULL};
	AUTO(freep) char *data = calloc(1, 300000);
	struct error err;

	memset(data, 'x', 300000);
	assert_ok(io_make_folders(etc, &err), &err);
	assert_ok(io_write_file(big, data, 300000, 0600, &err), &err);
	assert_ok(io_write_file(image, "", 0, 0600, &err), &err);
	assert_int_equal(truncate(image, FS_BYTES), 0);
	run(mkfs, NULL);
	free(take(data));
	assert_ok(io_read_file(&data, NULL, image, FS_BYTES, &err), &err);
	memset(disk, 0, sizeof disk);
	memcpy(disk + START_BYTES, data, FS_BYTES);
}

/* The file system's blocks of a path, as debugfs tells them. */
static uint64_t
block_of(const char *path, unsigned index)
{
	AUTO(freep) char *image = strdup(capture_path(&capture, "fs.raw"));
	AUTO(freep) char *request = io_format("blocks %s", path);
	const char *const argv[] = {"debugfs", "-R", request, image, NULL};
	AUTO(freep) char *output = NULL;
	char *rest;

	run(argv, &output);
	rest = output;
	while (index-- > 0)
		strsep(&rest, " ");
	return strtoull(rest, NULL, 10);
}

static uint64_t
sector_of_block(uint64_t block)
{
	return (START_BYTES + block * FS_BLOCK) / BLOCK_SECTOR_BYTES;
}

static json_t *
make_inventory(const char *type)
{
	return json_pack("{s:[{s:s, s:[{s:s, s:i, s:i, s:{s:s}},"
			 " {s:s, s:i, s:i, s:{s:s}}]}]}", "disks", "name", "sda",
		"partitions", "name", "sda1", "start_bytes", START_BYTES,
		"size_bytes", FS_BYTES, "filesystem", "type", type, "name",
		"sda2", "start_bytes", START_BYTES + FS_BYTES, "size_bytes",
		SWAP_BYTES, "filesystem", "type", "swap");
}

/* The findings of a capture in which these sectors were bad. */
static json_t *
find(const uint64_t *bad, size_t count, const json_t *inventory)
{
	const struct machine_disk it = {.name = "sda", .size_bytes = DISK_BYTES};
	AUTO(findings_freep) struct findings *findings = findings_new();
	char root[HASH_HEX_BYTES];
	struct error err;

	capture_store(&capture, disk, sizeof disk, bad, count, root);
	assert_int_equal(damage_is_listed(capture.machine, &it), count > 0);
	assert_ok(damage_find(capture.machine, &it, inventory, findings, &err),
		&err);
	assert_int_equal(access(capture_path(&capture, "report/debugfs.part"),
		F_OK), -1);
	return findings_to_json(findings, "web1", true);
}

/* "where|what" of a rule's evidence, or NULL. */
static const char *
evidence(const json_t *json, const char *rule, size_t index)
{
	static char text[1024];
	const json_t *finding;
	size_t i;

	json_array_foreach(json_object_get(json, "findings"), i, finding) {
		const json_t *item = json_array_get(
			json_object_get(finding, "evidence"), index);

		if (item == NULL ||
			strcmp(json_text(finding, "rule", ""), rule) != 0)
			continue;
		snprintf(text, sizeof text, "%s|%s", json_text(item, "where", ""),
			json_text(item, "what", ""));
		return text;
	}
	return NULL;
}

static size_t
finding_count(const json_t *json)
{
	return json_array_size(json_object_get(json, "findings"));
}

static int
setup(void **state)
{
	(void)state;
	capture_make(&capture);
	make_disk();
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
sectors_of_a_file_name_its_path(void **state)
{
	AUTO(json_decrefpp) json_t *inventory = make_inventory("ext4");
	AUTO(json_decrefpp) json_t *json = NULL;
	uint64_t first = sector_of_block(block_of("/etc/big", 3));
	uint64_t bad[] = {first, first + 1,
		sector_of_block(block_of("/etc/big", 200))};
	char expected[128];

	(void)state;
	json = find(bad, 3, inventory);
	snprintf(expected, sizeof expected,
		"sda1:/etc/big|3 sectors from byte %ju of sda",
		(uintmax_t)first * BLOCK_SECTOR_BYTES);
	assert_string_equal(evidence(json, "disk.bad-sectors.file", 0), expected);
	assert_int_equal(finding_count(json), 1);
}

static void
sectors_of_a_folder_name_its_path(void **state)
{
	AUTO(json_decrefpp) json_t *inventory = make_inventory("ext4");
	AUTO(json_decrefpp) json_t *json = NULL;
	const char *text;
	uint64_t bad[] = {sector_of_block(block_of("/", 0))};

	(void)state;
	json = find(bad, 1, inventory);
	text = evidence(json, "disk.bad-sectors.file", 0);
	assert_non_null(text);
	assert_memory_equal(text, "sda1:/|1 sector ", 16);
}

static void
free_space_and_swap_are_information(void **state)
{
	AUTO(json_decrefpp) json_t *inventory = make_inventory("ext4");
	AUTO(json_decrefpp) json_t *json = NULL;
	uint64_t bad[] = {(START_BYTES + FS_BYTES - 4096) / BLOCK_SECTOR_BYTES,
		(START_BYTES + FS_BYTES + 8192) / BLOCK_SECTOR_BYTES};

	(void)state;
	json = find(bad, 2, inventory);
	assert_int_equal(finding_count(json), 1);
	assert_non_null(strstr(evidence(json, "disk.bad-sectors.free", 0),
		"sda1|free space"));
	assert_non_null(strstr(evidence(json, "disk.bad-sectors.free", 1),
		"sda2|swap space"));
}

static void
records_journal_and_partition_table_are_metadata(void **state)
{
	AUTO(json_decrefpp) json_t *inventory = make_inventory("ext4");
	AUTO(json_decrefpp) json_t *json = NULL;
	/* The partition table, the boot block, a block of the journal. */
	uint64_t bad[] = {0, sector_of_block(0),
		sector_of_block(block_of("<8>", 40))};
	const char *rule = "disk.bad-sectors.metadata";

	(void)state;
	json = find(bad, 3, inventory);
	assert_int_equal(finding_count(json), 1);
	assert_non_null(strstr(evidence(json, rule, 0), "sda1|the file system's"));
	assert_non_null(strstr(evidence(json, rule, 1), "sda1|the file system's"));
	assert_non_null(strstr(evidence(json, rule, 2), "outside of every"));
	assert_null(evidence(json, rule, 3));
}

static void
a_file_without_a_name_is_told_by_its_inode(void **state)
{
	AUTO(freep) char *image = strdup(capture_path(&capture, "fs.raw"));
	const char *const argv[] = {"debugfs", "-w", "-R", "unlink /etc/big",
		image, NULL};
	AUTO(json_decrefpp) json_t *inventory = make_inventory("ext4");
	AUTO(json_decrefpp) json_t *json = NULL;
	uint64_t bad[] = {sector_of_block(block_of("/etc/big", 3))};
	AUTO(freep) char *data = NULL;
	struct error err;

	(void)state;
	run(argv, NULL);
	assert_ok(io_read_file(&data, NULL, image, FS_BYTES, &err), &err);
	memcpy(disk + START_BYTES, data, FS_BYTES);
	json = find(bad, 1, inventory);
	assert_non_null(strstr(evidence(json, "disk.bad-sectors.file", 0),
		"sda1:inode "));
}

static void
other_file_systems_are_told_as_not_translated(void **state)
{
	AUTO(json_decrefpp) json_t *inventory = make_inventory("xfs");
	AUTO(json_decrefpp) json_t *json = NULL;
	uint64_t bad[] = {sector_of_block(5000)};

	(void)state;
	json = find(bad, 1, inventory);
	assert_int_equal(finding_count(json), 1);
	assert_non_null(strstr(evidence(json, "disk.bad-sectors.unknown", 0),
		"sda1|xfs: 1 sector from"));
}

static void
a_lost_superblock_is_told_as_not_translated(void **state)
{
	AUTO(json_decrefpp) json_t *inventory = make_inventory("ext4");
	AUTO(json_decrefpp) json_t *json = NULL;
	uint64_t bad[] = {sector_of_block(1), sector_of_block(5000)};

	(void)state;
	json = find(bad, 2, inventory);
	assert_int_equal(finding_count(json), 1);
	assert_non_null(strstr(evidence(json, "disk.bad-sectors.unknown", 0),
		"superblock"));
}

static void
a_file_system_of_garbage_is_no_failure(void **state)
{
	AUTO(json_decrefpp) json_t *inventory = make_inventory("ext4");
	AUTO(json_decrefpp) json_t *json = NULL;
	uint64_t bad[] = {sector_of_block(5000)};
	uint8_t *super = disk + START_BYTES + 1024;

	(void)state;
	memset(super, 0xff, 1024);
	super[24] = 0, super[25] = 0, super[26] = 0, super[27] = 0;
	super[56] = 0x53;
	super[57] = 0xef;
	json = find(bad, 1, inventory);
	assert_int_equal(finding_count(json), 1);
	assert_non_null(evidence(json, "disk.bad-sectors.unknown", 0));
}

static void
without_an_inventory_the_place_is_told(void **state)
{
	AUTO(json_decrefpp) json_t *json = NULL;
	uint64_t bad[] = {sector_of_block(5000)};

	(void)state;
	json = find(bad, 1, NULL);
	assert_int_equal(finding_count(json), 1);
	assert_non_null(evidence(json, "disk.bad-sectors.unknown", 0));
}

/* After a crash a line may be there whose block was read well later. */
static void
lines_of_sound_blocks_do_not_count(void **state)
{
	AUTO(json_decrefpp) json_t *inventory = make_inventory("ext4");
	AUTO(json_decrefpp) json_t *json = NULL;
	const struct machine_disk it = {.name = "sda", .size_bytes = DISK_BYTES};
	AUTO(findings_freep) struct findings *findings = findings_new();
	char root[HASH_HEX_BYTES];
	struct error err;

	(void)state;
	capture_store(&capture, disk, sizeof disk, NULL, 0, root);
	assert_ok(io_write_file(capture_path(&capture, "capture/sda.bad"),
		"6291456 512\n", 12, 0600, &err), &err);
	assert_ok(damage_find(capture.machine, &it, inventory, findings, &err),
		&err);
	json = findings_to_json(findings, "web1", true);
	assert_int_equal(finding_count(json), 0);
}

/* A disk that is altogether dead: bounded work, and nothing is left out. */
static void
very_many_bad_sectors_are_all_accounted_for(void **state)
{
	AUTO(json_decrefpp) json_t *inventory = make_inventory("ext4");
	AUTO(freep) uint64_t *bad = calloc(20000, sizeof *bad);
	AUTO(json_decrefpp) json_t *json = NULL;
	uint64_t first = sector_of_block(9000);

	(void)state;
	for (uint64_t i = 0; i < 20000; i++)
		bad[i] = first + i;
	json = find(bad, 20000, inventory);
	assert_non_null(strstr(evidence(json, "disk.bad-sectors.unknown", 0),
		"11808 sectors"));
}

static void
findings_join_those_of_the_assessment(void **state)
{
	AUTO(findings_freep) struct findings *before = findings_new();
	AUTO(findings_freep) struct findings *after = NULL;
	AUTO(freep) char *path = strdup(capture_path(&capture, "findings.json"));
	AUTO(json_decrefpp) json_t *json = NULL;
	AUTO(json_decrefpp) json_t *joined = NULL;
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
	assert_non_null(strstr(evidence(joined, "disk.reread-differs", 1),
		"sda|a block of 64 KiB at byte 131072"));
	assert_int_equal(findings_count(after, SEVERITY_WARNING), 1);
	assert_non_null(evidence(joined, "fs.dirty", 0));
}

#define DAMAGE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DAMAGE_TEST(sectors_of_a_file_name_its_path),
		DAMAGE_TEST(sectors_of_a_folder_name_its_path),
		DAMAGE_TEST(free_space_and_swap_are_information),
		DAMAGE_TEST(records_journal_and_partition_table_are_metadata),
		DAMAGE_TEST(a_file_without_a_name_is_told_by_its_inode),
		DAMAGE_TEST(other_file_systems_are_told_as_not_translated),
		DAMAGE_TEST(a_lost_superblock_is_told_as_not_translated),
		DAMAGE_TEST(a_file_system_of_garbage_is_no_failure),
		DAMAGE_TEST(without_an_inventory_the_place_is_told),
		DAMAGE_TEST(lines_of_sound_blocks_do_not_count),
		DAMAGE_TEST(very_many_bad_sectors_are_all_accounted_for),
		DAMAGE_TEST(findings_join_those_of_the_assessment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
