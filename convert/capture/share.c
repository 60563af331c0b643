/*
 * A block that the host already holds is not sent.  The source's sums are looked
 * up in pool.c; what is there is taken by image_take(), which hashes it again;
 * the rest is read as usual.  bulk.c goes over the disk.
 */
#include "convert/capture/share.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "convert/capture/pool.h"
#include "convert/source/blocks.h"
#include "convert/source/image.h"
#include "convert/source/queue.h"

enum {
	HASHES_UNDER_WAY = 8,
	LATER_LIMIT = 16 << 10,
	/* In a million blocks; a moving mean over the last thousand. */
	RATE_AT_FIRST = 250000,
	RATE_THAT_PAYS = 40000,
	RATE_AGAIN = 250000, /* of one window, when it did not pay so far */
	RATE_BLOCKS = 1024,
	WINDOWS_BETWEEN = 16
};

/* Equal to a block of the same disk that is still on its way. */
struct later {
	uint64_t block, twin;
	uint8_t hash[HASH_BYTES];
};

struct share {
	struct blocks *blocks;
	struct pool *pool;
	uint8_t zeros[HASH_BYTES];
	unsigned idle_windows; /* since the last one that was hashed */

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	unsigned under_way;
	int64_t rate;
	uint64_t shared_bytes;
	struct later *later;
	size_t later_count;
	bool failed;
	struct error why;
};

/* One HASH request. */
struct window {
	struct job job; /* first, so that it can be cast */
	struct share *share;
	unsigned hits;
	bool absent[SHARE_BLOCKS]; /* the host does not hold it */
};

int
share_new(struct share **share_out, struct blocks *blocks, struct pool *pool,
	struct error *err)
{
	static const uint8_t zeros[BLOCK_BYTES];
	struct share *share = calloc(1, sizeof *share);

	if (share == NULL)
		return error_set(err, ENOMEM, "share blocks");
	share->later = calloc(LATER_LIMIT, sizeof *share->later);
	if (share->later == NULL ||
		hash_block(zeros, sizeof zeros, share->zeros, err) == -1) {
		free(share->later);
		free(share);
		return error_set(err, ENOMEM, "share blocks");
	}
	pthread_mutex_init(&share->lock, NULL);
	pthread_cond_init(&share->changed, NULL);
	share->blocks = blocks;
	share->pool = pool;
	share->rate = RATE_AT_FIRST;
	share->idle_windows = WINDOWS_BETWEEN;
	*share_out = share;
	return 0;
}

/* Wait until at most `limit` windows are being hashed. */
static int
throttle(struct share *share, unsigned limit, struct error *err)
{
	int failed = 0;

	pthread_mutex_lock(&share->lock);
	while (share->under_way > limit)
		pthread_cond_wait(&share->changed, &share->lock);
	if (share->failed) {
		*err = share->why;
		failed = -1;
	}
	pthread_mutex_unlock(&share->lock);
	return failed;
}

void
share_free(struct share *share)
{
	struct error ignored;

	throttle(share, 0, &ignored);
	pthread_cond_destroy(&share->changed);
	pthread_mutex_destroy(&share->lock);
	free(share->later);
	free(share);
}

uint64_t
share_bytes(struct share *share)
{
	uint64_t bytes;

	pthread_mutex_lock(&share->lock);
	bytes = share->shared_bytes;
	pthread_mutex_unlock(&share->lock);
	return bytes;
}

static void
count_shared(struct share *share)
{
	pthread_mutex_lock(&share->lock);
	share->shared_bytes += BLOCK_BYTES;
	pthread_mutex_unlock(&share->lock);
}

/* False when there is no room to remember it. */
static bool
put_off(struct share *share, uint64_t block, uint64_t twin,
	const uint8_t *hash)
{
	bool has_room;

	pthread_mutex_lock(&share->lock);
	has_room = share->later_count < LATER_LIMIT;
	if (has_room) {
		struct later *later = &share->later[share->later_count++];

		later->block = block;
		later->twin = twin;
		memcpy(later->hash, hash, HASH_BYTES);
	}
	pthread_mutex_unlock(&share->lock);
	return has_room;
}

/* Take what the pool names; *held_out is false when the source must send it. */
static int
take_place(struct share *share, uint64_t block, const uint8_t *hash,
	const struct pool_place *place, bool *held_out, struct error *err)
{
	const struct image *image = blocks_image(share->blocks);
	enum blocks_taken taken;

	*held_out = false;
	if (place->fd == -1 && place->block == block)
		return 0; /* asked again, after a lane was lost */
	if (place->fd == -1 && !image_has(image, place->block)) {
		*held_out = put_off(share, block, place->block, hash);
		return 0;
	}
	if (blocks_take(share->blocks, block, place->fd,
		    place->block * BLOCK_BYTES, hash, &taken, err) == -1)
		return -1;
	if (taken == BLOCKS_TAKEN)
		count_shared(share);
	else if (taken == BLOCKS_OTHER)
		pool_blame(share->pool, place);
	*held_out = taken != BLOCKS_OTHER;
	return 0;
}

static int
look(struct share *share, uint64_t block, const uint8_t *hash, bool *held_out,
	struct error *err)
{
	enum blocks_taken taken;
	struct pool_place place;

	if (memcmp(hash, share->zeros, HASH_BYTES) == 0) {
		*held_out = true;
		return blocks_take_zeros(share->blocks, block, hash, &taken,
			err);
	}
	if (pool_find(share->pool, hash, &place) &&
		take_place(share, block, hash, &place, held_out, err) == -1)
		return -1;
	if (!*held_out)
		pool_put(share->pool, hash, block);
	return 0;
}

