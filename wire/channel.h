#ifndef WIRE_CHANNEL_H
#define WIRE_CHANNEL_H

#include <stdint.h>

#include "wire/frame.h"
#include "wire/key.h"

struct error;

/*
 * A lane: one TCP connection with TLS 1.3, external PSK (identity = machine
 * name) with (EC)DHE, no certificates, no resumption.  Before TLS the source
 * sends a preamble of PREAMBLE_BYTES in the clear: "UNRACK1\n" and the machine's
 * name padded with NUL, which only routes the connection to the machine's
 * session; TLS then proves it.  One thread uses a channel at a time.  No call
 * raises SIGPIPE.
 */
struct channel;

enum { PREAMBLE_BYTES = 8 + KEY_NAME_BYTES };

/*
 * Source side: connect to enrolment->server, send the preamble, do the
 * handshake.  Each step is bounded by `timeout_seconds`.  Failures say which of
 * the three it was: not reachable (the connect's errno), not an unrack host
 * (EPROTO; ECONNRESET or ETIMEDOUT when it just ended or said nothing), or key
 * refused (EACCES).
 */
int channel_connect(struct channel **channel_out,
	const struct enrolment *enrolment, unsigned timeout_seconds,
	struct error *err);

/*
 * Host side, for the process that listens: read the preamble of an accepted
 * socket within `timeout_seconds` and yield the machine's name (checked).
 */
int channel_read_preamble(int fd, char machine_out[KEY_NAME_BYTES],
	unsigned timeout_seconds, struct error *err);

/*
 * Host side, for the session: the TLS handshake on a socket whose preamble was
 * read.  Takes the socket in any case.
 */
int channel_accept(struct channel **channel_out, int fd,
	const struct enrolment *enrolment, unsigned timeout_seconds,
	struct error *err);

/*
 * Shuts the connection down and releases it.  Does nothing to NULL.  After a
 * CLOSE or an ERROR was sent it waits up to 2 s for the peer to end first, so
 * that those last words are not lost.
 */
void channel_close(struct channel *channel);

/*
 * Make a blocked or later call in another thread fail with ECANCELED.  The
 * caller sees to it that nobody closes the channel meanwhile.
 */
void channel_interrupt(struct channel *channel);

/* Peer's address as text, and "TLS_AES_128_GCM_SHA256" or so. */
const char *channel_peer(const struct channel *channel);
const char *channel_cipher(const struct channel *channel);

/*
 * Bytes of frames sent, and received so far, which counts those of a frame that
 * is still coming in; safe from any thread.
 */
uint64_t channel_sent_bytes(const struct channel *channel);
uint64_t channel_received_bytes(const struct channel *channel);

/*
 * Microseconds spent on payloads whose header was there: the wire's share of
 * the time, since a peer that has to compute does so before it sends a frame.
 * Safe from any thread.
 */
uint64_t channel_receiving_us(const struct channel *channel);

/* What tcp_wire_us() says of the connection. */
int channel_wire_us(const struct channel *channel, uint64_t *microseconds_out);

/*
 * Send a frame; frame->payload_bytes of `payload` (NULL when there is none).
 * Fails with EBADMSG, and sends nothing, when the peer would have to refuse it;
 * with ETIMEDOUT when the peer takes no byte for two minutes.
 */
int channel_send(struct channel *channel, const struct frame *frame,
	const void *payload, struct error *err);

/*
 * Receive one frame.  *payload_out points into the channel's buffer until the
 * next receive.  Fails with EPIPE when the peer closed in order, ETIMEDOUT
 * after `timeout_seconds` without any byte (0 waits for ever), EBADMSG on a
 * frame that is not well formed.  A received FRAME_ERROR becomes a failure with
 * code EREMOTEIO and the peer's text.  After ETIMEDOUT it can be called again,
 * also in the middle of a frame; after any other failure only
 * channel_send_error() and channel_close() make sense.
 */
int channel_receive(struct channel *channel, struct frame *frame_out,
	const uint8_t **payload_out, unsigned timeout_seconds,
	struct error *err);

/* 1 when a receive would find something at once, else 0. */
int channel_is_readable(struct channel *channel);

/* Tell the peer why we give up, best effort, then it is closed by the caller. */
void channel_send_error(struct channel *channel, const struct error *why);

#endif
