/* A lane over real TLS: what it answers, and what it does not. */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "tests/harness.h"

#include "common/own.h"
#include "p2v/lane.h"
#include "p2v/source.h"
#include "tests/p2v/host.h"
#include "wire/block.h"

enum {
	TAIL = 1536, /* of the last block */
	DISK_BYTES = 20 * BLOCK_BYTES + TAIL,
	BAD_SECTOR = 2 * BLOCK_BYTES / BLOCK_SECTOR_BYTES + 13,
};

/* Block 0 is noise, block 1 zeros, the others text; one sector is bad. */
static uint8_t disk[DISK_BYTES];

static void
fill_disk(void)
{
	uint32_t noise = 1;

	for (size_t i = 0; i < DISK_BYTES; i++) {
		noise = noise * 1664525 + 1013904223;
		disk[i] = i < BLOCK_BYTES ? (uint8_t)(noise >> 24)
			: i < 2 * BLOCK_BYTES ? 0
					      : (uint8_t)('a' + i / 1000 % 26);
	}
}

/* A dying disk: a read lasts until the test ends it. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool slow;
} dying = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};

static void
set_slow(bool slow)
{
	pthread_mutex_lock(&dying.lock);
	dying.slow = slow;
	pthread_cond_broadcast(&dying.changed);
	pthread_mutex_unlock(&dying.lock);
}

static int
disk_read(void *context, void *data, size_t bytes, uint64_t offset_bytes,
	int careful)
{
	uint64_t bad = (uint64_t)BAD_SECTOR * BLOCK_SECTOR_BYTES;

	(void)context;
	(void)careful;
	pthread_mutex_lock(&dying.lock);
	while (dying.slow)
		pthread_cond_wait(&dying.changed, &dying.lock);
	pthread_mutex_unlock(&dying.lock);
	if (offset_bytes <= bad && bad < offset_bytes + bytes)
		return EIO;
	assert_true(offset_bytes + bytes <= DISK_BYTES);
	memcpy(data, disk + offset_bytes, bytes);
	return 0;
}

static void
disk_close(void *context)
{
	(void)context;
}

static const struct source_ops disk_ops = {disk_read, disk_close};

/* A source that serves one lane in a thread, and the host's end of it. */
struct serving {
	struct host host;
	struct enrolment enrolment;
	struct source *source;
	struct offer offer;
	struct channel *channel; /* the host's */
	pthread_t thread;
	int result;
	struct closing closing;
	struct error err;
	struct notice notice;
	unsigned bad_sectors;
};

OWN_DEFINE(struct channel, channel_close)

static void
note_bad(void *context, const char *name, uint64_t offset_bytes,
	unsigned count)
{
	(void)name;
	(void)offset_bytes;
	((struct serving *)context)->bad_sectors += count;
}

static void
note_notice(void *context, const struct notice *notice)
{
	((struct serving *)context)->notice = *notice;
}

static void *
serve(void *context)
{
	struct serving *serving = context;
	AUTO(channel_closep) struct channel *channel = NULL;
	AUTO(lane_freep) struct lane *lane = NULL;

	serving->result = -1;
	if (channel_connect(&channel, &serving->enrolment, 20, &serving->err) ==
			0 &&
		lane_new(&lane, &serving->offer, &serving->err) == 0)
		serving->result = lane_serve(lane, channel, CODEC_ZSTD,
			&serving->closing, &serving->err);
	return NULL;
}

static void
start_pulsing(struct serving *serving, unsigned pulse_ms)
{
	struct error err = {0};

	memset(serving, 0, sizeof *serving);
	host_open(&serving->host, &serving->enrolment);
	assert_ok(source_new(&serving->source, "disk", DISK_BYTES, 512,
		&disk_ops, NULL, &err), &err);
	serving->offer = (struct offer){&serving->source, 1, note_notice,
		note_bad, serving, pulse_ms};
	pthread_create(&serving->thread, NULL, serve, serving);
	serving->channel = host_accept(&serving->host);
	assert_non_null(serving->channel);
}

static void
start(struct serving *serving)
{
	start_pulsing(serving, 0);
}

/* The host's end goes away, if it has not yet. */
static void
finish(struct serving *serving)
{
	channel_close(serving->channel);
	pthread_join(serving->thread, NULL);
	source_close(serving->source);
	host_close(&serving->host);
}

