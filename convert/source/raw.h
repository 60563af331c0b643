#ifndef CONVERT_SOURCE_RAW_H
#define CONVERT_SOURCE_RAW_H

#include <stdbool.h>
#include <stdint.h>

struct error;

/* What is done to a range, of a block at most, of a sparse file of blocks. */

/* A hole, also where data was; zeros where holes cannot be made. */
int raw_make_hole(int fd, const char *path, uint64_t offset_bytes,
	uint32_t bytes, struct error *err);

/*
 * From another file, as an extent that both share where that works; `room` (of
 * `bytes`) is for where it does not.  *copied_out is false when the other file
 * cannot be read.
 */
int raw_copy(int fd, const char *path, uint64_t offset_bytes, uint32_t bytes,
	int from_fd, uint64_t from_bytes, void *room, bool *copied_out,
	struct error *err);

#endif
