#ifndef CONVERT_SOURCE_BLOCKS_H
#define CONVERT_SOURCE_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/progress.h"

struct error;
struct image;
struct job;
struct queue;

/*
 * One disk of the source, read through its image: what is not there is fetched,
 * checked, kept, and never fetched again.  Two that want the same block wait for
 * one fetch.  Blocks are counted from 0; ranges end before `end`.  Safe from any
 * thread.  A failure to fetch is final: it has failed the queue.
 */
struct blocks;

/* Borrows the image and the queue.  `disk` is the source's number for it. */
int blocks_new(struct blocks **blocks_out, struct image *image,
	struct queue *queue, uint8_t disk, struct error *err);
/* Waits for the requests that are under way. */
void blocks_free(struct blocks *blocks);
static inline void
blocks_freep(struct blocks **blocks)
{
	if (*blocks != NULL)
		blocks_free(*blocks);
}

struct image *blocks_image(const struct blocks *blocks);

/* Any range inside the disk.  Sequential readers are read ahead of. */
int blocks_read(struct blocks *blocks, uint64_t offset_bytes, void *data,
	size_t bytes, struct error *err);

/* Ask for what is absent, without waiting. */
int blocks_request(struct blocks *blocks, uint64_t first, uint64_t end,
	bool is_urgent, struct error *err);

enum blocks_taken {
	BLOCKS_TAKEN,
	BLOCKS_OTHER, /* what was offered has another hash */
	BLOCKS_BUSY   /* the block is there, or being fetched */
};

/* Without the source: take a block from another file by image_take() ... */
int blocks_take(struct blocks *blocks, uint64_t block, int fd,
	uint64_t offset_bytes, const uint8_t *hash,
	enum blocks_taken *taken_out, struct error *err);
/* ... or keep it as zeros. */
int blocks_take_zeros(struct blocks *blocks, uint64_t block,
	const uint8_t *hash, enum blocks_taken *taken_out, struct error *err);

/* Any other request to this disk; sets job->disk, then queue_submit(). */
void blocks_submit(struct blocks *blocks, struct job *job);

/* Wait until the whole range is there. */
int blocks_wait(struct blocks *blocks, uint64_t first, uint64_t end,
	struct error *err);

/* Wait until at most `limit` requests are under way. */
int blocks_throttle(struct blocks *blocks, unsigned limit, struct error *err);

/* Count blocks that arrive into *progress (NULL: no more). */
void blocks_set_progress(struct blocks *blocks, struct progress *progress);

/* Bytes that the source sent us so far, unpacked. */
uint64_t blocks_fetched_bytes(const struct blocks *blocks);

#endif
