#ifndef CONVERT_CAPTURE_POOL_H
#define CONVERT_CAPTURE_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/hash.h"

struct error;
struct image;
struct machine;

/*
 * Whole blocks that lie in captures on this host, by their hash: those of one
 * disk's own image, of the machine's other disks, and of the other machines
 * unless one of the two is to be kept apart.  Blocks of zeros and blocks with
 * unreadable sectors are not in it.  What it says is a hint, made from the maps:
 * image_take() believes only bytes.
 *
 * The table is a file without a name in the machine's folder; in memory are
 * 16 MiB while it is made and next to nothing later, however much the host
 * holds.  Safe from any thread.
 */
struct pool;

/* A block that may have the hash. */
struct pool_place {
	int fd; /* the pool's; -1: the image itself */
	uint64_t block;
	unsigned donor;
};

/* `image` is the disk that is captured, in the folder of `machine`. */
int pool_open(struct pool **pool_out, const struct machine *machine,
	struct image *image, struct error *err);
void pool_close(struct pool *pool);
static inline void
pool_closep(struct pool **pool)
{
	if (*pool != NULL)
		pool_close(*pool);
}

/*
 * How many bytes a capture of this machine could have from those of others, at
 * most.
 */
int pool_measure(uint64_t *bytes_out, const struct machine *machine,
	struct error *err);

/* Blocks of other images than the disk's own. */
uint64_t pool_foreign_blocks(const struct pool *pool);

/* True with *place_out when some block may have the hash. */
bool pool_find(struct pool *pool, const uint8_t hash[HASH_BYTES],
	struct pool_place *place_out);

/* The image itself has the hash in this block, or will. */
void pool_put(struct pool *pool, const uint8_t hash[HASH_BYTES],
	uint64_t block);

/* A place did not have what it was said to have: tell people, once a disk. */
void pool_blame(struct pool *pool, const struct pool_place *place);

#endif
