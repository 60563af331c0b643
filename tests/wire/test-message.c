/* message.c: each message over a real lane, and payloads that are not theirs. */
#include "tests/harness.h"

#include <errno.h>
#include <string.h>

#include "common/json.h"
#include "common/own.h"
#include "tests/wire/lanes.h"
#include "wire/failure.h"
#include "wire/hash.h"
#include "wire/message.h"

#define SESSION "0123456789abcdef0123456789abcdef"
#define HELLO                                                                  \
	"{\"version\":1,\"session\":\"" SESSION "\",\"lane\":1,"               \
	"\"program\":\"p\",\"codecs\":[\"zlib\",\"zstd\",\"later\",3],"        \
	"\"hash\":\"blake2b-512/256\",\"mode\":\"capture\",\"cores\":4}"
#define WELCOME                                                                \
	"{\"version\":1,\"lanes\":16,\"codec\":\"zstd\",\"machine\":\"m\"}"
#define NOTICE                                                                 \
	"{\"stage\":\"capture\",\"text\":\"t\",\"level\":\"info\","            \
	"\"done\":1,\"total\":2,\"seconds\":0.5}"
#define CLOSING "{\"verdict\":\"boots\",\"text\":\"t\",\"action\":\"wait\"}"

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

static const uint8_t *
receive(struct channel *channel, enum frame_type type, uint32_t *bytes_out)
{
	struct frame frame;
	const uint8_t *payload;
	struct error err;

	assert_ok(channel_receive(channel, &frame, &payload, 30, &err), &err);
	assert_int_equal(frame.type, type);
	*bytes_out = frame.payload_bytes;
	return payload;
}

static void
hello_arrives_with_its_inventory(void **state)
{
	struct hello sent = {.version = FRAME_VERSION, .session = SESSION,
		.program = "unrack-capture 0.1.0",
		.codecs = {[CODEC_ZERO] = true, [CODEC_ZLIB] = true},
		.hash = HASH_NAME, .mode = "pre-copy", .cores = 2};
	struct hello got;
	const uint8_t *payload;
	uint32_t bytes;
	struct error err;

	(void)state;
	sent.inventory = json_pack("{s:s}", "format", "unrack-inventory/1");
	assert_ok(hello_send(lane.source, &sent, &err), &err);
	payload = receive(lane.host.channel, FRAME_HELLO, &bytes);
	assert_ok(hello_parse(&got, payload, bytes, &err), &err);
	assert_string_equal(got.session, SESSION);
	assert_string_equal(got.program, sent.program);
	assert_memory_equal(got.codecs, sent.codecs, sizeof got.codecs);
	assert_string_equal(got.hash, HASH_NAME);
	assert_string_equal(got.mode, "pre-copy");
	assert_int_equal(got.cores, 2);
	assert_true(json_equal(got.inventory, sent.inventory));
	hello_release(&got);
	hello_release(&sent);
	assert_null(sent.inventory);
}

static void
welcome_arrives(void **state)
{
	struct welcome sent = {.version = FRAME_VERSION, .lanes = 4,
		.codec = CODEC_ZSTD, .machine = "machine-1"};
	struct welcome got;
	const uint8_t *payload;
	uint32_t bytes;
	struct error err;

	(void)state;
	assert_ok(welcome_send(lane.host.channel, &sent, &err), &err);
	payload = receive(lane.source, FRAME_WELCOME, &bytes);
	assert_ok(welcome_parse(&got, payload, bytes, &err), &err);
	assert_int_equal(got.lanes, 4);
	assert_int_equal(got.codec, CODEC_ZSTD);
	assert_string_equal(got.machine, "machine-1");
}

