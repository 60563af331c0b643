/*
 * Several disks at once, each by a thread of its own: while one disk seeks, the
 * wire carries another's blocks.  serve/session.c hands out the disks.
 */
#include "convert/capture/crew.h"

#include <pthread.h>
#include <stdbool.h>

#include "common/error.h"

struct crew {
	const struct crew_work *work;
	pthread_mutex_t lock; /* guards what follows */
	size_t next;
	bool failed;
	struct error why;
};

static bool
take_index(struct crew *crew, size_t *index_out)
{
	bool more;

	pthread_mutex_lock(&crew->lock);
	more = !crew->failed && crew->next < crew->work->count;
	*index_out = crew->next;
	crew->next += more;
	pthread_mutex_unlock(&crew->lock);
	return more;
}

static void
note_failure(struct crew *crew, const struct error *why)
{
	bool is_first;

	pthread_mutex_lock(&crew->lock);
	is_first = !crew->failed;
	if (is_first)
		crew->why = *why;
	crew->failed = true;
	pthread_mutex_unlock(&crew->lock);
	if (is_first && crew->work->failed != NULL)
		crew->work->failed(crew->work->context, why);
}

static void *
hand(void *context)
{
	struct crew *crew = context;
	struct error err = {0};
	size_t index;

	while (take_index(crew, &index))
		if (crew->work->one(crew->work->context, index, &err) == -1)
			note_failure(crew, &err);
	return NULL;
}

int
crew_run(const struct crew_work *work, struct error *err)
{
	struct crew crew = {.work = work, .lock = PTHREAD_MUTEX_INITIALIZER};
	pthread_t threads[CREW_HANDS - 1];
	unsigned started = 0;

	/* This thread is a hand too: with no other, all is done one by one. */
	while (started < CREW_HANDS - 1 && started + 1 < work->count &&
		pthread_create(&threads[started], NULL, hand, &crew) == 0)
		started++;
	hand(&crew);
	while (started > 0)
		pthread_join(threads[--started], NULL);
	pthread_mutex_destroy(&crew.lock);
	if (!crew.failed)
		return 0;
	*err = crew.why;
	return -1;
}
