/*
 * Second look at an image of another session: the source was booted in between,
 * so it may have written to its disks.  The source only hashes; blocks.c fetches
 * what was dropped when it is wanted.
 */
#include "convert/source/proof.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "convert/source/image.h"
#include "convert/source/queue.h"

enum { PROOF_BLOCKS = (16 << 20) / BLOCK_BYTES, PROOF_JOBS = 32 };

struct proof {
	struct image *image;
	struct progress *progress;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	unsigned under_way;
	uint64_t dropped;
	bool failed;
	struct error why;
};

struct comparison {
	struct job job; /* first, so that it can be cast */
	struct proof *proof;
};

static int
compare_block(struct job *job, const struct answer *answer, struct error *err)
{
	struct proof *proof = ((struct comparison *)job)->proof;
	uint64_t block = job->offset_bytes / BLOCK_BYTES + answer->index;
	uint8_t hash[HASH_BYTES];
	bool was_bad;

	if (!image_has(proof->image, block))
		return 0; /* dropped before the lane was lost */
	if (image_hash(proof->image, block, hash, err) == -1 ||
		image_is_bad(proof->image, block, &was_bad, err) == -1)
		return -1;
	/* Zeros and sectors that could not be read have the same hash. */
	if (memcmp(hash, answer->hash, HASH_BYTES) == 0 &&
		was_bad == answer->is_bad)
		return 0;
	if (image_drop(proof->image, block, err) == -1)
		return -1;
	pthread_mutex_lock(&proof->lock);
	proof->dropped += image_block_bytes(proof->image, block);
	pthread_mutex_unlock(&proof->lock);
	return 0;
}

static void
compare_done(struct job *job, const struct error *failure)
{
	struct proof *proof = ((struct comparison *)job)->proof;

	progress_count(proof->progress, job->length);
	pthread_mutex_lock(&proof->lock);
	if (failure != NULL && !proof->failed) {
		proof->failed = true;
		proof->why = *failure;
	}
	proof->under_way--;
	pthread_cond_signal(&proof->changed);
	pthread_mutex_unlock(&proof->lock);
	free(job);
}

/* Wait until at most `limit` comparisons are under way. */
static int
throttle(struct proof *proof, unsigned limit, struct error *err)
{
	int failed = 0;

	pthread_mutex_lock(&proof->lock);
	while (proof->under_way > limit)
		pthread_cond_wait(&proof->changed, &proof->lock);
	if (proof->failed) {
		*err = proof->why;
		failed = -1;
	}
	pthread_mutex_unlock(&proof->lock);
	return failed;
}

static int
compare(struct proof *proof, struct queue *queue, uint8_t disk, uint64_t first,
	uint64_t count, struct error *err)
{
	struct comparison *comparison = calloc(1, sizeof *comparison);

	if (comparison == NULL)
		return error_set(err, ENOMEM, "compare %s",
			image_path(proof->image));
	comparison->proof = proof;
	comparison->job.type = FRAME_HASH;
	comparison->job.disk = disk;
	comparison->job.offset_bytes = first * BLOCK_BYTES;
	comparison->job.length = (uint32_t)(count - 1) * BLOCK_BYTES +
		image_block_bytes(proof->image, first + count - 1);
	comparison->job.block = compare_block;
	comparison->job.done = compare_done;
	pthread_mutex_lock(&proof->lock);
	proof->under_way++;
	pthread_mutex_unlock(&proof->lock);
	queue_submit(queue, &comparison->job);
	return throttle(proof, PROOF_JOBS, err);
}

static int
compare_all(struct proof *proof, struct queue *queue, uint8_t disk,
	struct error *err)
{
	uint64_t blocks = image_blocks(proof->image);

	for (uint64_t first = 0, run; first < blocks; first += run) {
		for (run = 0; first + run < blocks && run < PROOF_BLOCKS &&
			image_has(proof->image, first + run);
			run++)
			;
		if (run == 0) {
			run = 1;
			continue;
		}
		if (compare(proof, queue, disk, first, run, err) == -1)
			return -1;
	}
	return 0;
}

int
proof_run(struct image *image, struct queue *queue, uint8_t disk,
	struct progress *progress, uint64_t *dropped_out, struct error *err)
{
	struct proof proof = {.image = image, .progress = progress};
	struct error ignored;
	int failed;

	pthread_mutex_init(&proof.lock, NULL);
	pthread_cond_init(&proof.changed, NULL);
	failed = compare_all(&proof, queue, disk, err);
	if (throttle(&proof, 0, failed ? &ignored : err) == -1)
		failed = -1;
	pthread_cond_destroy(&proof.changed);
	pthread_mutex_destroy(&proof.lock);
	*dropped_out = proof.dropped;
	if (failed || image_checkpoint(image, err) == -1)
		return -1;
	return image_adopt(image, err);
}