/* What the disk gives, with the bad sector as zeros. */
static void
wanted_block(uint8_t *data, uint64_t offset_bytes, uint32_t bytes)
{
	uint64_t bad = (uint64_t)BAD_SECTOR * BLOCK_SECTOR_BYTES;

	memcpy(data, disk + offset_bytes, bytes);
	if (offset_bytes <= bad && bad < offset_bytes + bytes)
		memset(data + (bad - offset_bytes), 0, BLOCK_SECTOR_BYTES);
}

static void
assert_bad_map(const struct block_record *record, uint64_t offset_bytes)
{
	uint64_t first = offset_bytes / BLOCK_SECTOR_BYTES;
	bool has_bad = first <= BAD_SECTOR &&
		BAD_SECTOR < first + BLOCK_BYTES / BLOCK_SECTOR_BYTES;

	assert_int_equal(record->flags, has_bad ? BLOCK_BAD : 0);
	for (unsigned i = 0; has_bad && i < BLOCK_BAD_MAP_BYTES * 8; i++)
		assert_int_equal(record->bad_map[i / 8] >> i % 8 & 1,
			first + i == BAD_SECTOR);
}

static void
assert_range(struct serving *serving, uint64_t offset_bytes, uint32_t length)
{
	static uint8_t data[BLOCK_BYTES], wanted[BLOCK_BYTES];
	struct codec_context *codec;
	const uint8_t *at, *end;
	struct block_record record;
	struct error err = {0};
	struct frame frame;

	assert_ok(codec_new(&codec, &err), &err);
	host_ask(serving->channel, FRAME_READ, 0, offset_bytes, length);
	host_hear(serving->channel, FRAME_DATA, &frame, &at);
	assert_int_equal(frame.offset_bytes, offset_bytes);
	assert_int_equal(frame.length, length);
	end = at + frame.payload_bytes;
	for (uint32_t i = 0; i < block_count(length); i++) {
		uint32_t bytes = block_length(length, i);
		uint64_t place = offset_bytes + (uint64_t)i * BLOCK_BYTES;

		assert_ok(block_record_decode(&record, &at, end, bytes, &err),
			&err);
		assert_ok(block_unpack(codec, &record, data, bytes, &err),
			&err);
		wanted_block(wanted, place, bytes);
		assert_memory_equal(data, wanted, bytes);
		assert_bad_map(&record, place);
	}
	assert_ptr_equal(at, end);
	codec_free(codec);
}

static void
read_gives_the_bytes_of_the_disk(void **state)
{
	struct serving serving;

	(void)state;
	start(&serving);
	assert_range(&serving, 0, BLOCK_BYTES);
	assert_range(&serving, 0, FRAME_RANGE_LIMIT);
	assert_range(&serving, FRAME_RANGE_LIMIT,
		DISK_BYTES - FRAME_RANGE_LIMIT);
	assert_range(&serving, 20 * BLOCK_BYTES, TAIL);
	finish(&serving);
	assert_int_equal(serving.bad_sectors, 1);
}

static void
bad_sectors_are_of_the_range_that_was_asked_for(void **state)
{
	struct serving serving;

	(void)state;
	start(&serving);
	assert_range(&serving, 2 * BLOCK_BYTES, BLOCK_BYTES);
	assert_range(&serving, 20 * BLOCK_BYTES, TAIL);
	finish(&serving);
}

static void
hash_gives_the_sums_of_what_read_gives(void **state)
{
	static uint8_t wanted[BLOCK_BYTES];
	uint8_t hash[HASH_BYTES];
	const uint8_t *at, *end;
	struct serving serving;
	struct block_sum sum;
	struct error err = {0};
	struct frame frame;

	(void)state;
	start(&serving);
	host_ask(serving.channel, FRAME_HASH, 0, 0, DISK_BYTES);
	host_hear(serving.channel, FRAME_SUMS, &frame, &at);
	end = at + frame.payload_bytes;
	for (uint32_t i = 0; i < block_count(DISK_BYTES); i++) {
		uint32_t bytes = block_length(DISK_BYTES, i);

		assert_ok(block_sum_decode(&sum, &at, end, &err), &err);
		wanted_block(wanted, (uint64_t)i * BLOCK_BYTES, bytes);
		assert_ok(hash_block(wanted, bytes, hash, &err), &err);
		assert_memory_equal(sum.hash, hash, HASH_BYTES);
		assert_int_equal(sum.flags, i == 2 ? BLOCK_BAD : 0);
	}
	assert_ptr_equal(at, end);
	finish(&serving);
}

