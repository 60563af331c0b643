/*
 * Read-through to the source.  image.c keeps what arrives, queue.c carries the
 * requests to the lanes; nbd.c and capture/bulk.c are the readers.
 */
#include "convert/source/blocks.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "common/error.h"
#include "common/own.h"
#include "convert/source/image.h"
#include "convert/source/queue.h"

enum {
	REQUEST_BLOCKS = FRAME_RANGE_LIMIT / BLOCK_BYTES,
	AHEAD_BLOCKS = 16, /* 1 MiB */
	STREAMS = 8
};

/* A reader that goes forward: the block it wants next, and what was asked for. */
struct stream {
	uint64_t next, asked;
	uint64_t window;
	uint64_t used; /* when, in reads */
};

struct blocks {
	struct image *image;
	struct queue *queue;
	uint8_t disk;
	_Atomic uint64_t fetched_bytes;
	struct progress *_Atomic progress;

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	uint64_t *claimed; /* one bit for each block: it is being fetched */
	unsigned under_way;
	bool failed;
	struct error why;
	struct stream streams[STREAMS];
	uint64_t reads;
};

struct fetch {
	struct job job; /* first, so that it can be cast */
	struct blocks *blocks;
};

int
blocks_new(struct blocks **blocks_out, struct image *image,
	struct queue *queue, uint8_t disk, struct error *err)
{
	struct blocks *blocks = calloc(1, sizeof *blocks);

	if (blocks == NULL)
		return error_set(err, ENOMEM, "open %s", image_path(image));
	blocks->claimed = calloc(image_blocks(image) / 64 + 1,
		sizeof *blocks->claimed);
	if (blocks->claimed == NULL) {
		free(blocks);
		return error_set(err, ENOMEM, "open %s", image_path(image));
	}
	pthread_mutex_init(&blocks->lock, NULL);
	pthread_cond_init(&blocks->changed, NULL);
	blocks->image = image;
	blocks->queue = queue;
	blocks->disk = disk;
	*blocks_out = blocks;
	return 0;
}

void
blocks_free(struct blocks *blocks)
{
	pthread_mutex_lock(&blocks->lock);
	while (blocks->under_way > 0)
		pthread_cond_wait(&blocks->changed, &blocks->lock);
	pthread_mutex_unlock(&blocks->lock);
	pthread_cond_destroy(&blocks->changed);
	pthread_mutex_destroy(&blocks->lock);
	free(blocks->claimed);
	free(blocks);
}

struct image *
blocks_image(const struct blocks *blocks)
{
	return blocks->image;
}

void
blocks_set_progress(struct blocks *blocks, struct progress *progress)
{
	atomic_store(&blocks->progress, progress);
}

uint64_t
blocks_fetched_bytes(const struct blocks *blocks)
{
	return atomic_load(&blocks->fetched_bytes);
}

/* With the lock held, as the two below. */
static bool
is_claimed(const struct blocks *blocks, uint64_t block)
{
	return blocks->claimed[block / 64] >> (block % 64) & 1;
}

static void
set_claimed(struct blocks *blocks, uint64_t block, bool claimed)
{
	uint64_t bit = (uint64_t)1 << (block % 64);

	if (claimed)
		blocks->claimed[block / 64] |= bit;
	else
		blocks->claimed[block / 64] &= ~bit;
}

static bool
is_wanted(const struct blocks *blocks, uint64_t block)
{
	return !is_claimed(blocks, block) && !image_has(blocks->image, block);
}

/* A block arrived: keep it, then tell those who wait. */
static int
fetch_block(struct job *job, const struct answer *answer, struct error *err)
{
	struct blocks *blocks = ((struct fetch *)job)->blocks;
	uint64_t block = job->offset_bytes / BLOCK_BYTES + answer->index;
	uint32_t bytes = image_block_bytes(blocks->image, block);
	struct progress *progress = atomic_load(&blocks->progress);

	if (image_has(blocks->image, block))
		return 0; /* the lane was lost in the middle of the job */
	if (image_store(blocks->image, block,
		    answer->is_zero ? NULL : answer->data, answer->hash,
		    answer->bad_map, err) == -1)
		return -1;
	atomic_fetch_add(&blocks->fetched_bytes, bytes);
	if (progress != NULL)
		progress_count(progress, bytes);
	pthread_mutex_lock(&blocks->lock);
	set_claimed(blocks, block, false);
	pthread_cond_broadcast(&blocks->changed);
	pthread_mutex_unlock(&blocks->lock);
	return 0;
}

