#ifndef WIRE_HASH_H
#define WIRE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct error;

/* BLAKE2b with 512 bits (RFC 7693), of which the first 256 are kept. */
enum { HASH_BYTES = 32, HASH_HEX_BYTES = 2 * HASH_BYTES + 1 };
#define HASH_NAME "blake2b-512/256"

/* Safe from any thread; fails only when libcrypto is out of memory. */
int hash_block(const void *data, size_t bytes, uint8_t hash_out[HASH_BYTES],
	struct error *err);

/* The hash of a whole file, read in pieces. */
int hash_file(const char *path, uint8_t hash_out[HASH_BYTES],
	struct error *err);

/* Lower-case hex with a final NUL. */
void hash_hex(const uint8_t hash[HASH_BYTES], char text_out[HASH_HEX_BYTES]);

#endif