static void
a_notice_of_the_longest_text_arrives(void **state)
{
	struct notice sent = {.stage = "capture", .level = "warning",
		.done = UINT64_MAX, .total = 3, .seconds = 1.5};
	struct notice got;
	const uint8_t *payload;
	uint32_t bytes;
	struct error err;

	(void)state;
	/* Each such byte takes six in JSON. */
	memset(sent.text, '\x01', sizeof sent.text - 1);
	assert_ok(notice_send(lane.host.channel, &sent, &err), &err);
	payload = receive(lane.source, FRAME_NOTICE, &bytes);
	assert_ok(notice_parse(&got, payload, bytes, &err), &err);
	assert_string_equal(got.stage, "capture");
	assert_string_equal(got.level, "warning");
	assert_int_equal(strlen(got.text), sizeof sent.text - 1);
	assert_int_equal(strspn(got.text, "?"), sizeof sent.text - 1);
	assert_int_equal(got.done, INT64_MAX);
	assert_int_equal(got.total, 3);
	assert_true(got.seconds > 1.4 && got.seconds < 1.6);
}

static void
a_notice_in_any_encoding_arrives(void **state)
{
	struct notice sent = {.stage = "assess", .level = "info",
		.text = "latin-1 \xfc, utf-8 \xc3\xbc"};
	struct notice got;
	const uint8_t *payload;
	uint32_t bytes;
	struct error err;

	(void)state;
	assert_ok(notice_send(lane.host.channel, &sent, &err), &err);
	payload = receive(lane.source, FRAME_NOTICE, &bytes);
	assert_ok(notice_parse(&got, payload, bytes, &err), &err);
	assert_string_equal(got.text, "latin-1 ?, utf-8 \xc3\xbc");
}

static void
the_last_word_arrives(void **state)
{
	struct closing sent = {.verdict = "boots", .text = "all good",
		.action = "poweroff"};
	struct closing got;
	const uint8_t *payload;
	uint32_t bytes;
	struct error err;

	(void)state;
	assert_ok(closing_send(lane.host.channel, &sent, &err), &err);
	payload = receive(lane.source, FRAME_CLOSE, &bytes);
	assert_ok(closing_parse(&got, payload, bytes, &err), &err);
	assert_string_equal(got.verdict, "boots");
	assert_string_equal(got.text, "all good");
	assert_string_equal(got.action, "poweroff");
}

static void
an_inventory_over_the_limit_is_not_sent(void **state)
{
	static char large[3 << 20];
	struct hello sent = {.version = FRAME_VERSION, .session = SESSION,
		.hash = HASH_NAME, .mode = "assess", .cores = 2};
	struct error err;

	(void)state;
	memset(large, 'x', sizeof large - 1);
	sent.inventory = json_pack("{s:s}", "serial", large);
	assert_int_equal(hello_send(lane.source, &sent, &err), -1);
	assert_int_equal(err.code, EBADMSG);
	assert_int_equal(channel_sent_bytes(lane.source), 0);
	hello_release(&sent);
}

/* All parsers with one signature, so that tables can name them. */
static int
parse_hello(const char *text, uint32_t bytes, struct error *err)
{
	struct hello got;

	if (hello_parse(&got, (const uint8_t *)text, bytes, err) == -1)
		return -1;
	hello_release(&got);
	return 0;
}

static int
parse_welcome(const char *text, uint32_t bytes, struct error *err)
{
	struct welcome got;

	return welcome_parse(&got, (const uint8_t *)text, bytes, err);
}

static int
parse_notice(const char *text, uint32_t bytes, struct error *err)
{
	struct notice got;

	return notice_parse(&got, (const uint8_t *)text, bytes, err);
}

static int
parse_closing(const char *text, uint32_t bytes, struct error *err)
{
	struct closing got;

	return closing_parse(&got, (const uint8_t *)text, bytes, err);
}

static const struct {
	const char *good;
	int (*parse)(const char *text, uint32_t bytes, struct error *err);
} messages[] = {
	{HELLO, parse_hello},
	{WELCOME, parse_welcome},
	{NOTICE, parse_notice},
	{CLOSING, parse_closing},
};
enum { MESSAGE_COUNT = sizeof messages / sizeof messages[0] };

