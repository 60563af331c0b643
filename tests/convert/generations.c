/*
 * A machine with two disks, whose contents follow from the number of the
 * generation, for tests of what is the machine's at any moment.
 */
#include "tests/convert/generations.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/capture/check.h"
#include "convert/source/image.h"
#include "tests/harness.h"

const char *const generations_disks[] = {"sda", "sdb"};

unsigned
generations_number(const struct capture *capture)
{
	AUTO(generation_release) struct generation generation;

	assert_int_equal(generation_read(&generation, capture->machine, NULL),
		0);
	return generation.number;
}

int
generations_setup(void **state)
{
	static struct capture capture;

	capture_make(&capture);
	*state = &capture;
	return 0;
}

int
generations_teardown(void **state)
{
	capture_remove(*state);
	return 0;
}

/* Of each three blocks one changes, one stays, and one is zeros at times. */
static bool
is_there(unsigned generation, unsigned block)
{
	return block != 7 || generation == 1;
}

static bool
is_zero(unsigned generation, unsigned block)
{
	return block % 3 == 2 && (generation + block) % 2 == 0;
}

void
generations_fill(uint8_t data[BLOCK_BYTES], unsigned generation, unsigned disk,
	unsigned block)
{
	unsigned seed = disk * 31 + block * 7 +
		(block % 3 == 1 ? 0 : generation * 101);

	memset(data, 0, BLOCK_BYTES);
	if (!is_there(generation, block) || is_zero(generation, block))
		return;
	for (size_t i = 0; i < BLOCK_BYTES; i++)
		data[i] = (uint8_t)(i * 3 + seed + 1);
}

static void
write_text(const struct capture *capture, const char *relative,
	unsigned generation)
{
	char text[32];
	struct error err;

	snprintf(text, sizeof text, "{\"of\": %u}\n", generation);
	assert_ok(io_write_file(capture_path(capture, relative), text,
		strlen(text), 0600, &err), &err);
}

unsigned
generations_read_text(const struct capture *capture, const char *relative)
{
	AUTO(json_decrefpp) json_t *json = NULL;

	if (json_file_read(&json, capture_path(capture, relative), NULL) == -1)
		return 0;
	return (unsigned)json_number(json, "of", 99);
}

struct image *
generations_open_disk(const struct capture *capture, unsigned disk,
	const char *session)
{
	struct image *image;
	struct error err;

	assert_ok(image_open(&image, capture_path(capture, "capture"),
		generations_disks[disk], GENERATIONS_BYTES, session, &err), &err);
	return image;
}

static void
capture_block(struct image *image, unsigned generation, unsigned disk,
	unsigned block)
{
	const uint8_t bad_map[BLOCK_BAD_MAP_BYTES] = {1};
	uint8_t data[BLOCK_BYTES], hash[HASH_BYTES];
	bool bad = block == 3 || block == 4, kept;
	struct error err;

	generations_fill(data, generation, disk, block);
	hash_block(data, image_block_bytes(image, block), hash, &err);
	assert_ok(image_keep(image, block, hash, bad, &kept, &err), &err);
	assert_int_equal(kept, generation > 1 && block % 3 == 1);
	if (!kept)
		assert_ok(image_store(image, block, is_zero(generation, block)
			? NULL : data, hash, bad ? bad_map : NULL, &err), &err);
}

/* As a session does with what its source sends; yields report/session.json's. */
static json_t *
capture_disks(const struct capture *capture, unsigned generation)
{
	json_t *list = json_array();
	char session[16], root[HASH_HEX_BYTES];
	struct error err;

	snprintf(session, sizeof session, "boot-%u", generation);
	for (unsigned d = 0; d < GENERATIONS_DISKS; d++) {
		AUTO(image_closep) struct image *image =
			generations_open_disk(capture, d, session);

		for (unsigned b = 0; b < GENERATIONS_BLOCKS; b++)
			if (is_there(generation, b))
				capture_block(image, generation, d, b);
		assert_ok(image_adopt(image, &err), &err);
		assert_ok(image_checkpoint(image, &err), &err);
		assert_ok(image_root(image, root, &err), &err);
		json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:s}",
			"name", generations_disks[d], "size_bytes", (json_int_t)GENERATIONS_BYTES,
			"captured_bytes", (json_int_t)GENERATIONS_BYTES, "root_hash",
			root));
	}
	return list;
}

static void
make_files(const struct capture *capture, const char *prefix,
	unsigned generation)
{
	static const char *const files[] = {"inventory.json", "disks.json",
		"report/guest.json", "vm/run-isolated", "vm/sda.qcow2",
		"vm/sdb.qcow2"};

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		AUTO(freep) char *path = io_format("%s%s", prefix, files[i]);

		write_text(capture, path, generation);
	}
}

void
generations_make_first(const struct capture *capture)
{
	AUTO(json_decrefpp) json_t *list = capture_disks(capture, 1);
	struct error err;

	make_files(capture, "", 1);
	assert_ok(generation_commit(capture->machine, 1, list, &err), &err);
	assert_ok(machine_set_state(capture->machine, MACHINE_VERIFIED, &err),
		&err);
}

json_t *
generations_make_second(const struct capture *capture)
{
	AUTO(machine_closep) struct machine *place = NULL;
	struct error err;

	assert_ok(generation_stage(&place, capture->machine, &err), &err);
	make_files(capture, "next/", 2);
	return capture_disks(capture, 2);
}

void
generations_assert_blocks(const struct capture *capture, unsigned generation)
{
	for (unsigned d = 0; d < GENERATIONS_DISKS; d++) {
		AUTO(freep) char *name = io_format("capture/%s.raw", generations_disks[d]);
		AUTO(fd_closep) int fd = open(capture_path(capture, name),
			O_RDONLY);

		for (unsigned b = 0; b < GENERATIONS_BLOCKS; b++) {
			uint8_t want[BLOCK_BYTES], got[BLOCK_BYTES] = {0};
			ssize_t bytes = pread(fd, got, sizeof got,
				(off_t)b * BLOCK_BYTES);

			generations_fill(want, generation, d, b);
			assert_true(bytes > 0);
			assert_memory_equal(want, got, bytes);
		}
	}
}

static void
assert_checked(const struct capture *capture)
{
	AUTO(generation_release) struct generation generation;
	struct progress progress = {.total = 0};
	const json_t *disk;
	struct error err;
	size_t i;

	assert_ok(generation_read(&generation, capture->machine, &err), &err);
	assert_int_equal(json_array_size(generation.disks), GENERATIONS_DISKS);
	json_array_foreach(generation.disks, i, disk) {
		struct check_result result;

		assert_ok(check_run(capture_path(capture, "capture"),
			json_text(disk, "name", ""), GENERATIONS_BYTES, &progress,
			NULL, NULL, &result, &err), &err);
		assert_int_equal(result.bad_blocks, 0);
		assert_string_equal(result.root_hash,
			json_text(disk, "root_hash", ""));
	}
}

void
generations_assert_machine(const struct capture *capture, unsigned generation)
{
	static const char *const files[] = {"inventory.json", "disks.json",
		"report/guest.json", "vm/run-isolated", "vm/sda.qcow2",
		"vm/sdb.qcow2"};

	assert_int_equal(generations_number(capture), generation);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		assert_int_equal(generations_read_text(capture, files[i]), generation);
	generations_assert_blocks(capture, generation);
	assert_checked(capture);
}
