#ifndef CONVERT_SERVE_LANE_H
#define CONVERT_SERVE_LANE_H

#include <stdbool.h>
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

struct channel;
struct error;
struct queue;
struct screen;
struct throttle;

/* What the lanes of a session share; borrowed. */
struct lane_work {
	struct queue *queue;
	struct screen *screen;
	struct throttle *throttle;
	_Atomic time_t *heard; /* CLOCK_MONOTONIC: the source's last frame */
	unsigned silence_seconds; /* without a byte; 0: what is usual */
	atomic_uint *at_work;  /* lanes with numbers below take requests */
	_Atomic uint64_t *answered_bytes; /* of the disks, in all answers */
	atomic_bool *was_idle; /* a lane at work found no request */
};

/*
 * The host's side of one connection after WELCOME: take requests from the
 * queue, keep a few under way, check the answers.  `number` is its HELLO's; lane
 * 0 sends the screen's notices as well.  Returns 0 after CLOSE was sent, or -1
 * when the lane was lost; whatever it had not answered is back in the queue.  A
 * source that breaks the protocol is told so.
 */
int lane_run(struct channel *channel, const struct lane_work *work,
	unsigned number, struct error *err);

#endif
