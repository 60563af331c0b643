/*
 * A lane: frames over TLS over TCP.  The socket is non-blocking and every wait
 * is a poll, so that each has a deadline and another thread can end it by
 * shutting the socket down.  Read frame.c and tls.c for the parts, message.c
 * for what the JSON frames say.
 */
#include "wire/channel.h"

#include <errno.h>
#include <openssl/err.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <sys/socket.h>

#include "common/error.h"
#include "common/monotonic.h"
#include "common/own.h"
#include "wire/failure.h"
#include "wire/tcp.h"
#include "wire/tls.h"

enum {
	RECORD_BYTES = 16 << 10, /* of TLS, at most */
	SEND_STALL_SECONDS = 120,
	LAST_WORDS_SECONDS = 2
};

static const char preamble_magic[8] = "UNRACK1\n";

struct channel {
	int fd;
	SSL *ssl;
	atomic_bool interrupted;
	_Atomic uint64_t sent_bytes;
	_Atomic uint64_t received_bytes;
	_Atomic uint64_t receiving_us; /* spent inside of frames */
	int64_t body_began_us; /* 0: the header is not there yet */
	bool lost;	 /* no TLS call may follow */
	bool ended;	 /* nothing more is received */
	bool last_words; /* the peer must get what we sent before we close */
	char peer[TCP_PEER_BYTES];

	/* The frame that is coming in; `got` counts header and payload. */
	uint8_t header[FRAME_BYTES];
	size_t got;
	uint8_t *payload;
	size_t payload_room;

	uint8_t record[RECORD_BYTES]; /* a header with its first payload */
};

/* Takes the socket in any case. */
static int
open_channel(struct channel **channel_out, int socket_fd, enum tls_side side,
	const struct enrolment *enrolment, int64_t deadline_ms,
	struct error *err)
{
	AUTO(fd_closep) int fd = socket_fd;
	AUTO(freep) struct channel *channel = calloc(1, sizeof *channel);

	if (channel == NULL)
		return error_set(err, ENOMEM, "make a channel");
	tcp_tune(fd);
	tcp_peer(fd, channel->peer);
	if (tls_open(&channel->ssl, fd, side, enrolment, deadline_ms, err) == -1)
		return error_add(err, "%s", channel->peer);
	channel->fd = take_fd(&fd);
	*channel_out = take(channel);
	return 0;
}

int
channel_connect(struct channel **channel_out, const struct enrolment *enrolment,
	unsigned timeout_seconds, struct error *err)
{
	char host[KEY_SERVER_BYTES], port[8], preamble[PREAMBLE_BYTES] = {0};
	AUTO(fd_closep) int fd = -1;

	if (enrolment->server[0] == '\0') {
		error_set(err, EINVAL, "the enrolment of %s names no host",
			enrolment->machine);
		return error_hint(err, "say where unrack serve runs: "
				       "--server HOST[:PORT]");
	}
	if (key_split_server(enrolment->server, host, port, err) == -1 ||
		tcp_connect(&fd, host, port, timeout_seconds, err) == -1)
		return -1;
	memcpy(preamble, preamble_magic, sizeof preamble_magic);
	memcpy(preamble + sizeof preamble_magic, enrolment->machine,
		strnlen(enrolment->machine, KEY_NAME_BYTES - 1));
	if (tcp_send(fd, preamble, sizeof preamble,
		    tcp_deadline_ms(timeout_seconds), err) == -1)
		return error_add(err, "%s", enrolment->server);
	return open_channel(channel_out, take_fd(&fd), TLS_SOURCE, enrolment,
		tcp_deadline_ms(timeout_seconds), err);
}

int
channel_read_preamble(int fd, char machine_out[KEY_NAME_BYTES],
	unsigned timeout_seconds, struct error *err)
{
	static const char zeros[KEY_NAME_BYTES];
	char preamble[PREAMBLE_BYTES];
	const char *machine = preamble + sizeof preamble_magic;
	size_t bytes;

	if (tcp_receive(fd, preamble, sizeof preamble,
		    tcp_deadline_ms(timeout_seconds), err) == -1)
		return error_add(err, "preamble");
	bytes = strnlen(machine, KEY_NAME_BYTES);
	if (memcmp(preamble, preamble_magic, sizeof preamble_magic) != 0 ||
		bytes == KEY_NAME_BYTES ||
		memcmp(machine + bytes, zeros, KEY_NAME_BYTES - bytes) != 0)
		return error_set(err, EBADMSG, "not an unrack source");
	if (key_check_name(machine, err) == -1) {
		error_set(err, EBADMSG, "preamble without a machine's name");
		return -1;
	}
	memcpy(machine_out, machine, bytes + 1);
	return 0;
}