static int
parse_json(size_t i, const json_t *json, struct error *err)
{
	AUTO(freep) char *text = json_dumps(json, 0);

	return messages[i].parse(text, (uint32_t)strlen(text), err);
}

static void
unknown_members_are_ignored(void **state)
{
	struct error err;

	(void)state;
	for (size_t i = 0; i < MESSAGE_COUNT; i++) {
		AUTO(json_decrefpp) json_t *json =
			json_loads(messages[i].good, 0, NULL);

		assert_ok(parse_json(i, json, &err), &err);
		json_object_set_new(json, "later", json_pack("[i]", 7));
		assert_ok(parse_json(i, json, &err), &err);
	}
}

static void
each_missing_or_wrong_member_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < MESSAGE_COUNT; i++) {
		AUTO(json_decrefpp) json_t *good =
			json_loads(messages[i].good, 0, NULL);
		const char *key;
		json_t *value;

		json_object_foreach (good, key, value) {
			AUTO(json_decrefpp) json_t *bad = json_copy(good);
			struct error err = {0};

			json_object_set_new(bad, key, json_object());
			assert_int_equal(parse_json(i, bad, &err), -1);
			assert_int_equal(err.code, EBADMSG);
			assert_non_null(strstr(err.text, key));
			json_object_del(bad, key);
			assert_int_equal(parse_json(i, bad, &err), -1);
			assert_non_null(strstr(err.text, key));
		}
	}
}

static void
values_out_of_bounds_are_refused(void **state)
{
	static const struct {
		size_t message;
		const char *change; /* an object that is laid over the good one */
	} changes[] = {
		{0, "{\"session\":\"0123456789abcdef0123456789abcdeF\"}"},
		{0, "{\"session\":\"0123456789abcdef\"}"},
		{0, "{\"lane\":16}"},
		{0, "{\"lane\":-1}"},
		{0, "{\"lane\":0}"}, /* without an inventory */
		{0, "{\"lane\":0,\"inventory\":[]}"},
		{0, "{\"mode\":\"format\"}"},
		{0, "{\"cores\":0}"},
		{0, "{\"cores\":4294967297}"},
		{0, "{\"program\":\"0123456789012345678901234567890123456789"
		    "012345678901234567890123\"}"},
		{1, "{\"lanes\":0}"},
		{1, "{\"lanes\":17}"},
		{1, "{\"lanes\":1.0}"},
		{1, "{\"codec\":\"lzma\"}"},
		{1, "{\"machine\":\"../m\"}"},
		{2, "{\"level\":\"loud\"}"},
		{2, "{\"done\":-1}"},
		{2, "{\"seconds\":-0.1}"},
		{3, "{\"action\":\"rm\"}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		size_t m = changes[i].message;
		AUTO(json_decrefpp) json_t *json =
			json_loads(messages[m].good, 0, NULL);
		AUTO(json_decrefpp) json_t *change =
			json_loads(changes[i].change, 0, NULL);
		struct error err = {0};

		json_object_update(json, change);
		if (parse_json(m, json, &err) == 0)
			fail_msg("%s was taken", changes[i].change);
		assert_int_equal(err.code, EBADMSG);
	}
}

static void
what_is_no_json_object_is_refused(void **state)
{
	static const char *const payloads[] = {"", "{", "[]", "1", "null",
		"{} {}", "{\"a\":1,\"a\":2}", "{\"a\":\"\\u0000\"}",
		"{\"a\":\"\xff\"}"};
	struct error err;

	(void)state;
	for (size_t i = 0; i < MESSAGE_COUNT; i++) {
		for (size_t p = 0; p < sizeof payloads / sizeof payloads[0];
			p++) {
			assert_int_equal(messages[i].parse(payloads[p],
						 (uint32_t)strlen(payloads[p]),
						 &err), -1);
			assert_int_equal(err.code, EBADMSG);
		}
		assert_int_equal(messages[i].parse(NULL, 0, &err), -1);
	}
}

static void
a_member_that_is_there_twice_is_refused(void **state)
{
	static const char text[] = "{\"verdict\":\"boots\",\"text\":\"t\","
				   "\"action\":\"wait\",\"action\":\"wait\"}";
	struct error err;

	(void)state;
	assert_int_equal(parse_closing(text, sizeof text - 1, &err), -1);
	assert_int_equal(err.code, EBADMSG);
}

static void
a_deep_payload_does_not_exhaust_the_stack(void **state)
{
	static char deep[2 << 20];
	struct error err;

	(void)state;
	memset(deep, '[', sizeof deep);
	assert_int_equal(parse_hello(deep, sizeof deep, &err), -1);
	assert_int_equal(err.code, EBADMSG);
}

static void
another_version_or_hash_says_what_to_do(void **state)
{
	AUTO(json_decrefpp) json_t *json = json_loads(HELLO, 0, NULL);
	struct error err;

	(void)state;
	json_object_set_new(json, "hash", json_string("md5"));
	assert_int_equal(parse_json(0, json, &err), -1);
	assert_int_equal(err.code, EPROTONOSUPPORT);
	json_object_clear(json);
	json_object_set_new(json, "version", json_integer(2));
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(parse_json(i, json, &err), -1);
		assert_int_equal(err.code, EPROTONOSUPPORT);
		assert_non_null(strstr(err.text, "version 2"));
		assert_string_not_equal(err.hint, "");
	}
}

