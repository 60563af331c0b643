/*
 * A second read of what was just captured.  Nothing changes the disks of a
 * machine that runs the live image, so a difference is a fault of its disk, its
 * controller or its memory, which no hash over one read can show.
 */
#include "convert/source/reread.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "common/progress.h"
#include "convert/source/image.h"
#include "convert/source/sweep.h"

struct reread {
	struct image *image;
	pthread_mutex_t lock; /* guards the bits and what is done to the image */
	uint64_t *differing;  /* one bit for each block */
	struct reread_count *count;
};

static uint64_t
bit_of(uint64_t block)
{
	return (uint64_t)1 << (block % 64);
}

static bool
is_there(void *context, uint64_t block)
{
	const struct reread *reread = context;

	return image_has(reread->image, block);
}

static bool
is_differing(void *context, uint64_t block)
{
	const struct reread *reread = context;

	return (reread->differing[block / 64] & bit_of(block)) != 0;
}

static int
is_same(const struct reread *reread, uint64_t block,
	const struct answer *answer, bool *same_out, struct error *err)
{
	uint8_t hash[HASH_BYTES];

	if (image_hash(reread->image, block, hash, err) == -1)
		return -1;
	*same_out = memcmp(hash, answer->hash, HASH_BYTES) == 0;
	return 0;
}

static int
compare_block(void *context, uint64_t block, const struct answer *answer,
	struct error *err)
{
	struct reread *reread = context;
	bool same;

	if (is_same(reread, block, answer, &same, err) == -1)
		return -1;
	if (same)
		return 0;
	pthread_mutex_lock(&reread->lock);
	reread->differing[block / 64] |= bit_of(block);
	pthread_mutex_unlock(&reread->lock);
	return 0;
}

/* With the lock held: image_drop() and image_store() are not for two at once. */
static int
replace(struct reread *reread, uint64_t block, const struct answer *answer,
	struct error *err)
{
	struct image *image = reread->image;
	bool same;

	if (image_has(image, block)) {
		if (is_same(reread, block, answer, &same, err) == -1)
			return -1;
		if (same)
			return 0;
		if (image_drop(image, block, err) == -1)
			return -1;
		reread->count->replaced_bytes += image_block_bytes(image, block);
	}
	return image_store(image, block, answer->is_zero ? NULL : answer->data,
		answer->hash, NULL, err);
}

static int
replace_block(void *context, uint64_t block, const struct answer *answer,
	struct error *err)
{
	struct reread *reread = context;
	int failed;

	if (answer->is_bad)
		return 0; /* what was read before is better than zeros */
	pthread_mutex_lock(&reread->lock);
	failed = replace(reread, block, answer, err);
	pthread_mutex_unlock(&reread->lock);
	return failed;
}

static void
count_differing(struct reread *reread)
{
	struct reread_count *count = reread->count;

	for (uint64_t block = 0; block < image_blocks(reread->image); block++) {
		if (!is_differing(reread, block))
			continue;
		count->differing_bytes += image_block_bytes(reread->image, block);
		if (count->place_count < REREAD_PLACES)
			count->places[count->place_count++] =
				block * BLOCK_BYTES;
	}
}

static int
run(struct reread *reread, struct queue *queue, uint8_t disk,
	struct progress *progress, struct error *err)
{
	struct sweep sweep = {.image = reread->image, .queue = queue,
		.disk = disk, .type = FRAME_HASH, .wants = is_there,
		.block = compare_block, .context = reread, .progress = progress};
	uint64_t zero;

	image_count(reread->image, &reread->count->read_bytes, &zero);
	progress_begin(progress, "reread", reread->count->read_bytes);
	if (sweep_run(&sweep, err) == -1)
		return -1;
	count_differing(reread);
	sweep.type = FRAME_READ;
	sweep.wants = is_differing;
	sweep.block = replace_block;
	if (sweep_run(&sweep, err) == -1)
		return -1;
	return image_checkpoint(reread->image, err);
}

int
reread_run(struct image *image, struct queue *queue, uint8_t disk,
	struct progress *progress, struct reread_count *count_out,
	struct error *err)
{
	AUTO(freep) uint64_t *differing = calloc(image_blocks(image) / 64 + 1,
		sizeof *differing);
	struct reread reread = {.image = image, .differing = differing,
		.count = count_out};
	int failed;

	memset(count_out, 0, sizeof *count_out);
	if (differing == NULL)
		return error_set(err, ENOMEM, "compare %s", image_path(image));
	pthread_mutex_init(&reread.lock, NULL);
	failed = run(&reread, queue, disk, progress, err);
	pthread_mutex_destroy(&reread.lock);
	return failed;
}