int
channel_accept(struct channel **channel_out, int fd,
	const struct enrolment *enrolment, unsigned timeout_seconds,
	struct error *err)
{
	return open_channel(channel_out, fd, TLS_HOST, enrolment,
		tcp_deadline_ms(timeout_seconds), err);
}

/*
 * Closing a socket while bytes of the peer are still unread resets the
 * connection, and the peer may then never see our last frame.
 */
static void
wait_for_end(int fd, unsigned seconds)
{
	int64_t deadline_ms = tcp_deadline_ms(seconds);
	char dropped[4096];
	ssize_t got;

	do {
		if (tcp_wait(fd, POLLIN, deadline_ms) != 1)
			return;
		got = recv(fd, dropped, sizeof dropped, MSG_DONTWAIT);
	} while (got > 0 && monotonic_ms() < deadline_ms);
}

void
channel_close(struct channel *channel)
{
	if (channel == NULL)
		return;
	if (!channel->lost && !atomic_load(&channel->interrupted)) {
		SSL_shutdown(channel->ssl);
		shutdown(channel->fd, SHUT_WR);
		if (channel->last_words)
			wait_for_end(channel->fd, LAST_WORDS_SECONDS);
	}
	ERR_clear_error();
	SSL_free(channel->ssl);
	close(channel->fd);
	free(channel->payload);
	free(channel);
}

void
channel_interrupt(struct channel *channel)
{
	atomic_store(&channel->interrupted, true);
	shutdown(channel->fd, SHUT_RDWR);
}

const char *
channel_peer(const struct channel *channel)
{
	return channel->peer;
}

const char *
channel_cipher(const struct channel *channel)
{
	return SSL_get_cipher_name(channel->ssl);
}

uint64_t
channel_sent_bytes(const struct channel *channel)
{
	return atomic_load(&channel->sent_bytes);
}

uint64_t
channel_received_bytes(const struct channel *channel)
{
	return atomic_load(&channel->received_bytes);
}

uint64_t
channel_receiving_us(const struct channel *channel)
{
	return atomic_load(&channel->receiving_us);
}

int
channel_wire_us(const struct channel *channel, uint64_t *microseconds_out)
{
	return tcp_wire_us(channel->fd, microseconds_out);
}

static int
check_usable(struct channel *channel, bool ended, struct error *err)
{
	if (atomic_load(&channel->interrupted))
		return error_set(err, ECANCELED, "%s", channel->peer);
	if (channel->lost || ended)
		return error_set(err, ENOTCONN, "%s", channel->peer);
	return 0;
}

/*
 * After a TLS call yielded `result`: as tls_wait(), with the channel's state
 * kept.  A receive can be repeated after ETIMEDOUT; a frame sent in part cannot.
 */
static int
wait_for(struct channel *channel, int result, unsigned seconds, bool sending,
	struct error *err)
{
	struct error why = {0};
	int step = tls_wait(channel->ssl, channel->fd, result,
		tcp_deadline_ms(seconds), &why);

	if (atomic_load(&channel->interrupted)) {
		channel->lost = true;
		return error_set(err, ECANCELED, "%s", channel->peer);
	}
	if (step == -1) {
		channel->lost = sending || why.code != ETIMEDOUT;
		if (err != NULL)
			*err = why;
		error_add(err, "%s", channel->peer);
	}
	return step;
}

static int
write_all(struct channel *channel, const uint8_t *data, size_t bytes,
	unsigned stall_seconds, struct error *err)
{
	while (bytes > 0) {
		size_t put = 0;
		int result;

		ERR_clear_error();
		errno = 0;
		result = SSL_write_ex(channel->ssl, data, bytes, &put);
		if (result == 1) {
			data += put;
			bytes -= put;
			continue;
		}
		if (wait_for(channel, result, stall_seconds, true, err) == 1)
			continue;
		channel->lost = true;
		return -1;
	}
	return 0;
}

