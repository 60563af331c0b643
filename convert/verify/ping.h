#ifndef CONVERT_VERIFY_PING_H
#define CONVERT_VERIFY_PING_H

#include <stdbool.h>

/* The host's end of a guest agent's channel; fd is -1 when there is none. */
struct ping {
	int fd;
	bool answered;
	double asked_seconds; /* when it was asked last; 0: never */
};

/* Ask again and again, and note an answer; never waits. */
void ping_try(struct ping *ping, double seconds);

#endif