static void
ping_notice_and_close_are_understood(void **state)
{
	struct notice notice = {.stage = "capture", .text = "hello",
		.level = "info", .done = 1, .total = 2, .seconds = 3};
	struct closing closing = {.verdict = "boots", .text = "fine",
		.action = "poweroff"};
	struct serving serving;
	const uint8_t *payload;
	struct error err = {0};
	struct frame frame;

	(void)state;
	start(&serving);
	host_ask(serving.channel, FRAME_PING, 0, 0, 0);
	host_hear(serving.channel, FRAME_PONG, &frame, &payload);
	assert_ok(notice_send(serving.channel, &notice, &err), &err);
	assert_ok(closing_send(serving.channel, &closing, &err), &err);
	finish(&serving);
	assert_int_equal(serving.result, 1);
	assert_string_equal(serving.closing.verdict, "boots");
	assert_string_equal(serving.closing.action, "poweroff");
	assert_string_equal(serving.notice.text, "hello");
	assert_int_equal(serving.notice.total, 2);
}

static void
request_that_does_not_fit_the_disk_ends_the_lane(void **state)
{
	static const struct {
		unsigned type, disk;
		uint64_t offset_bytes;
		uint32_t length;
	} cases[] = {
		{FRAME_READ, 1, 0, BLOCK_BYTES},
		{FRAME_READ, 255, 0, BLOCK_BYTES},
		{FRAME_READ, 0, 0, BLOCK_BYTES - 512},
		{FRAME_READ, 0, 0, BLOCK_BYTES + 512},
		{FRAME_READ, 0, 20 * BLOCK_BYTES, TAIL - 512},
		{FRAME_READ, 0, 20 * BLOCK_BYTES, BLOCK_BYTES},
		{FRAME_READ, 0, 21 * BLOCK_BYTES, BLOCK_BYTES},
		{FRAME_READ, 0, (uint64_t)1 << 62, BLOCK_BYTES},
		{FRAME_HASH, 1, 0, BLOCK_BYTES},
		{FRAME_HASH, 0, 20 * BLOCK_BYTES, BLOCK_BYTES},
		{FRAME_HASH, 0, 0, FRAME_HASH_LIMIT},
		{FRAME_DATA, 0, 0, BLOCK_BYTES},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct serving serving;
		const uint8_t *payload;
		struct error err = {0};
		struct frame frame;

		start(&serving);
		host_ask(serving.channel, cases[i].type, cases[i].disk,
			cases[i].offset_bytes, cases[i].length);
		assert_int_equal(channel_receive(serving.channel, &frame,
			&payload, 20, &err), -1);
		assert_int_equal(err.code, EREMOTEIO);
		finish(&serving);
		assert_int_equal(serving.result, -1);
		assert_int_equal(serving.err.code, EBADMSG);
	}
}

static void
host_that_goes_away_ends_the_lane(void **state)
{
	struct serving serving;

	(void)state;
	start(&serving);
	finish(&serving);
	assert_int_equal(serving.result, -1);
}

/* The answer comes after signs of life, however long the disk takes. */
static void
a_lane_with_a_dying_disk_says_that_it_lives(void **state)
{
	static const enum frame_type types[] = {FRAME_READ, FRAME_HASH};
	struct serving serving;
	const uint8_t *payload;
	struct frame frame;

	(void)state;
	start_pulsing(&serving, 20);
	for (int i = 0; i < 2; i++) {
		set_slow(true);
		host_ask(serving.channel, types[i], 0, 0, BLOCK_BYTES);
		for (int pongs = 0; pongs < 3; pongs++) {
			assert_ok(channel_receive(serving.channel, &frame,
				&payload, 20, &serving.err), &serving.err);
			assert_int_equal(frame.type, FRAME_PONG);
		}
		set_slow(false);
		do
			assert_ok(channel_receive(serving.channel, &frame,
				&payload, 20, &serving.err), &serving.err);
		while (frame.type == FRAME_PONG);
		assert_int_equal(frame.type, i == 0 ? FRAME_DATA : FRAME_SUMS);
	}
	finish(&serving);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_gives_the_bytes_of_the_disk),
		cmocka_unit_test(
			bad_sectors_are_of_the_range_that_was_asked_for),
		cmocka_unit_test(hash_gives_the_sums_of_what_read_gives),
		cmocka_unit_test(ping_notice_and_close_are_understood),
		cmocka_unit_test(request_that_does_not_fit_the_disk_ends_the_lane),
		cmocka_unit_test(host_that_goes_away_ends_the_lane),
		cmocka_unit_test(a_lane_with_a_dying_disk_says_that_it_lives),
	};

	fill_disk();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
