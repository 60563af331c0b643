#ifndef CONVERT_SOURCE_BAD_H
#define CONVERT_SOURCE_BAD_H

#include <stddef.h>
#include <stdint.h>

#include "wire/block.h"

struct error;

/*
 * Sectors that the source could not read: lines "offset_bytes length_bytes" of a
 * text file, for people and for the assessment.
 */

/*
 * Append the lines of one block to `text` (at most BAD_TEXT_BYTES, with its
 * NUL).  Returns the bytes without the NUL.
 */
enum { BAD_TEXT_BYTES = 64 * 44 + 1 };
size_t bad_format(char text[BAD_TEXT_BYTES], uint64_t block,
	const uint8_t bad_map[BLOCK_BAD_MAP_BYTES]);

/*
 * How many sectors the file lists, each counted once, in blocks for which
 * keep() is true.  A missing file lists none.
 */
int bad_count(uint64_t *count_out, const char *path,
	int (*keep)(const void *context, uint64_t block), const void *context,
	struct error *err);

/*
 * The same as ranges, sorted and joined, which the caller frees (NULL when there
 * are none).
 */
struct bad_range {
	uint64_t offset_bytes, length_bytes;
};
int bad_read(struct bad_range **ranges_out, size_t *count_out, const char *path,
	int (*keep)(const void *context, uint64_t block), const void *context,
	struct error *err);

/* Rewrite the file without the lines of blocks for which keep() is false. */
int bad_prune(const char *path,
	int (*keep)(const void *context, uint64_t block), const void *context,
	struct error *err);

/* The same, and add those lines of `other` for which keep_other() is true. */
int bad_join(const char *path,
	int (*keep)(const void *context, uint64_t block), const char *other,
	int (*keep_other)(const void *context, uint64_t block),
	const void *context, struct error *err);

#endif
