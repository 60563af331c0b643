#ifndef CONVERT_SERVE_LANES_PARTS_H
#define CONVERT_SERVE_LANES_PARTS_H

/* What lanes.c, lanes-arrival.c and lanes-door.c share; nobody else's. */

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "convert/serve/crowd.h"
#include "convert/serve/lane.h"
#include "convert/serve/lanes.h"
#include "convert/serve/roster.h"
#include "wire/message.h"

struct lanes {
	struct lanes_settings settings;
	struct lane_work work;
	_Atomic time_t heard;
	struct roster roster; /* the door's */
	atomic_uint at_work;
	_Atomic uint64_t answered_bytes;
	uint64_t counted_bytes; /* of those, by the roster */
	atomic_bool was_idle;
	int listen_fd, event_fd;
	pthread_t door;

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	struct channel *channels[MESSAGE_LANES_LIMIT];
	struct arrival *arrivals; /* whose threads are not joined yet */
	struct crowd crowd; /* those who prove their key */
	unsigned live, threads;
	uint64_t received_bytes, sent_bytes; /* of closed lanes */
	uint64_t receiving_us;
	time_t lost_since;
	bool stopping, said;
	bool abandoned; /* no lane may join; the next session begins soon */
};

/* One connection on its way to become a lane. */
struct arrival {
	struct lanes *lanes;
	int fd;			 /* -1 when there is a channel already */
	struct channel *channel; /* the first one */
	struct channel *greeting; /* until its HELLO is there; under the lock */
	int place; /* in the crowd, or -1; under the lock */
	int grip_fd; /* to throw it out by; -1: none */
	pthread_t thread;
	bool ended;
	struct arrival *next;
};

/* Fail the queue for want of a source. */
void lanes_abandon(struct lanes *lanes, const struct error *why);

/*
 * Give a failure a code for programs; "Device or resource busy" would tell nobody
 * more.  Returns -1.
 */
int lanes_fail(struct error *err, int code);

/*
 * Begin to serve a connection, or a channel (fd -1).  Takes either in any case.
 */
int lanes_arrive(struct lanes *lanes, int fd, struct channel *channel,
	struct error *err);

/* Join the threads of connections that ended. */
void lanes_reap(struct lanes *lanes);

/* The thread that takes new connections; its argument is the lanes. */
void *lanes_door(void *context);

/* Have the door end. */
void lanes_stop_door(struct lanes *lanes);

/* SIGTERM and SIGINT end the session from now on. */
void lanes_watch_signals(struct lanes *lanes);

#endif
