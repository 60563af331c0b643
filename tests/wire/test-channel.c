/*
 * channel.c over real sockets and real TLS: what arrives, what ends, and peers
 * that do what they should not.  Read test-tls.c for who gets in.
 */
#include "tests/harness.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/own.h"
#include "tests/wire/lanes.h"
#include "tests/wire/relay.h"
#include "wire/block.h"

static struct lane lane;

static int
open_lane(void **state)
{
	(void)state;
	lane_open(&lane);
	return 0;
}

static int
close_lane(void **state)
{
	(void)state;
	lane_close(&lane);
	return 0;
}

static void
assert_sent(struct channel *channel, const struct frame *frame,
	const void *payload)
{
	struct error err;

	assert_ok(channel_send(channel, frame, payload, &err), &err);
}

static void
assert_receives(struct channel *channel, enum frame_type type)
{
	struct frame got;
	const uint8_t *payload;
	struct error err;

	assert_ok(channel_receive(channel, &got, &payload, 30, &err), &err);
	assert_int_equal(got.type, type);
}

/* The receive fails with the code, and so does every later one. */
static void
assert_receive_fails(struct channel *channel, int code, const char *text)
{
	struct frame got;
	const uint8_t *payload;
	struct error err = {0};

	assert_int_equal(channel_receive(channel, &got, &payload, 30, &err), -1);
	assert_says(&err, text);
	assert_int_equal(err.code, code);
	assert_int_equal(channel_receive(channel, &got, &payload, 30, &err), -1);
	assert_int_equal(err.code, code == ECANCELED ? ECANCELED : ENOTCONN);
}

/* What works. */

static void
a_frame_arrives_as_it_was_sent(void **state)
{
	struct frame sent = {.type = FRAME_NOTICE, .cookie = 7,
		.payload_bytes = 5}, got;
	const uint8_t *payload;
	struct error err;

	(void)state;
	assert_string_equal(lane.host.machine, "machine-1");
	assert_sent(lane.host.channel, &sent, "hello");
	assert_ok(channel_receive(lane.source, &got, &payload, 30, &err), &err);
	assert_int_equal(got.type, FRAME_NOTICE);
	assert_int_equal(got.cookie, 7);
	assert_int_equal(got.payload_bytes, 5);
	assert_memory_equal(payload, "hello", 5);
	assert_int_equal(channel_sent_bytes(lane.host.channel), 37);
	assert_int_equal(channel_received_bytes(lane.source), 37);
	assert_int_equal(channel_received_bytes(lane.host.channel), 0);
}

static void
both_sides_know_peer_and_cipher(void **state)
{
	(void)state;
	assert_string_equal(channel_peer(lane.source), lane.enrolment.server);
	assert_non_null(strstr(channel_peer(lane.host.channel), "127.0.0.1:"));
	assert_string_equal(channel_cipher(lane.source),
		channel_cipher(lane.host.channel));
}

enum { LARGE_FRAMES = 8, LARGE_RANGE = FRAME_RANGE_LIMIT };

static void *
send_large_frames(void *argument)
{
	size_t bytes = block_payload_limit(LARGE_RANGE);
	AUTO(freep) uint8_t *payload = malloc(bytes);
	struct frame frame = {.type = FRAME_DATA, .length = LARGE_RANGE,
		.payload_bytes = (uint32_t)bytes};

	for (frame.cookie = 0; frame.cookie < LARGE_FRAMES; frame.cookie++) {
		memset(payload, 'a' + (int)frame.cookie, bytes);
		if (channel_send(argument, &frame, payload, NULL) == -1)
			return argument;
	}
	return NULL;
}

static void
the_largest_frames_arrive_whole_and_in_order(void **state)
{
	size_t bytes = block_payload_limit(LARGE_RANGE);
	pthread_t thread;
	struct frame got;
	const uint8_t *payload;
	struct error err;
	void *failed;

	(void)state;
	pthread_create(&thread, NULL, send_large_frames, lane.source);
	for (unsigned i = 0; i < LARGE_FRAMES; i++) {
		assert_ok(channel_receive(lane.host.channel, &got, &payload, 30,
				  &err), &err);
		assert_int_equal(got.cookie, i);
		assert_int_equal(got.payload_bytes, bytes);
		for (size_t at = 0; at < bytes; at++)
			if (payload[at] != 'a' + i)
				fail_msg("frame %u, byte %zu", i, at);
	}
	pthread_join(thread, &failed);
	assert_null(failed);
	assert_int_equal(channel_received_bytes(lane.host.channel),
		LARGE_FRAMES * (bytes + FRAME_BYTES));
}

