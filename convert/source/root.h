#ifndef CONVERT_SOURCE_ROOT_H
#define CONVERT_SOURCE_ROOT_H

#include <stdint.h>

#include "wire/hash.h"

struct error;

/*
 * One hash for the whole disk, from its map file: the block hashes in order, an
 * absent block counting as one of zeros of its length, are hashed in groups of
 * ROOT_GROUP_BLOCKS (the last one may be smaller); the root is the hash of the
 * groups' hashes in order.  `name` is what a failure calls the file.
 */
enum { ROOT_GROUP_BLOCKS = 4096 };
int root_hash(int map_fd, const char *name, uint64_t disk_bytes,
	char hex_out[HASH_HEX_BYTES], struct error *err);

#endif