static void
fetch_done(struct job *job, const struct error *failure)
{
	struct blocks *blocks = ((struct fetch *)job)->blocks;
	uint64_t first = job->offset_bytes / BLOCK_BYTES;

	pthread_mutex_lock(&blocks->lock);
	if (failure != NULL) {
		for (uint32_t i = 0; i < block_count(job->length); i++)
			set_claimed(blocks, first + i, false);
		if (!blocks->failed)
			blocks->why = *failure;
		blocks->failed = true;
	}
	blocks->under_way--;
	pthread_cond_broadcast(&blocks->changed);
	pthread_mutex_unlock(&blocks->lock);
	free(job);
}

/* Claim blocks first..first+count for one request; with the lock held. */
static struct job *
claim(struct blocks *blocks, uint64_t first, uint64_t count, bool is_urgent)
{
	struct fetch *fetch = calloc(1, sizeof *fetch);

	if (fetch == NULL)
		return NULL;
	fetch->blocks = blocks;
	fetch->job.type = FRAME_READ;
	fetch->job.disk = blocks->disk;
	fetch->job.is_urgent = is_urgent;
	fetch->job.offset_bytes = first * BLOCK_BYTES;
	fetch->job.length = (uint32_t)(count - 1) * BLOCK_BYTES +
		image_block_bytes(blocks->image, first + count - 1);
	fetch->job.block = fetch_block;
	fetch->job.done = fetch_done;
	for (uint64_t i = 0; i < count; i++)
		set_claimed(blocks, first + i, true);
	blocks->under_way++;
	return &fetch->job;
}

/* Chain the requests for one range, with the lock held. */
static int
claim_range(struct blocks *blocks, uint64_t first, uint64_t end,
	bool is_urgent, struct job **jobs_out, struct error *err)
{
	struct job **last = jobs_out;

	*jobs_out = NULL;
	for (uint64_t run; first < end; first += run) {
		for (run = 0; first + run < end && run < REQUEST_BLOCKS &&
			is_wanted(blocks, first + run);
			run++)
			;
		if (run == 0) {
			run = 1;
			continue;
		}
		*last = claim(blocks, first, run, is_urgent);
		if (*last == NULL)
			return error_set(err, ENOMEM, "read %s",
				image_path(blocks->image));
		last = &(*last)->next;
	}
	return 0;
}

int
blocks_request(struct blocks *blocks, uint64_t first, uint64_t end,
	bool is_urgent, struct error *err)
{
	struct job *jobs, *next;
	int failed;

	assert(end <= image_blocks(blocks->image));
	pthread_mutex_lock(&blocks->lock);
	failed = claim_range(blocks, first, end, is_urgent, &jobs, err);
	pthread_mutex_unlock(&blocks->lock);
	for (; jobs != NULL; jobs = next) {
		next = jobs->next;
		queue_submit(blocks->queue, jobs);
	}
	return failed;
}

/* True when nobody else brings the block; then it is ours until release(). */
static bool
claim_one(struct blocks *blocks, uint64_t block)
{
	bool is_ours;

	pthread_mutex_lock(&blocks->lock);
	is_ours = is_wanted(blocks, block);
	if (is_ours)
		set_claimed(blocks, block, true);
	pthread_mutex_unlock(&blocks->lock);
	return is_ours;
}

static void
release(struct blocks *blocks, uint64_t block, bool taken)
{
	struct progress *progress = atomic_load(&blocks->progress);

	if (taken && progress != NULL)
		progress_count(progress,
			image_block_bytes(blocks->image, block));
	pthread_mutex_lock(&blocks->lock);
	set_claimed(blocks, block, false);
	pthread_cond_broadcast(&blocks->changed);
	pthread_mutex_unlock(&blocks->lock);
}

int
blocks_take(struct blocks *blocks, uint64_t block, int fd,
	uint64_t offset_bytes, const uint8_t *hash,
	enum blocks_taken *taken_out, struct error *err)
{
	bool taken;
	int failed;