static void
readable_is_what_a_receive_would_find(void **state)
{
	struct frame frame = {.type = FRAME_PING};
	int waited = 0;

	(void)state;
	assert_false(channel_is_readable(lane.source));
	assert_sent(lane.host.channel, &frame, NULL);
	assert_sent(lane.host.channel, &frame, NULL);
	while (!channel_is_readable(lane.source) && waited++ < 10000)
		usleep(1000);
	assert_receives(lane.source, FRAME_PING);
	while (!channel_is_readable(lane.source) && waited++ < 10000)
		usleep(1000);
	assert_true(channel_is_readable(lane.source));
	assert_receives(lane.source, FRAME_PING);
	assert_false(channel_is_readable(lane.source));
}

static void
a_frame_that_the_peer_would_refuse_is_not_sent(void **state)
{
	struct frame frame = {.type = FRAME_READ, .length = 513};
	struct error err;

	(void)state;
	assert_int_equal(channel_send(lane.host.channel, &frame, NULL, &err), -1);
	assert_int_equal(err.code, EBADMSG);
	assert_int_equal(channel_sent_bytes(lane.host.channel), 0);
	frame.length = 512;
	assert_sent(lane.host.channel, &frame, NULL);
	assert_receives(lane.source, FRAME_READ);
}

static void
an_orderly_end_is_told_from_a_failure(void **state)
{
	(void)state;
	channel_close(take(lane.host.channel));
	assert_receive_fails(lane.source, EPIPE, "127.0.0.1");
}

static void
a_failure_reaches_the_other_side_with_its_hint(void **state)
{
	struct frame got;
	const uint8_t *payload;
	struct error why, err;

	(void)state;
	error_set(&why, ENOSPC, "write sda.raw");
	error_hint(&why, "make room on the host");
	channel_send_error(lane.host.channel, &why);
	assert_int_equal(channel_receive(lane.source, &got, &payload, 30, &err),
		-1);
	assert_int_equal(err.code, EREMOTEIO);
	assert_says(&err, "write sda.raw: No space left on device");
	assert_string_equal(err.hint, "make room on the host");
}

enum { MANY_NOTICES = 4000 };

/* More than the sockets hold, so that the last word waits in ours. */
static void *
say_much_and_close(void *argument)
{
	static const char text[4000] = {' '};
	struct channel *channel = argument;
	struct frame notice = {.type = FRAME_NOTICE,
		.payload_bytes = sizeof text};
	struct frame last = {.type = FRAME_CLOSE, .payload_bytes = 2};

	for (int i = 0; i < MANY_NOTICES; i++)
		channel_send(channel, &notice, text, NULL);
	channel_send(channel, &last, "{}", NULL);
	channel_close(channel);
	return NULL;
}

static void
the_last_word_arrives_although_nobody_read_ours(void **state)
{
	struct frame pong = {.type = FRAME_PONG};
	pthread_t thread;

	(void)state;
	assert_sent(lane.source, &pong, NULL);
	pthread_create(&thread, NULL, say_much_and_close,
		take(lane.host.channel));
	for (int i = 0; i < MANY_NOTICES; i++)
		assert_receives(lane.source, FRAME_NOTICE);
	assert_receives(lane.source, FRAME_CLOSE);
	channel_close(take(lane.source));
	pthread_join(thread, NULL);
}

/* Timeouts and interruption. */

static void
a_silent_peer_is_a_timeout_and_no_end(void **state)
{
	struct frame frame = {.type = FRAME_PING}, got;
	const uint8_t *payload;
	struct error err;

	(void)state;
	assert_int_equal(channel_receive(lane.source, &got, &payload, 1, &err),
		-1);
	assert_int_equal(err.code, ETIMEDOUT);
	assert_sent(lane.host.channel, &frame, NULL);
	assert_receives(lane.source, FRAME_PING);
}

struct waiting {
	struct channel *channel;
	bool sends;
	struct error err;
};

static void *
wait_on_channel(void *argument)
{
	static uint8_t payload[1 << 20];
	struct waiting *waiting = argument;
	struct frame frame = {.type = FRAME_DATA, .length = 1 << 20,
		.payload_bytes = 1 << 20};
	const uint8_t *unused;
	int result;

	do {
		result = waiting->sends
			? channel_send(waiting->channel, &frame, payload,
				  &waiting->err)
			: channel_receive(waiting->channel, &frame, &unused, 0,
				  &waiting->err);
	} while (result == 0);
	return NULL;
}

static void
interrupt_ends(bool sends)
{
	struct waiting waiting = {.channel = lane.source, .sends = sends};
	struct frame frame = {.type = FRAME_PONG};
	pthread_t thread;
	struct error err;

	pthread_create(&thread, NULL, wait_on_channel, &waiting);
	usleep(100000);
	channel_interrupt(lane.source);
	pthread_join(thread, NULL);
	assert_int_equal(waiting.err.code, ECANCELED);
	assert_int_equal(channel_send(lane.source, &frame, NULL, &err), -1);
	assert_int_equal(err.code, ECANCELED);
	assert_receive_fails(lane.source, ECANCELED, "");
}

