#ifndef CONVERT_REQUEST_H
#define CONVERT_REQUEST_H

#include <stddef.h>

#include "convert/pipeline.h"
#include "convert/verify/expect.h"

struct error;
struct luks_keys;

/*
 * What several verbs are asked by the same options: how to convert, and how to
 * prove.  `options` points into the request, which has to stay where it is, and
 * to the texts that it was read from.
 */
struct request {
	struct pipeline_options options;
	const char *expect[EXPECT_LIMIT + 1];
	size_t expects;
	struct luks_keys *luks_keys;
};

/* Their values, beside which a verb's own are letters. */
enum {
	REQUEST_EXPECT = 256,
	REQUEST_TIMEOUT,
	REQUEST_LUKS_KEY,
	REQUEST_NO_VERIFY,
	REQUEST_VIRTIO_WIN,
	REQUEST_GUEST_AGENT
};

/* Elements of the array that getopt_long takes. */
#define REQUEST_PROOF_OPTIONS \
	{"expect", required_argument, NULL, REQUEST_EXPECT}, \
	{"timeout", required_argument, NULL, REQUEST_TIMEOUT}, \
	{"luks-passphrase-file", required_argument, NULL, REQUEST_LUKS_KEY}

#define REQUEST_OPTIONS \
	REQUEST_PROOF_OPTIONS, \
	{"no-verify", no_argument, NULL, REQUEST_NO_VERIFY}, \
	{"virtio-win", required_argument, NULL, REQUEST_VIRTIO_WIN}, \
	{"guest-agent", required_argument, NULL, REQUEST_GUEST_AGENT}

/*
 * Take one of them, with its argument or NULL.  -1 when the argument is wrong,
 * and, with an empty err->text, when the option is none of them.
 */
int request_read(struct request *request, int option, const char *text,
	struct error *err);

/* A whole number within bounds, which are named when it is not. */
int request_number(unsigned *number_out, const char *option, const char *text,
	unsigned low, unsigned high, struct error *err);

/* Passphrases are overwritten. */
void request_release(struct request *request);

#endif
