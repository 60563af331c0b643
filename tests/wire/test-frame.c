/* frame.c: the bytes of a header, and every way in which one can be wrong. */
#include "tests/harness.h"

#include <errno.h>
#include <string.h>

#include "wire/block.h"
#include "wire/frame.h"

static const struct frame read_frame = {
	.type = FRAME_READ,
	.disk = 3,
	.cookie = 0x1122334455667788,
	.offset_bytes = 0x000a0b0c0d0e0000,
	.length = 0x00100000,
};

static void
the_header_is_these_bytes(void **state)
{
	static const uint8_t expected[FRAME_BYTES] = {
		'U', 'R', 'K', '1', 3, 0, 0, 0,
		0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11,
		0, 0, 0x0e, 0x0d, 0x0c, 0x0b, 0x0a, 0,
		0, 0, 0x10, 0, 3, 0, 0, 0};
	uint8_t header[FRAME_BYTES];

	(void)state;
	frame_encode(&read_frame, header);
	assert_memory_equal(header, expected, FRAME_BYTES);
}

static void
every_type_comes_back_as_it_went(void **state)
{
	for (int type = 1; type < FRAME_TYPE_END; type++) {
		int ranged = type >= FRAME_READ && type <= FRAME_SUMS;
		struct frame frame = {.type = (enum frame_type)type,
			.cookie = UINT64_MAX};
		struct frame got;
		uint8_t header[FRAME_BYTES];
		struct error err;

		if (ranged) {
			frame.disk = 255;
			frame.offset_bytes = 5 * BLOCK_BYTES;
			frame.length = 512;
		}
		if (type == FRAME_HELLO)
			frame.payload_bytes = 0x1fffff;
		frame_encode(&frame, header);
		assert_ok(frame_decode(&got, header, &err), &err);
		assert_int_equal(got.type, type);
		assert_int_equal(got.disk, frame.disk);
		assert_int_equal(got.cookie, frame.cookie);
		assert_int_equal(got.offset_bytes, frame.offset_bytes);
		assert_int_equal(got.length, frame.length);
		assert_int_equal(got.payload_bytes, frame.payload_bytes);
		assert_string_not_equal(frame_type_name(got.type), "unknown");
	}
	(void)state;
}

static void
assert_refused(const uint8_t header[FRAME_BYTES], const char *text)
{
	struct frame frame;
	struct error err = {0};

	assert_int_equal(frame_decode(&frame, header, &err), -1);
	assert_int_equal(err.code, EBADMSG);
	if (strstr(err.text, text) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", err.text, text);
}

static void
assert_frame_refused(const struct frame *frame, const char *text)
{
	uint8_t header[FRAME_BYTES];

	frame_encode(frame, header);
	assert_refused(header, text);
}

static void
wrong_magic_type_or_flags_are_refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		const char *text;
	} changes[] = {
		{0, 'u', "not a frame"},
		{3, '2', "not a frame"},
		{4, 0, "unknown type 0"},
		{4, FRAME_TYPE_END, "unknown type 12"},
		{5, 1, "unknown type 259"},
		{6, 1, "unknown flags"},
		{7, 0x80, "unknown flags"},
	};
	uint8_t header[FRAME_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		frame_encode(&read_frame, header);
		header[changes[i].at] = changes[i].value;
		assert_refused(header, changes[i].text);
	}
}

static void
a_hostile_range_is_refused(void **state)
{
	static const struct frame ranges[] = {
		{.type = FRAME_READ, .length = 0},
		{.type = FRAME_READ, .length = FRAME_RANGE_LIMIT + 512},
		{.type = FRAME_DATA, .length = FRAME_RANGE_LIMIT + 512},
		{.type = FRAME_READ, .length = UINT32_MAX - 511},
		{.type = FRAME_READ, .length = 513},
		{.type = FRAME_HASH, .length = FRAME_HASH_LIMIT + 512},
		{.type = FRAME_SUMS, .length = FRAME_HASH_LIMIT + 512},
		{.type = FRAME_READ, .length = 512, .offset_bytes = 512},
		{.type = FRAME_READ, .length = 512,
			.offset_bytes = UINT64_MAX - BLOCK_BYTES + 1},
		{.type = FRAME_READ, .length = 512,
			.offset_bytes = 1ULL << 63},
		{.type = FRAME_READ, .length = BLOCK_BYTES * 2,
			.offset_bytes = (1ULL << 63) - BLOCK_BYTES},
	};

	(void)state;
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		assert_frame_refused(&ranges[i], "frame ");
}

static void
the_last_block_of_the_largest_disk_can_be_asked_for(void **state)
{
	struct frame frame = {.type = FRAME_READ, .length = BLOCK_BYTES - 512,
		.offset_bytes = (1ULL << 63) - BLOCK_BYTES};
	uint8_t header[FRAME_BYTES];
	struct error err;

	(void)state;
	frame_encode(&frame, header);
	assert_ok(frame_decode(&frame, header, &err), &err);
}

static void
a_range_where_none_belongs_is_refused(void **state)
{
	static const struct frame frames[] = {
		{.type = FRAME_PING, .length = 512},
		{.type = FRAME_HELLO, .offset_bytes = BLOCK_BYTES},
		{.type = FRAME_CLOSE, .disk = 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++)
		assert_frame_refused(&frames[i], "with a range");
}

/* What each type may carry for a range of one block and a half. */
static const struct {
	enum frame_type type;
	uint32_t length;
	uint32_t most;
} payloads[] = {
	{FRAME_HELLO, 0, 2 << 20},
	{FRAME_WELCOME, 0, 8 << 10},
	{FRAME_READ, 98304, 0},
	{FRAME_DATA, 98304, 98304 + 2 * 56},
	{FRAME_HASH, 98304, 0},
	{FRAME_SUMS, 98304, 2 * 33},
	{FRAME_NOTICE, 0, 8 << 10},
	{FRAME_CLOSE, 0, 8 << 10},
	{FRAME_ERROR, 0, 8 << 10},
	{FRAME_PING, 0, 0},
	{FRAME_PONG, 0, 0},
};

static void
an_oversized_payload_is_refused(void **state)
{
	uint8_t header[FRAME_BYTES];
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
		struct frame frame = {.type = payloads[i].type,
			.length = payloads[i].length,
			.payload_bytes = payloads[i].most};

		frame_encode(&frame, header);
		assert_ok(frame_decode(&frame, header, &err), &err);
		frame.payload_bytes++;
		assert_frame_refused(&frame, "payload");
		frame.payload_bytes = 0xffffff;
		assert_frame_refused(&frame, "payload");
	}
}

static void
no_payload_is_over_the_common_limit(void **state)
{
	(void)state;
	assert_in_range(block_payload_limit(FRAME_RANGE_LIMIT), 1,
		FRAME_PAYLOAD_LIMIT);
	assert_in_range(block_count(FRAME_HASH_LIMIT) * BLOCK_SUM_BYTES, 1,
		FRAME_PAYLOAD_LIMIT);
	assert_true(FRAME_PAYLOAD_LIMIT < 1 << 24);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_is_these_bytes),
		cmocka_unit_test(every_type_comes_back_as_it_went),
		cmocka_unit_test(wrong_magic_type_or_flags_are_refused),
		cmocka_unit_test(a_hostile_range_is_refused),
		cmocka_unit_test(
			the_last_block_of_the_largest_disk_can_be_asked_for),
		cmocka_unit_test(a_range_where_none_belongs_is_refused),
		cmocka_unit_test(an_oversized_payload_is_refused),
		cmocka_unit_test(no_payload_is_over_the_common_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
