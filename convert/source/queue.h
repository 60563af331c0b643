#ifndef CONVERT_SOURCE_QUEUE_H
#define CONVERT_SOURCE_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "wire/frame.h"
#include "wire/hash.h"

/* What a lane found out about one block of a job. */
struct answer {
	uint32_t index;		     /* of the block in the job's range */
	bool is_zero;		     /* READ: `data` is all zeros */
	bool is_bad;		     /* some sectors could not be read */
	const void *data;	     /* READ: checked against `hash` */
	const uint8_t *hash;	     /* HASH_BYTES */
	const uint8_t *bad_map;	     /* READ with is_bad, else NULL */
};

/*
 * One request to the source.  Whoever submits it allocates it; done() is called
 * exactly once and releases it.  Both functions run in a lane's thread, or
 * done() in the one that submits or fails the queue.
 */
struct job {
	enum frame_type type; /* FRAME_READ or FRAME_HASH */
	uint8_t disk;
	bool is_urgent; /* goes before the bulk */
	uint64_t offset_bytes;
	uint32_t length;
	/*
	 * One block is there.  May be called again for the same block when a lane
	 * was lost in the middle.  A failure fails the queue.
	 */
	int (*block)(struct job *job, const struct answer *answer,
		struct error *err);
	/* `failure` is NULL when every block was there. */
	void (*done)(struct job *job, const struct error *failure);

	uint64_t cookie; /* the lane's */
	struct job *next; /* the queue's */
};

/*
 * Requests that wait for a lane.  Lanes come and go; what a lost lane had not
 * answered goes back to the front.  Safe from any thread.
 */
struct queue;

int queue_new(struct queue **queue_out, struct error *err);
/* Nobody may use it any more, and it must be empty. */
void queue_free(struct queue *queue);
static inline void
queue_freep(struct queue **queue)
{
	if (*queue != NULL)
		queue_free(*queue);
}

void queue_submit(struct queue *queue, struct job *job);

/* The next job, or NULL when none comes within the time. */
struct job *queue_take(struct queue *queue, unsigned timeout_ms);

/* A job that was taken and not answered. */
void queue_return(struct queue *queue, struct job *job);

/*
 * End every waiting and later job with this failure; only the first counts.
 * Jobs that lanes hold end when they come back.
 */
void queue_fail(struct queue *queue, const struct error *why);
bool queue_has_failed(struct queue *queue, struct error *why_out);

/*
 * A source that breaks the protocol now and then may have bad memory or a bad
 * link; one that keeps doing so fails the queue with `why`.
 */
enum { QUEUE_VIOLATIONS_LIMIT = 16 };
void queue_violation(struct queue *queue, const struct error *why);

/* Wake those that wait in queue_take() (a notice is to be sent). */
void queue_wake(struct queue *queue);
/* Wait for that without taking a job. */
void queue_rest(struct queue *queue, unsigned timeout_ms);

#endif
