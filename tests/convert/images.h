#ifndef TESTS_CONVERT_IMAGES_H
#define TESTS_CONVERT_IMAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "convert/source/image.h"
#include "wire/block.h"
#include "wire/hash.h"

/* An image of a disk "sda" in a temporary folder. */
enum {
	IMAGES_BLOCKS = 1200,
	IMAGES_BYTES = (IMAGES_BLOCKS - 1) * BLOCK_BYTES + 1024
};

extern char images_folder[64];

int images_setup(void **state);
int images_teardown(void **state);

#define IMAGES_TEST(name)                                                      \
	cmocka_unit_test_setup_teardown(name, images_setup, images_teardown)

struct image *images_open(const char *session);

/* A file of the folder, until the next call. */
const char *images_file(const char *name);

/* Block contents that tell which block it is. */
void images_fill(uint8_t data[BLOCK_BYTES], uint64_t block);
void images_store(struct image *image, uint64_t block);
void images_store_zero(struct image *image, uint64_t block);
void images_assert_block(struct image *image, uint64_t block, bool zeros);

#endif
