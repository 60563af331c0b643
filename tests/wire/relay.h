#ifndef TESTS_WIRE_RELAY_H
#define TESTS_WIRE_RELAY_H

#include <pthread.h>
#include <stdatomic.h>

#include "wire/key.h"

/* Somebody between the source and the host. */
enum relay_mischief {
	RELAY_PASS,
	RELAY_DUPLICATE, /* send what the source sends next twice */
	RELAY_CHANGE,	 /* change a byte of it */
	RELAY_CUT	 /* pass half of it on, and end */
};

struct relay {
	int listener;
	int host_fd;
	int stop[2]; /* a pipe; closing one end stops the thread */
	pthread_t thread;
	_Atomic enum relay_mischief mischief;
};

/* Stands between `source` and where it points to; changes source->server. */
void relay_start(struct relay *relay, struct enrolment *source);
void relay_do(struct relay *relay, enum relay_mischief mischief);
void relay_stop(struct relay *relay);

#endif
