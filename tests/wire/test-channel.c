#include "tests/harness.h"

#include <string.h>

#include "tests/wire/lanes.h"

static void
a_frame_arrives_as_it_was_sent(void **state)
{
	struct frame sent = {.type = FRAME_NOTICE, .cookie = 7,
		.payload_bytes = 5};
	struct lane lane;
	struct frame got;
	const uint8_t *payload;
	struct error err;

	(void)state;
	lane_open(&lane);
	assert_ok(channel_send(lane.host.channel, &sent, "hello", &err), &err);
	assert_ok(channel_receive(lane.source, &got, &payload, 10, &err), &err);
	assert_int_equal(got.type, FRAME_NOTICE);
	assert_int_equal(got.cookie, 7);
	assert_int_equal(got.payload_bytes, 5);
	assert_memory_equal(payload, "hello", 5);
	print_message("cipher %s peer %s\n", channel_cipher(lane.source), channel_peer(lane.source));
	lane_close(&lane);
}

static void
a_wrong_key_is_refused_with_a_hint(void **state)
{
	struct host host;
	struct enrolment source;
	struct channel *channel = NULL;
	struct error err;

	(void)state;
	host_start(&host, "machine-1", &source);
	source.key[0] ^= 1;
	assert_int_equal(channel_connect(&channel, &source, 10, &err), -1);
	host_join(&host);
	print_message("%s\n%s\n%s\n", err.text, err.hint, host.err.text);
	host_stop(&host);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_arrives_as_it_was_sent),
		cmocka_unit_test(a_wrong_key_is_refused_with_a_hint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