static void
a_blocked_receive_can_be_interrupted(void **state)
{
	(void)state;
	interrupt_ends(false);
}

static void
a_blocked_send_can_be_interrupted(void **state)
{
	(void)state;
	interrupt_ends(true);
}

static void
sending_to_a_gone_peer_fails_without_a_signal(void **state)
{
	struct frame frame = {.type = FRAME_PING};
	struct error err = {0};
	int sent = 0;

	(void)state;
	channel_close(take(lane.source));
	while (channel_send(lane.host.channel, &frame, NULL, &err) == 0 &&
		sent++ < 10000)
		usleep(1000);
	assert_true(err.code == EPIPE || err.code == ECONNRESET);
	assert_int_equal(channel_send(lane.host.channel, &frame, NULL, &err), -1);
	assert_int_equal(err.code, ENOTCONN);
}

/* A source that speaks TLS with the right key, and then anything. */
static struct raw raw;

static int
open_raw(void **state)
{
	(void)state;
	raw_open(&raw);
	return 0;
}

static int
close_raw(void **state)
{
	(void)state;
	raw_close(&raw);
	return 0;
}

static void
raw_write(const void *data, int bytes)
{
	assert_int_equal(SSL_write(raw.ssl, data, bytes), bytes);
}

static void
raw_end(void)
{
	SSL_shutdown(raw.ssl);
	shutdown(raw.fd, SHUT_WR);
}

/* A good frame with 100 bytes of payload. */
static void
make_frame(uint8_t bytes_out[FRAME_BYTES + 100])
{
	struct frame frame = {.type = FRAME_NOTICE, .payload_bytes = 100};

	frame_encode(&frame, bytes_out);
	memset(bytes_out + FRAME_BYTES, ' ', 100);
}

static void
a_frame_cut_in_its_header_ends_the_connection(void **state)
{
	uint8_t bytes[FRAME_BYTES + 100];

	(void)state;
	make_frame(bytes);
	raw_write(bytes, FRAME_BYTES - 1);
	raw_end();
	assert_receive_fails(raw.host.channel, EBADMSG, "inside a frame");
}

static void
a_frame_cut_in_its_payload_ends_the_connection(void **state)
{
	uint8_t bytes[FRAME_BYTES + 100];

	(void)state;
	make_frame(bytes);
	raw_write(bytes, FRAME_BYTES + 99);
	raw_end();
	assert_receive_fails(raw.host.channel, EBADMSG, "inside a frame");
}

static void
an_end_without_goodbye_is_a_lost_connection(void **state)
{
	(void)state;
	shutdown(raw.fd, SHUT_WR);
	assert_receive_fails(raw.host.channel, ECONNRESET, "lost");
}

static void
a_frame_in_single_bytes_is_one_frame(void **state)
{
	uint8_t bytes[FRAME_BYTES + 100];

	(void)state;
	make_frame(bytes);
	for (size_t i = 0; i < sizeof bytes; i++)
		raw_write(bytes + i, 1);
	assert_receives(raw.host.channel, FRAME_NOTICE);
	assert_int_equal(channel_received_bytes(raw.host.channel),
		sizeof bytes);
}

static void
a_timeout_inside_a_frame_loses_nothing(void **state)
{
	uint8_t bytes[FRAME_BYTES + 100];
	static const size_t cuts[] = {10, FRAME_BYTES, FRAME_BYTES + 50};

	(void)state;
	make_frame(bytes);
	for (size_t i = 0; i < 3; i++) {
		struct frame got;
		const uint8_t *payload;
		struct error err = {0};

		raw_write(bytes, (int)cuts[i]);
		assert_int_equal(channel_receive(raw.host.channel, &got,
					 &payload, 1, &err), -1);
		assert_int_equal(err.code, ETIMEDOUT);
		raw_write(bytes + cuts[i], (int)(sizeof bytes - cuts[i]));
		assert_receives(raw.host.channel, FRAME_NOTICE);
	}
}

static void
assert_bent_frame_ends(size_t at, uint8_t value, const char *text)
{
	uint8_t bytes[FRAME_BYTES + 100];

	open_raw(NULL);
	make_frame(bytes);
	bytes[at] = value;
	raw_write(bytes, sizeof bytes);
	assert_receive_fails(raw.host.channel, EBADMSG, text);
	close_raw(NULL);
}

static void
a_bent_frame_ends_the_connection(void **state)
{
	(void)state;
	assert_bent_frame_ends(0, 'X', "not a frame");
	assert_bent_frame_ends(4, 99, "unknown type 99");
	assert_bent_frame_ends(6, 1, "unknown flags");
	assert_bent_frame_ends(31, 0xff, "payload");
	assert_bent_frame_ends(24, 1, "range");
}

