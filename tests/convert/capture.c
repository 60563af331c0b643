/* A finished capture for tests that look at one, through image.c as it is. */
#include "tests/convert/capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "common/own.h"
#include "convert/source/image.h"
#include "tests/harness.h"

void
capture_make(struct capture *capture)
{
	struct error err;

	strcpy(capture->state, "/tmp/unrack-test-capture.XXXXXX");
	assert_non_null(mkdtemp(capture->state));
	assert_ok(machine_create(&capture->machine, capture->state, "web1",
		&err), &err);
}

void
capture_remove(struct capture *capture)
{
	struct error err;

	machine_closep(&capture->machine);
	assert_ok(io_remove_tree(capture->state, &err), &err);
}

const char *
capture_path(const struct capture *capture, const char *relative)
{
	static char path[256];

	snprintf(path, sizeof path, "%s/machines/web1/%s", capture->state,
		relative);
	return path;
}

static void
store_block(struct image *image, uint64_t number, const uint8_t *data,
	const uint64_t *bad, size_t bad_count)
{
	uint32_t bytes = image_block_bytes(image, number);
	uint8_t room[BLOCK_BYTES], hash[HASH_BYTES];
	uint8_t map[BLOCK_BAD_MAP_BYTES] = {0};
	int any = 0;
	struct error err;

	memcpy(room, data + number * BLOCK_BYTES, bytes);
	for (size_t i = 0; i < bad_count; i++) {
		uint64_t offset = bad[i] * BLOCK_SECTOR_BYTES;
		uint64_t within = offset % BLOCK_BYTES;

		if (offset / BLOCK_BYTES != number)
			continue;
		memset(room + within, 0, BLOCK_SECTOR_BYTES);
		map[within / BLOCK_SECTOR_BYTES / 8] |=
			(uint8_t)(1 << (within / BLOCK_SECTOR_BYTES % 8));
		any = 1;
	}
	assert_ok(hash_block(room, bytes, hash, &err), &err);
	assert_ok(image_store(image, number, room, hash, any ? map : NULL, &err),
		&err);
}

void
capture_store_as(const struct capture *capture, const char *name,
	const uint8_t *data, uint64_t bytes, const uint64_t *bad,
	size_t bad_count, char root_out[HASH_HEX_BYTES])
{
	AUTO(image_closep) struct image *image = NULL;
	AUTO(freep) char *folder = machine_path(capture->machine, "capture");
	struct error err;

	assert_ok(image_open(&image, folder, name, bytes,
		"00112233445566778899aabbccddeeff", &err), &err);
	for (uint64_t i = 0; i < image_blocks(image); i++)
		store_block(image, i, data, bad, bad_count);
	assert_ok(image_checkpoint(image, &err), &err);
	assert_ok(image_root(image, root_out, &err), &err);
}

void
capture_store(const struct capture *capture, const uint8_t *data,
	uint64_t bytes, const uint64_t *bad, size_t bad_count,
	char root_out[HASH_HEX_BYTES])
{
	const struct machine_disk disk = {.name = "sda", .size_bytes = bytes};
	struct error err;

	capture_store_as(capture, "sda", data, bytes, bad, bad_count, root_out);
	assert_ok(machine_write_disks(capture->machine, &disk, 1, &err), &err);
}
