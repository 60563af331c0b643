/* An image that tests write to and look into. */
#include "tests/convert/images.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "tests/harness.h"

char images_folder[64];
static char path[128];

int
images_setup(void **state)
{
	(void)state;
	strcpy(images_folder, "/tmp/unrack-test-image.XXXXXX");
	return mkdtemp(images_folder) == NULL ? -1 : 0;
}

int
images_teardown(void **state)
{
	struct error err;

	(void)state;
	return io_remove_tree(images_folder, &err);
}

struct image *
images_open(const char *session)
{
	struct image *image;
	struct error err;

	assert_ok(image_open(&image, images_folder, "sda", IMAGES_BYTES, session, &err),
		&err);
	return image;
}

const char *
images_file(const char *name)
{
	snprintf(path, sizeof path, "%s/%s", images_folder, name);
	return path;
}

void
images_fill(uint8_t data[BLOCK_BYTES], uint64_t block)
{
	for (size_t i = 0; i < BLOCK_BYTES; i++)
		data[i] = (uint8_t)(i * 7 + block * 13 + 1);
}

void
images_store(struct image *image, uint64_t block)
{
	uint8_t data[BLOCK_BYTES], hash[HASH_BYTES];
	struct error err;

	images_fill(data, block);
	assert_ok(hash_block(data, image_block_bytes(image, block), hash, &err),
		&err);
	assert_ok(image_store(image, block, data, hash, NULL, &err), &err);
}

void
images_store_zero(struct image *image, uint64_t block)
{
	static const uint8_t zeros[BLOCK_BYTES];
	uint8_t hash[HASH_BYTES];
	struct error err;

	assert_ok(hash_block(zeros, image_block_bytes(image, block), hash,
		&err), &err);
	assert_ok(image_store(image, block, NULL, hash, NULL, &err), &err);
}

void
images_assert_block(struct image *image, uint64_t block, bool zeros)
{
	uint8_t want[BLOCK_BYTES] = {0}, got[BLOCK_BYTES];
	uint32_t bytes = image_block_bytes(image, block);
	struct error err;

	if (!zeros)
		images_fill(want, block);
	assert_true(image_has(image, block));
	assert_ok(image_read(image, block * BLOCK_BYTES, got, bytes, &err),
		&err);
	assert_memory_equal(got, want, bytes);
}
