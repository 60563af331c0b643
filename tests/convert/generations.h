#ifndef TESTS_CONVERT_GENERATIONS_H
#define TESTS_CONVERT_GENERATIONS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "convert/capture/generation.h"
#include "convert/source/image.h"
#include "tests/convert/capture.h"
#include "wire/block.h"

enum {
	GENERATIONS_BLOCKS = 9,
	GENERATIONS_BYTES = (GENERATIONS_BLOCKS - 1) * BLOCK_BYTES + 1536,
	GENERATIONS_DISKS = 2
};
extern const char *const generations_disks[];

unsigned generations_number(const struct capture *capture);
int generations_setup(void **state);
int generations_teardown(void **state);
void generations_fill(uint8_t data[BLOCK_BYTES], unsigned generation,
	unsigned disk, unsigned block);
/* 0: there is no such file. */
unsigned generations_read_text(const struct capture *capture,
	const char *relative);
struct image *generations_open_disk(const struct capture *capture,
	unsigned disk, const char *session);
void generations_make_first(const struct capture *capture);
json_t *generations_make_second(const struct capture *capture);
/* The blocks of both disks, read as QEMU would. */
void generations_assert_blocks(const struct capture *capture,
	unsigned generation);
/* All of it is of this generation, and nothing of another. */
void generations_assert_machine(const struct capture *capture,
	unsigned generation);

#endif
