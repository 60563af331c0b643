#ifndef CONVERT_CAPTURE_CHECK_H
#define CONVERT_CAPTURE_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "common/progress.h"
#include "wire/hash.h"

struct error;

enum { CHECK_PLACES = 16 };

/* A block that is not what it was. */
struct check_place {
	uint64_t offset_bytes;
	const char *what; /* a literal */
};

struct check_result {
	uint64_t blocks, bytes; /* present, and so compared */
	uint64_t bad_blocks;
	struct check_place places[CHECK_PLACES]; /* the first of them, in order */
	size_t place_count;
	char root_hash[HASH_HEX_BYTES]; /* of the map (root.h) */
};

/*
 * Compare every present block of FOLDER/NAME.raw with its hash in the .map,
 * with a thread for each processor.  Bad blocks are a result; a capture that
 * cannot be compared at all is a failure.  Counts into `progress`; `tick` (may be
 * NULL) is called about once a second.  Only reads.
 */
int check_run(const char *folder, const char *name, uint64_t disk_bytes,
	struct progress *progress, void (*tick)(void *context), void *context,
	struct check_result *result_out, struct error *err);

#endif