static int
send_frame(struct channel *channel, const struct frame *frame,
	const uint8_t *payload, unsigned stall_seconds, struct error *err)
{
	size_t first = frame->payload_bytes < RECORD_BYTES - FRAME_BYTES
		? frame->payload_bytes
		: RECORD_BYTES - FRAME_BYTES;
	struct frame checked;

	frame_encode(frame, channel->record);
	if (check_usable(channel, false, err) == -1 ||
		frame_decode(&checked, channel->record, err) == -1)
		return -1;
	/* One record and one packet for what fits: frames are often small. */
	if (first != 0)
		memcpy(channel->record + FRAME_BYTES, payload, first);
	if (write_all(channel, channel->record, FRAME_BYTES + first,
		    stall_seconds, err) == -1 ||
		(frame->payload_bytes > first &&
			write_all(channel, payload + first,
				frame->payload_bytes - first, stall_seconds,
				err) == -1))
		return -1;
	atomic_fetch_add(&channel->sent_bytes,
		FRAME_BYTES + (uint64_t)frame->payload_bytes);
	channel->last_words =
		frame->type == FRAME_CLOSE || frame->type == FRAME_ERROR;
	return 0;
}

int
channel_send(struct channel *channel, const struct frame *frame,
	const void *payload, struct error *err)
{
	return send_frame(channel, frame, payload, SEND_STALL_SECONDS, err);
}

/* Read what is there, at most `bytes`, and count it in channel->got. */
static int
read_some(struct channel *channel, uint8_t *data, size_t bytes,
	unsigned timeout_seconds, struct error *err)
{
	size_t got = 0;
	int result;

	for (;;) {
		ERR_clear_error();
		errno = 0;
		result = SSL_read_ex(channel->ssl, data, bytes, &got);
		if (result == 1)
			break;
		result = wait_for(channel, result, timeout_seconds, false, err);
		if (result == -1)
			return -1;
		if (result == 1)
			continue;
		channel->ended = true;
		if (channel->got != 0)
			return error_set(err, EBADMSG,
				"%s: closed inside a frame", channel->peer);
		return error_set(err, EPIPE, "%s", channel->peer);
	}
	channel->got += got;
	atomic_fetch_add(&channel->received_bytes, (uint64_t)got);
	return 0;
}

static int64_t
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int
make_room(struct channel *channel, uint32_t bytes, struct error *err)
{
	uint8_t *larger;

	if (bytes <= channel->payload_room)
		return 0;
	larger = realloc(channel->payload, bytes);
	if (larger == NULL)
		return error_set(err, ENOMEM, "receive %u bytes", bytes);
	channel->payload = larger;
	channel->payload_room = bytes;
	return 0;
}

static int
receive_frame(struct channel *channel, struct frame *frame_out,
	unsigned timeout_seconds, struct error *err)
{
	while (channel->got < FRAME_BYTES)
		if (read_some(channel, channel->header + channel->got,
			    FRAME_BYTES - channel->got, timeout_seconds,
			    err) == -1)
			return -1;
	if (frame_decode(frame_out, channel->header, err) == -1 ||
		make_room(channel, frame_out->payload_bytes, err) == -1) {
		channel->ended = true;
		return error_add(err, "%s", channel->peer);
	}
	if (channel->body_began_us == 0)
		channel->body_began_us = now_us();
	while (channel->got - FRAME_BYTES < frame_out->payload_bytes) {
		size_t used = channel->got - FRAME_BYTES;

		if (read_some(channel, channel->payload + used,
			    frame_out->payload_bytes - used, timeout_seconds,
			    err) == -1)
			return -1;
	}
	atomic_fetch_add(&channel->receiving_us,
		(uint64_t)(now_us() - channel->body_began_us));
	channel->body_began_us = 0;
	channel->got = 0;
	return 0;
}

int
channel_receive(struct channel *channel, struct frame *frame_out,
	const uint8_t **payload_out, unsigned timeout_seconds,
	struct error *err)
{
	struct frame frame;

	if (check_usable(channel, channel->ended, err) == -1 ||
		receive_frame(channel, &frame, timeout_seconds, err) == -1)
		return -1;
	if (frame.type == FRAME_ERROR) {
		channel->ended = true;
		return failure_decode(channel->payload, frame.payload_bytes,
			err);
	}
	*frame_out = frame;
	*payload_out = channel->payload;
	return 0;
}

int
channel_is_readable(struct channel *channel)
{
	if (channel->lost || channel->ended)
		return 1; /* the failure is there at once */
	return SSL_has_pending(channel->ssl) ||
		tcp_wait(channel->fd, POLLIN, monotonic_ms()) == 1;
}

void
channel_send_error(struct channel *channel, const struct error *why)
{
	AUTO(freep) char *payload = failure_encode(why);
	struct frame frame = {.type = FRAME_ERROR};

	if (payload == NULL)
		return;
	frame.payload_bytes = (uint32_t)strlen(payload);
	send_frame(channel, &frame, (const uint8_t *)payload,
		LAST_WORDS_SECONDS, NULL);
}