static void
texts_cannot_steer_a_terminal(void **state)
{
	static const char payload[] =
		"{\"verdict\":\"a\\u001b[2Jb\",\"text\":\"c\\u009bd\\u00e4\","
		"\"action\":\"wait\"}";
	struct closing got;
	struct error err;

	(void)state;
	assert_ok(closing_parse(&got, (const uint8_t *)payload,
			  sizeof payload - 1, &err), &err);
	assert_string_equal(got.verdict, "a?[2Jb");
	assert_string_equal(got.text, "c??d\xc3\xa4");
}

static void
a_failure_keeps_its_text_and_hint(void **state)
{
	AUTO(freep) char *payload = NULL;
	struct error why, got;

	(void)state;
	error_set(&why, ENOSPC, "write sda.raw");
	error_hint(&why, "make room\x1b");
	payload = failure_encode(&why);
	assert_int_equal(failure_decode((uint8_t *)payload,
				 (uint32_t)strlen(payload), &got), -1);
	assert_int_equal(got.code, EREMOTEIO);
	assert_non_null(strstr(got.text, "write sda.raw: No space left"));
	assert_string_equal(got.hint, "make room?");
}

static void
a_failure_that_is_none_is_refused(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(failure_decode((const uint8_t *)"[]", 2, &err), -1);
	assert_int_equal(err.code, EBADMSG);
	assert_int_equal(failure_decode(NULL, 0, &err), -1);
	assert_int_equal(err.code, EBADMSG);
}

#define over_a_lane(test)                                                      \
	cmocka_unit_test_setup_teardown(test, open_lane, close_lane)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		over_a_lane(hello_arrives_with_its_inventory),
		over_a_lane(welcome_arrives),
		over_a_lane(a_notice_of_the_longest_text_arrives),
		over_a_lane(a_notice_in_any_encoding_arrives),
		over_a_lane(the_last_word_arrives),
		over_a_lane(an_inventory_over_the_limit_is_not_sent),
		cmocka_unit_test(unknown_members_are_ignored),
		cmocka_unit_test(each_missing_or_wrong_member_is_named),
		cmocka_unit_test(values_out_of_bounds_are_refused),
		cmocka_unit_test(what_is_no_json_object_is_refused),
		cmocka_unit_test(a_member_that_is_there_twice_is_refused),
		cmocka_unit_test(a_deep_payload_does_not_exhaust_the_stack),
		cmocka_unit_test(another_version_or_hash_says_what_to_do),
		cmocka_unit_test(texts_cannot_steer_a_terminal),
		cmocka_unit_test(a_failure_keeps_its_text_and_hint),
		cmocka_unit_test(a_failure_that_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