static int
window_block(struct job *job, const struct answer *answer, struct error *err)
{
	struct window *window = (struct window *)job;
	const struct image *image = blocks_image(window->share->blocks);
	uint64_t block = job->offset_bytes / BLOCK_BYTES + answer->index;
	bool held = false;

	if (image_has(image, block))
		return 0;
	/* Only reading tells which sectors are bad. */
	if (!answer->is_bad && image_block_bytes(image, block) == BLOCK_BYTES &&
		look(window->share, block, answer->hash, &held, err) == -1)
		return -1;
	window->absent[answer->index] = !held;
	window->hits += held;
	return 0;
}

/* Read what nobody holds. */
static int
request_absent(const struct window *window, struct error *err)
{
	uint64_t first = window->job.offset_bytes / BLOCK_BYTES;
	uint32_t count = block_count(window->job.length);

	for (uint32_t i = 0, run; i < count; i += run) {
		for (run = 0; i + run < count && window->absent[i + run]; run++)
			;
		if (run > 0 &&
			blocks_request(window->share->blocks, first + i,
				first + i + run, false, err) == -1)
			return -1;
		run += run == 0;
	}
	return 0;
}

/* With the lock held. */
static void
learn(struct share *share, int64_t hits, int64_t count)
{
	int64_t rate = hits * 1000000 / count;

	if (share->rate >= RATE_THAT_PAYS)
		share->rate += (rate - share->rate) * count / RATE_BLOCKS;
	else if (rate >= RATE_AGAIN)
		share->rate = rate;
}

static void
window_done(struct job *job, const struct error *failure)
{
	struct window *window = (struct window *)job;
	struct share *share = window->share;
	struct error err = {0};

	if (failure == NULL && request_absent(window, &err) == -1)
		failure = &err;
	pthread_mutex_lock(&share->lock);
	learn(share, window->hits, block_count(job->length));
	if (failure != NULL && !share->failed) {
		share->failed = true;
		share->why = *failure;
	}
	share->under_way--;
	pthread_cond_signal(&share->changed);
	pthread_mutex_unlock(&share->lock);
	free(window);
}

static int
hash_run(struct share *share, uint64_t first, uint64_t count,
	struct error *err)
{
	const struct image *image = blocks_image(share->blocks);
	struct window *window = calloc(1, sizeof *window);

	if (window == NULL)
		return error_set(err, ENOMEM, "share blocks");
	window->share = share;
	window->job.type = FRAME_HASH;
	window->job.offset_bytes = first * BLOCK_BYTES;
	window->job.length = (uint32_t)(count - 1) * BLOCK_BYTES +
		image_block_bytes(image, first + count - 1);
	window->job.block = window_block;
	window->job.done = window_done;
	pthread_mutex_lock(&share->lock);
	share->under_way++;
	pthread_mutex_unlock(&share->lock);
	blocks_submit(share->blocks, &window->job);
	return throttle(share, HASHES_UNDER_WAY, err);
}

static int
hash_absent(struct share *share, uint64_t first, uint64_t end,
	struct error *err)
{
	const struct image *image = blocks_image(share->blocks);

	for (uint64_t run; first < end; first += run) {
		for (run = 0; first + run < end && run < SHARE_BLOCKS &&
			!image_has(image, first + run); run++)
			;
		if (run > 0 && hash_run(share, first, run, err) == -1)
			return -1;
		run += run == 0;
	}
	return 0;
}

/* The twins are there now. */
static int
take_later(struct share *share, struct error *err)
{
	for (size_t i = 0; i < share->later_count; i++) {
		const struct later *later = &share->later[i];
		enum blocks_taken taken = BLOCKS_OTHER;

		if (image_has(blocks_image(share->blocks), later->twin) &&
			blocks_take(share->blocks, later->block, -1,
				later->twin * BLOCK_BYTES, later->hash, &taken,
				err) == -1)
			return -1;
		if (taken == BLOCKS_TAKEN)
			count_shared(share);
		if (taken == BLOCKS_OTHER && blocks_request(share->blocks,
				later->block, later->block + 1, false, err) ==
				-1)
			return -1;
	}
	share->later_count = 0;
	return 0;
}

int
share_finish(struct share *share, struct error *err)
{
	if (throttle(share, 0, err) == -1 ||
		blocks_throttle(share->blocks, 0, err) == -1)
		return -1;
	return take_later(share, err);
}

/* Whether to hash the next window first. */
static bool
pays(struct share *share)
{
	bool is_worth_it;

	pthread_mutex_lock(&share->lock);
	is_worth_it = share->rate >= RATE_THAT_PAYS;
	pthread_mutex_unlock(&share->lock);
	if (!is_worth_it && ++share->idle_windows <= WINDOWS_BETWEEN)
		return false;
	share->idle_windows = 0;
	return true;
}

int
share_request(struct share *share, uint64_t first, uint64_t end,
	struct error *err)
{
	bool is_full;

	pthread_mutex_lock(&share->lock);
	is_full = share->later_count > LATER_LIMIT / 2;
	pthread_mutex_unlock(&share->lock);
	if (is_full && share_finish(share, err) == -1)
		return -1;
	if (pays(share))
		return hash_absent(share, first, end, err);
	return blocks_request(share->blocks, first, end, false, err);
}
