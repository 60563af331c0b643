#ifndef TESTS_CONVERT_CAPTURE_H
#define TESTS_CONVERT_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

#include "convert/state/machine.h"
#include "wire/hash.h"

/* A machine "web1" in a temporary state directory, and captures in it. */
struct capture {
	char state[64];
	struct machine *machine;
};

void capture_make(struct capture *capture);
void capture_remove(struct capture *capture);

/* state/machines/web1/relative, until the next call. */
const char *capture_path(const struct capture *capture, const char *relative);

/*
 * Capture `data` as disk sda, as a session does, where the sectors listed in
 * `bad` (numbers) cannot be read: they are zeros in the image.
 */
void capture_store(const struct capture *capture, const uint8_t *data,
	uint64_t bytes, const uint64_t *bad, size_t bad_count,
	char root_out[HASH_HEX_BYTES]);

/* The same as any disk, without writing disks.json. */
void capture_store_as(const struct capture *capture, const char *name,
	const uint8_t *data, uint64_t bytes, const uint64_t *bad,
	size_t bad_count, char root_out[HASH_HEX_BYTES]);

#endif
