#ifndef TESTS_P2V_HOST_H
#define TESTS_P2V_HOST_H

#include "wire/channel.h"
#include "wire/message.h"

/* A host on the loopback, as much of one as a source can tell. */
struct host {
	int listener;
	struct enrolment enrolment;
};

/* Listen; source_out is what a source needs to come here. */
void host_open(struct host *host, struct enrolment *source_out);
void host_close(struct host *host);

/* The next connection; NULL when its handshake failed. */
struct channel *host_accept(struct host *host);

/* Its hello, which is released by the caller. */
void host_hear_hello(struct channel *channel, struct hello *hello_out);
void host_welcome(struct channel *channel, unsigned lanes);

/* Send a request; receive an answer and check that it belongs to it. */
void host_ask(struct channel *channel, enum frame_type type, unsigned disk,
	uint64_t offset_bytes, uint32_t length);
void host_hear(struct channel *channel, enum frame_type wanted,
	struct frame *frame_out, const uint8_t **payload_out);

#endif