	*taken_out = BLOCKS_BUSY;
	if (!claim_one(blocks, block))
		return 0;
	failed = image_take(blocks->image, block, fd, offset_bytes, hash,
		&taken, err);
	release(blocks, block, taken);
	*taken_out = taken ? BLOCKS_TAKEN : BLOCKS_OTHER;
	return failed;
}

int
blocks_take_zeros(struct blocks *blocks, uint64_t block, const uint8_t *hash,
	enum blocks_taken *taken_out, struct error *err)
{
	int failed;

	*taken_out = BLOCKS_BUSY;
	if (!claim_one(blocks, block))
		return 0;
	failed = image_store(blocks->image, block, NULL, hash, NULL, err);
	release(blocks, block, failed == 0);
	*taken_out = BLOCKS_TAKEN;
	return failed;
}

void
blocks_submit(struct blocks *blocks, struct job *job)
{
	job->disk = blocks->disk;
	queue_submit(blocks->queue, job);
}

/* With the lock held. */
static int
check(const struct blocks *blocks, struct error *err)
{
	if (blocks->failed && err != NULL)
		*err = blocks->why;
	return blocks->failed ? -1 : 0;
}

int
blocks_wait(struct blocks *blocks, uint64_t first, uint64_t end,
	struct error *err)
{
	int failed = 0;

	pthread_mutex_lock(&blocks->lock);
	for (; first < end && failed == 0; first++)
		while (!image_has(blocks->image, first) &&
			(failed = check(blocks, err)) == 0)
			pthread_cond_wait(&blocks->changed, &blocks->lock);
	pthread_mutex_unlock(&blocks->lock);
	return failed;
}

int
blocks_throttle(struct blocks *blocks, unsigned limit, struct error *err)
{
	int failed;

	pthread_mutex_lock(&blocks->lock);
	while ((failed = check(blocks, err)) == 0 && blocks->under_way > limit)
		pthread_cond_wait(&blocks->changed, &blocks->lock);
	pthread_mutex_unlock(&blocks->lock);
	return failed;
}

/* The stream that this read goes on with, else the one unused for longest. */
static struct stream *
find_stream(struct blocks *blocks, uint64_t first)
{
	struct stream *oldest = &blocks->streams[0];

	for (int i = 0; i < STREAMS; i++) {
		struct stream *stream = &blocks->streams[i];

		if (stream->used > 0 && first <= stream->next &&
			first + 1 >= stream->next)
			return stream;
		if (stream->used < oldest->used)
			oldest = stream;
	}
	*oldest = (struct stream){.window = 0};
	return oldest;
}

/* What to ask for beyond a read of first..end; *to_out == end for nothing. */
static void
read_ahead(struct blocks *blocks, uint64_t first, uint64_t end,
	uint64_t *from_out, uint64_t *to_out)
{
	struct stream *stream;

	*from_out = *to_out = end;
	pthread_mutex_lock(&blocks->lock);
	stream = find_stream(blocks, first);
	stream->used = ++blocks->reads;
	if (end > stream->next || stream->window == 0) {
		stream->next = end;
		if (stream->asked < end)
			stream->asked = end;
		if (stream->window > 0 &&
			stream->asked - end <= stream->window / 2) {
			*from_out = stream->asked;
			*to_out = end + stream->window;
			stream->asked = *to_out;
		}
		stream->window = stream->window == 0 ? 1 : stream->window * 2;
		if (stream->window > AHEAD_BLOCKS)
			stream->window = AHEAD_BLOCKS;
	}
	pthread_mutex_unlock(&blocks->lock);
	if (*to_out > image_blocks(blocks->image))
		*to_out = image_blocks(blocks->image);
}

int
blocks_read(struct blocks *blocks, uint64_t offset_bytes, void *data,
	size_t bytes, struct error *err)
{
	uint64_t first = offset_bytes / BLOCK_BYTES, from, to;
	uint64_t end = (offset_bytes + bytes + BLOCK_BYTES - 1) / BLOCK_BYTES;

	assert(offset_bytes + bytes <= image_disk_bytes(blocks->image));
	if (bytes == 0)
		return 0;
	if (blocks_request(blocks, first, end, true, err) == -1)
		return -1;
	read_ahead(blocks, first, end, &from, &to);
	if (from < to && blocks_request(blocks, from, to, true, err) == -1)
		return -1;
	if (blocks_wait(blocks, first, end, err) == -1)
		return -1;
	return image_read(blocks->image, offset_bytes, data, bytes, err);
}
