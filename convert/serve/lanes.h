#ifndef CONVERT_SERVE_LANES_H
#define CONVERT_SERVE_LANES_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/message.h"

struct channel;
struct enrolment;
struct error;
struct image;
struct queue;
struct screen;
struct throttle;

/*
 * The connections of one session: those that are there, those that come back.
 * Further ones arrive through the machine's socket (rendezvous.h), are proved
 * there, and run in a thread each.
 */
struct lanes;

struct lanes_settings {
	const struct enrolment *enrolment;
	const char *session; /* of the source; another one is turned away */
	struct welcome welcome; /* but for its lanes */
	unsigned cores; /* of the source */
	unsigned fixed_lanes; /* 0: as many as help (roster.h) */
	struct queue *queue;
	struct screen *screen;
	struct throttle *throttle;
	const char *socket_path;
	unsigned silence_seconds;  /* as in struct lane_work */
	unsigned patience_seconds; /* without any lane, then the queue fails */
	/* Called about once a second from one thread. */
	void (*tick)(void *context);
	/* SIGTERM or SIGINT came; ends the process. */
	void (*stopped)(void *context);
	void *context;
};

/* Borrows the settings' pointers. */
int lanes_start(struct lanes **lanes_out, const struct lanes_settings *settings,
	struct error *err);

/* The connection that began the session.  Takes the channel. */
int lanes_add_first(struct lanes *lanes, struct channel *channel,
	struct error *err);

/* Bytes over all lanes, closed ones included. */
void lanes_wire(struct lanes *lanes, uint64_t *received_out,
	uint64_t *sent_out);

/* Lanes that are at work, and what channel_receiving_us() says of all so far. */
unsigned lanes_receiving(struct lanes *lanes, uint64_t *microseconds_out);

/*
 * After screen_close(): wait until a lane carried the last word, for at most
 * `timeout_seconds` while there is none.
 */
void lanes_finish(struct lanes *lanes, unsigned timeout_seconds);

/* Ends every lane and waits for the threads. */
void lanes_stop(struct lanes *lanes);
static inline void
lanes_stopp(struct lanes **lanes)
{
	if (*lanes != NULL)
		lanes_stop(*lanes);
}

#endif
