/*
 * The batches of a capture: what is written and not durable yet.  image.c gives
 * the order of writes.
 */
#include "convert/source/pending.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "common/error.h"
#include "common/monotonic.h"
#include "common/own.h"

enum {
	BATCH_BLOCKS = 1024, /* 64 MiB */
	BATCH_SECONDS = 2
};

struct pending {
	int (*settle)(void *context, const struct pending_block *batch,
		size_t count, struct error *err);
	void *context;
	const char *name;

	pthread_mutex_t flushing; /* taken before `lock` */
	pthread_mutex_t lock;	  /* guards what follows */
	struct pending_block *blocks, *batch;
	size_t count;
	time_t since;
	bool failed;
};

int
pending_new(struct pending **pending_out, const char *name,
	int (*settle)(void *context, const struct pending_block *batch,
		size_t count, struct error *err),
	void *context, struct error *err)
{
	AUTO(pending_freep) struct pending *pending =
		calloc(1, sizeof *pending);

	if (pending == NULL)
		return error_set(err, ENOMEM, "open %s", name);
	pthread_mutex_init(&pending->flushing, NULL);
	pthread_mutex_init(&pending->lock, NULL);
	pending->name = name;
	pending->settle = settle;
	pending->context = context;
	pending->blocks = calloc(BATCH_BLOCKS, sizeof *pending->blocks);
	pending->batch = calloc(BATCH_BLOCKS, sizeof *pending->batch);
	if (pending->blocks == NULL || pending->batch == NULL)
		return error_set(err, ENOMEM, "open %s", name);
	*pending_out = take(pending);
	return 0;
}

void
pending_free(struct pending *pending)
{
	pthread_mutex_destroy(&pending->flushing);
	pthread_mutex_destroy(&pending->lock);
	free(pending->blocks);
	free(pending->batch);
	free(pending);
}

static int
by_block(const void *a, const void *b)
{
	const struct pending_block *one = a, *two = b;

	return (one->block > two->block) - (one->block < two->block);
}

/* With pending->flushing held. */
static int
flush(struct pending *pending, struct error *err)
{
	struct pending_block *batch;
	size_t count;
	bool failed;

	pthread_mutex_lock(&pending->lock);
	batch = pending->blocks;
	count = pending->count;
	pending->blocks = pending->batch;
	pending->batch = batch;
	pending->count = 0;
	failed = pending->failed;
	pthread_mutex_unlock(&pending->lock);
	if (failed)
		return error_set(err, EIO, "%s: an earlier write failed",
			pending->name);
	if (count == 0)
		return 0;
	qsort(batch, count, sizeof *batch, by_block);
	if (pending->settle(pending->context, batch, count, err) == 0)
		return 0;
	pthread_mutex_lock(&pending->lock);
	pending->failed = true;
	pthread_mutex_unlock(&pending->lock);
	return -1;
}

int
pending_flush(struct pending *pending, struct error *err)
{
	int failed;

	pthread_mutex_lock(&pending->flushing);
	failed = flush(pending, err);
	pthread_mutex_unlock(&pending->flushing);
	return failed;
}

int
pending_flush_old(struct pending *pending, struct error *err)
{
	bool old;

	pthread_mutex_lock(&pending->lock);
	old = pending->count > 0 &&
		monotonic_ticks() - pending->since >= BATCH_SECONDS;
	pthread_mutex_unlock(&pending->lock);
	return old ? pending_flush(pending, err) : 0;
}

int
pending_add(struct pending *pending, const struct pending_block *block,
	struct error *err)
{
	pthread_mutex_lock(&pending->lock);
	while (pending->count == BATCH_BLOCKS) {
		pthread_mutex_unlock(&pending->lock);
		if (pending_flush(pending, err) == -1)
			return -1;
		pthread_mutex_lock(&pending->lock);
	}
	if (pending->count == 0)
		pending->since = monotonic_ticks();
	pending->blocks[pending->count++] = *block;
	pthread_mutex_unlock(&pending->lock);
	return 0;
}

void
pending_hold(struct pending *pending)
{
	pthread_mutex_lock(&pending->flushing);
}

void
pending_go_on(struct pending *pending)
{
	pthread_mutex_unlock(&pending->flushing);
}
