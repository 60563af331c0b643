#ifndef CONVERT_SOURCE_BASE_H
#define CONVERT_SOURCE_BASE_H

#include <stdbool.h>
#include <stdint.h>

#include "convert/source/entries.h"

struct error;

/*
 * The last complete generation of a disk, under the image that becomes the next
 * one.  Nothing here writes to it.
 */
struct base {
	char *raw_path, *bad_path;
	int raw_fd;
	struct entries entries;
	uint64_t *there; /* one bit for each block */
	uint64_t there_bytes;
};

/*
 * FOLDER/NAME.raw of a disk of `disk_bytes`.  Yields NULL when no generation of
 * it is complete.
 */
int base_open(struct base **base_out, const char *folder, const char *name,
	uint64_t disk_bytes, struct error *err);
void base_close(struct base *base);
static inline void
base_closep(struct base **base)
{
	if (*base != NULL)
		base_close(*base);
}

static inline bool
base_has(const struct base *base, uint64_t block)
{
	return base->there[block / 64] >> (block % 64) & 1;
}

#endif
