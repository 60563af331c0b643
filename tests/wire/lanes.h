#ifndef TESTS_WIRE_LANES_H
#define TESTS_WIRE_LANES_H

#include <openssl/ssl.h>
#include <pthread.h>
#include <stdint.h>

#include "common/error.h"
#include "wire/channel.h"

/*
 * A host that listens on the loopback: one thread that accepts one connection,
 * reads its preamble and makes a channel with `enrolment`.
 */
struct host {
	struct enrolment enrolment;
	int listener;
	pthread_t thread;
	unsigned timeout_seconds;
	struct channel *channel; /* NULL when it failed */
	char machine[KEY_NAME_BYTES];
	struct error err;
};

/* Listen; source->server is set to where. */
void host_start(struct host *host, const char *machine,
	struct enrolment *source);
/* Wait for the thread; host->channel or host->err tell. */
void host_join(struct host *host);
void host_stop(struct host *host);

/* A socket that listens; sets source->server to where. */
int listen_on_loopback(struct enrolment *source);

/* A plain connection to where the enrolment says. */
int raw_connect(const struct enrolment *source);
/* The same, with the preamble sent. */
int raw_connect_with_preamble(const struct enrolment *source);

/* Both ends of one lane, handshake done. */
struct lane {
	struct host host;
	struct enrolment enrolment;
	struct channel *source;
};
void lane_open(struct lane *lane);
void lane_close(struct lane *lane);

/* A source that is only TLS with the right key, and can then say anything. */
struct raw {
	struct host host;
	struct enrolment enrolment;
	int fd;
	SSL *ssl;
};
void raw_open(struct raw *raw);
void raw_close(struct raw *raw);

/* Fail unless the text holds the part. */
void assert_says(const struct error *err, const char *part);

#endif