static void
garbage_inside_tls_ends_the_connection(void **state)
{
	(void)state;
	raw_write("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n", 37);
	assert_receive_fails(raw.host.channel, EBADMSG, "not a frame");
}

static void
the_reason_can_still_be_told_after_a_bent_frame(void **state)
{
	struct frame got;
	const uint8_t *payload;
	uint8_t header[FRAME_BYTES];
	struct error err;
	int bytes = 0;

	(void)state;
	raw_write("this is not a frame of the protocol", 35);
	assert_int_equal(channel_receive(raw.host.channel, &got, &payload, 30,
				 &err), -1);
	channel_send_error(raw.host.channel, &err);
	while (bytes <= 0) {
		struct pollfd wait = {.fd = raw.fd, .events = POLLIN};

		poll(&wait, 1, 100);
		bytes = SSL_read(raw.ssl, header, sizeof header);
	}
	assert_int_equal(bytes, FRAME_BYTES);
	assert_ok(frame_decode(&got, header, &err), &err);
	assert_int_equal(got.type, FRAME_ERROR);
}

/* What somebody on the way can do. */

static void
receives_through_a_relay(enum relay_mischief mischief, int code,
	const char *text)
{
	struct frame frame = {.type = FRAME_PONG};
	struct host host;
	struct enrolment enrolment;
	struct relay relay;
	struct channel *source = NULL;
	struct error err;

	host_start(&host, "machine-1", &enrolment);
	relay_start(&relay, &enrolment);
	assert_ok(channel_connect(&source, &enrolment, 30, &err), &err);
	host_join(&host);
	assert_sent(source, &frame, NULL);
	assert_receives(host.channel, FRAME_PONG);
	relay_do(&relay, mischief);
	assert_sent(source, &frame, NULL);
	if (mischief == RELAY_DUPLICATE)
		assert_receives(host.channel, FRAME_PONG);
	assert_receive_fails(host.channel, code, text);
	relay_stop(&relay);
	channel_close(source);
	host_stop(&host);
}

static void
a_record_that_arrives_twice_ends_the_connection(void **state)
{
	(void)state;
	receives_through_a_relay(RELAY_DUPLICATE, EPROTO, "TLS");
}

static void
a_changed_byte_ends_the_connection(void **state)
{
	(void)state;
	receives_through_a_relay(RELAY_CHANGE, EPROTO, "TLS");
}

static void
a_line_cut_inside_a_frame_is_a_lost_connection(void **state)
{
	(void)state;
	receives_through_a_relay(RELAY_CUT, ECONNRESET, "lost");
}

#define over_a_lane(test)                                                      \
	cmocka_unit_test_setup_teardown(test, open_lane, close_lane)
#define from_a_raw_source(test)                                                \
	cmocka_unit_test_setup_teardown(test, open_raw, close_raw)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		over_a_lane(a_frame_arrives_as_it_was_sent),
		over_a_lane(both_sides_know_peer_and_cipher),
		over_a_lane(the_largest_frames_arrive_whole_and_in_order),
		over_a_lane(readable_is_what_a_receive_would_find),
		over_a_lane(a_frame_that_the_peer_would_refuse_is_not_sent),
		over_a_lane(an_orderly_end_is_told_from_a_failure),
		over_a_lane(a_failure_reaches_the_other_side_with_its_hint),
		over_a_lane(the_last_word_arrives_although_nobody_read_ours),
		over_a_lane(a_silent_peer_is_a_timeout_and_no_end),
		over_a_lane(a_blocked_receive_can_be_interrupted),
		over_a_lane(a_blocked_send_can_be_interrupted),
		over_a_lane(sending_to_a_gone_peer_fails_without_a_signal),
		from_a_raw_source(
			a_frame_cut_in_its_header_ends_the_connection),
		from_a_raw_source(
			a_frame_cut_in_its_payload_ends_the_connection),
		from_a_raw_source(an_end_without_goodbye_is_a_lost_connection),
		from_a_raw_source(a_frame_in_single_bytes_is_one_frame),
		from_a_raw_source(a_timeout_inside_a_frame_loses_nothing),
		cmocka_unit_test(a_bent_frame_ends_the_connection),
		from_a_raw_source(garbage_inside_tls_ends_the_connection),
		from_a_raw_source(
			the_reason_can_still_be_told_after_a_bent_frame),
		cmocka_unit_test(
			a_record_that_arrives_twice_ends_the_connection),
		cmocka_unit_test(a_changed_byte_ends_the_connection),
		cmocka_unit_test(
			a_line_cut_inside_a_frame_is_a_lost_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
