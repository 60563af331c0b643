/*
 * Requests on their way to the source.  blocks.c submits, serve/lane.c takes.
 */
#include "convert/source/queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct list {
	struct job *first, **end;
};

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_cond_t woken; /* of its own: a job's signal wakes one taker */
	struct list urgent, bulk;
	struct error why;
	bool failed;
	unsigned wakes, violations;
};

static void
list_init(struct list *list)
{
	list->first = NULL;
	list->end = &list->first;
}

static void
list_append(struct list *list, struct job *job)
{
	job->next = NULL;
	*list->end = job;
	list->end = &job->next;
}

static void
list_prepend(struct list *list, struct job *job)
{
	if (list->first == NULL)
		list->end = &job->next;
	job->next = list->first;
	list->first = job;
}

static struct job *
list_pop(struct list *list)
{
	struct job *job = list->first;

	if (job == NULL)
		return NULL;
	list->first = job->next;
	if (list->first == NULL)
		list->end = &list->first;
	return job;
}

int
queue_new(struct queue **queue_out, struct error *err)
{
	struct queue *queue = calloc(1, sizeof *queue);
	pthread_condattr_t clock;

	if (queue == NULL)
		return error_set(err, ENOMEM, "make the request queue");
	pthread_mutex_init(&queue->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&queue->changed, &clock);
	pthread_cond_init(&queue->woken, &clock);
	pthread_condattr_destroy(&clock);
	list_init(&queue->urgent);
	list_init(&queue->bulk);
	*queue_out = queue;
	return 0;
}

void
queue_free(struct queue *queue)
{
	pthread_cond_destroy(&queue->changed);
	pthread_cond_destroy(&queue->woken);
	pthread_mutex_destroy(&queue->lock);
	free(queue);
}

/* Returns false when the queue has failed: then the job must be ended. */
static bool
put(struct queue *queue, struct job *job,
	void (*how)(struct list *list, struct job *job), struct error *why_out)
{
	bool failed;

	pthread_mutex_lock(&queue->lock);
	failed = queue->failed;
	if (failed)
		*why_out = queue->why;
	else
		how(job->is_urgent ? &queue->urgent : &queue->bulk, job);
	pthread_cond_signal(&queue->changed);
	pthread_mutex_unlock(&queue->lock);
	return !failed;
}

void
queue_submit(struct queue *queue, struct job *job)
{
	struct error why;

	if (!put(queue, job, list_append, &why))
		job->done(job, &why);
}

void
queue_return(struct queue *queue, struct job *job)
{
	struct error why;

	if (!put(queue, job, list_prepend, &why))
		job->done(job, &why);
}

static struct timespec
later(unsigned timeout_ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += timeout_ms / 1000;
	until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	return until;
}

void
queue_rest(struct queue *queue, unsigned timeout_ms)
{
	struct timespec until = later(timeout_ms);
	unsigned wakes;

	pthread_mutex_lock(&queue->lock);
	wakes = queue->wakes;
	while (queue->wakes == wakes &&
		pthread_cond_timedwait(&queue->woken, &queue->lock, &until) == 0)
		;
	pthread_mutex_unlock(&queue->lock);
}

struct job *
queue_take(struct queue *queue, unsigned timeout_ms)
{
	struct timespec until = later(timeout_ms);
	struct job *job;
	unsigned wakes;

	pthread_mutex_lock(&queue->lock);
	wakes = queue->wakes;
	for (bool last = timeout_ms == 0;;) {
		job = list_pop(&queue->urgent);
		if (job == NULL)
			job = list_pop(&queue->bulk);
		if (job != NULL || last || queue->wakes != wakes)
			break;
		/* A job may have come with the end of the time: look again. */
		last = pthread_cond_timedwait(&queue->changed, &queue->lock,
			       &until) == ETIMEDOUT;
	}
	pthread_mutex_unlock(&queue->lock);
	return job;
}

void
queue_wake(struct queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	queue->wakes++;
	pthread_cond_broadcast(&queue->changed);
	pthread_cond_broadcast(&queue->woken);
	pthread_mutex_unlock(&queue->lock);
}

void
queue_fail(struct queue *queue, const struct error *why)
{
	struct job *job;

	pthread_mutex_lock(&queue->lock);
	if (!queue->failed)
		queue->why = *why;
	queue->failed = true;
	pthread_mutex_unlock(&queue->lock);
	while ((job = queue_take(queue, 0)) != NULL)
		job->done(job, why);
}

bool
queue_has_failed(struct queue *queue, struct error *why_out)
{
	bool failed;

	pthread_mutex_lock(&queue->lock);
	failed = queue->failed;
	if (failed)
		*why_out = queue->why;
	pthread_mutex_unlock(&queue->lock);
	return failed;
}

void
queue_violation(struct queue *queue, const struct error *why)
{
	bool enough;

	pthread_mutex_lock(&queue->lock);
	enough = ++queue->violations >= QUEUE_VIOLATIONS_LIMIT;
	pthread_mutex_unlock(&queue->lock);
	if (enough)
		queue_fail(queue, why);
}
