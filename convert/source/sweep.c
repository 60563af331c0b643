/*
 * A pass over blocks of an image that asks the source about each.  proof.c and
 * reread.c decide what becomes of the answers.
 */
#include "convert/source/sweep.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "common/error.h"
#include "common/progress.h"
#include "convert/source/image.h"

enum {
	HASH_BLOCKS = (16 << 20) / BLOCK_BYTES,
	READ_BLOCKS = FRAME_RANGE_LIMIT / BLOCK_BYTES,
	UNDER_WAY = 32,
	LISTED = 1024, /* with those that were answered out of turn */
	PASSED_BLOCKS = (1 << 30) / BLOCK_BYTES
};

struct pass {
	const struct sweep *sweep;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	unsigned under_way, listed;
	struct request *oldest, *newest; /* in the order of their blocks */
	uint64_t passed_block, told_block;
	bool failed, is_ours; /* not the source's failure */
	struct error why;
};

struct request {
	struct job job; /* first, so that it can be cast */
	struct pass *pass;
	struct request *next;
	bool is_done;
};

static int
request_block(struct job *job, const struct answer *answer, struct error *err)
{
	struct pass *pass = ((struct request *)job)->pass;
	const struct sweep *sweep = pass->sweep;

	if (sweep->block(sweep->context,
		    job->offset_bytes / BLOCK_BYTES + answer->index, answer,
		    err) == 0)
		return 0;
	pthread_mutex_lock(&pass->lock);
	pass->is_ours = true;
	pthread_mutex_unlock(&pass->lock);
	return -1;
}

static void
request_done(struct job *job, const struct error *failure)
{
	struct request *request = (struct request *)job;
	struct pass *pass = request->pass;

	progress_count(pass->sweep->progress, job->length);
	pthread_mutex_lock(&pass->lock);
	if (failure != NULL && !pass->failed) {
		pass->failed = true;
		pass->why = *failure;
	}
	request->is_done = failure == NULL;
	pass->under_way--;
	pthread_cond_signal(&pass->changed);
	pthread_mutex_unlock(&pass->lock);
}

/* Forget the oldest request, whose blocks are passed. */
static void
forget_oldest(struct pass *pass)
{
	struct request *request = pass->oldest;

	pass->passed_block = (request->job.offset_bytes +
		request->job.length + BLOCK_BYTES - 1) / BLOCK_BYTES;
	pass->oldest = request->next;
	pass->listed--;
	free(request);
}

/* Wait until at most `limit` requests are under way. */
static int
throttle(struct pass *pass, unsigned limit, struct error *err)
{
	int failed = 0;

	pthread_mutex_lock(&pass->lock);
	for (;;) {
		while (pass->oldest != NULL && pass->oldest->is_done)
			forget_oldest(pass);
		if (pass->under_way <= limit &&
			(pass->listed < LISTED || pass->failed))
			break;
		pthread_cond_wait(&pass->changed, &pass->lock);
	}
	if (pass->failed) {
		*err = pass->why;
		failed = -1;
	}
	pthread_mutex_unlock(&pass->lock);
	return failed;
}

static int
request(struct pass *pass, uint64_t first, uint64_t count, struct error *err)
{
	const struct sweep *sweep = pass->sweep;
	struct request *request = calloc(1, sizeof *request);

	if (request == NULL)
		return error_set(err, ENOMEM, "compare %s",
			image_path(sweep->image));
	request->pass = pass;
	request->job.type = sweep->type;
	request->job.disk = sweep->disk;
	request->job.offset_bytes = first * BLOCK_BYTES;
	request->job.length = (uint32_t)(count - 1) * BLOCK_BYTES +
		image_block_bytes(sweep->image, first + count - 1);
	request->job.block = request_block;
	request->job.done = request_done;
	pthread_mutex_lock(&pass->lock);
	pass->under_way++;
	pass->listed++;
	*(pass->oldest == NULL ? &pass->oldest : &pass->newest->next) = request;
	pass->newest = request;
	pthread_mutex_unlock(&pass->lock);
	queue_submit(sweep->queue, &request->job);
	return throttle(pass, UNDER_WAY, err);
}

static int
tell_passed(struct pass *pass, struct error *err)
{
	const struct sweep *sweep = pass->sweep;

	if (sweep->passed == NULL ||
		pass->passed_block < pass->told_block + PASSED_BLOCKS)
		return 0;
	pass->told_block = pass->passed_block;
	if (sweep->passed(sweep->context, pass->passed_block, err) == 0)
		return 0;
	pass->is_ours = true;
	return -1;
}

static int
request_all(struct pass *pass, struct error *err)
{
	const struct sweep *sweep = pass->sweep;
	uint64_t blocks = image_blocks(sweep->image);
	uint64_t most = sweep->type == FRAME_HASH ? HASH_BLOCKS : READ_BLOCKS;

	for (uint64_t first = sweep->first_block, run; first < blocks;
		first += run) {
		for (run = 0; first + run < blocks && run < most &&
			sweep->wants(sweep->context, first + run);
			run++)
			;
		if (run == 0) {
			run = 1;
			continue;
		}
		if (request(pass, first, run, err) == -1 ||
			tell_passed(pass, err) == -1)
			return -1;
	}
	return 0;
}

int
sweep_run(const struct sweep *sweep, struct error *err)
{
	struct pass pass = {.sweep = sweep,
		.passed_block = sweep->first_block,
		.told_block = sweep->first_block};
	struct error ignored;
	int failed;

	pthread_mutex_init(&pass.lock, NULL);
	pthread_cond_init(&pass.changed, NULL);
	failed = request_all(&pass, err);
	if (throttle(&pass, 0, failed ? &ignored : err) == -1)
		failed = -1;
	if (failed && !pass.is_ours && sweep->passed != NULL)
		sweep->passed(sweep->context, pass.passed_block, &ignored);
	while (pass.oldest != NULL)
		forget_oldest(&pass);
	pthread_cond_destroy(&pass.changed);
	pthread_mutex_destroy(&pass.lock);
	return failed;
}
