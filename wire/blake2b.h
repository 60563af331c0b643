#ifndef WIRE_BLAKE2B_H
#define WIRE_BLAKE2B_H

#include <stddef.h>
#include <stdint.h>

enum {
	BLAKE2B_BYTES = 64,
	BLAKE2B_CHUNK_BYTES = 128,
	BLAKE2B_WIDTH_LIMIT = 8
};

/*
 * BLAKE2b with 512 bits of output (RFC 7693, no key) of several messages of
 * equal length at once, for processors whose vectors hold a word of each.
 */
struct blake2b_way {
	unsigned width; /* messages at once */
	/* `bytes` is not 0 and a multiple of 128. */
	void (*hash)(const uint8_t *const *messages, size_t bytes,
		uint8_t (*digests_out)[BLAKE2B_BYTES]);
};

/* The widest way of this processor for `count` messages, or NULL. */
const struct blake2b_way *blake2b_find(size_t count);

#endif
