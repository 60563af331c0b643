#include "tests/convert/peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/monotonic.h"
#include "common/own.h"
#include "wire/block.h"

enum { IDLE_SECONDS = 45 };

static json_t *
inventory_of(const struct peer *peer)
{
	/* Unallocated: the first MiB, and what is behind 20. */
	json_t *partitions = json_pack("[{s:I, s:I, s:{s:s}}, "
		"{s:I, s:I, s:{s:s}}]", "start_bytes", (json_int_t)1 << 20,
		"size_bytes", (json_int_t)15 << 20, "filesystem", "type", "ext4",
		"start_bytes", (json_int_t)16 << 20, "size_bytes",
		(json_int_t)4 << 20, "filesystem", "type", "swap");

	return json_pack("{s:s, s:[{s:s, s:I, s:b}, {s:s, s:I, s:b, s:o}]}",
		"format", "unrack-inventory/1", "disks", "name", "sr0",
		"size_bytes", (json_int_t)4096, "offered", 0, "name", "sda",
		"size_bytes", (json_int_t)peer->bytes, "offered", 1,
		"partitions", partitions);
}

int
peer_open(struct peer *peer, struct channel **channel_out, unsigned lane,
	struct error *err)
{
	struct hello hello = {.version = FRAME_VERSION, .lane = lane,
		.program = "test", .codecs = {true, true, true, true},
		.hash = HASH_NAME, .mode = "capture", .cores = 1};
	struct channel *channel;
	const uint8_t *payload;
	struct frame frame;
	int failed;

	peer->requests = peer->answers = 0;
	if (channel_connect(&channel, peer->enrolment, 10, err) == -1)
		return -1;
	memcpy(hello.session, peer->session, sizeof hello.session);
	hello.inventory = lane == 0 ? inventory_of(peer) : NULL;
	failed = hello_send(channel, &hello, err);
	hello_release(&hello);
	if (failed || channel_receive(channel, &frame, &payload, 30, err) == -1) {
		channel_close(channel);
		return -1;
	}
	*channel_out = channel;
	return frame.type == FRAME_WELCOME ? 0
					   : error_set(err, EBADMSG, "welcome");
}

/* One record at `at`; returns its length. */
static size_t
put_record(const struct peer *peer, struct codec_context *codec, uint8_t *at,
	uint64_t offset, uint32_t bytes)
{
	AUTO(freep) uint8_t *packed = malloc(bytes), *data = malloc(bytes);
	struct block_record record = {.packed = packed};
	size_t packed_bytes;

	memcpy(data, peer->disk + offset, bytes);
	if (offset == 0 && peer->bad_map != NULL) {
		record.flags = BLOCK_BAD;
		memcpy(record.bad_map, peer->bad_map, BLOCK_BAD_MAP_BYTES);
	}
	hash_block(data, bytes, record.hash, NULL);
	if (peer->lie == PEER_WRONG_HASH)
		record.hash[7] ^= 1;
	record.codec = codec_pack(codec, CODEC_ZSTD, data, bytes, packed,
		&packed_bytes);
	record.packed_bytes = (uint32_t)packed_bytes;
	packed_bytes = block_record_encode(at, &record);
	if (peer->lie == PEER_HUGE_RECORD)
		at[6] = 0xff;
	return packed_bytes;
}

static int
answer_read(struct peer *peer, struct channel *channel,
	const struct frame *request, struct error *err)
{
	AUTO(freep) uint8_t *payload =
		malloc(block_payload_limit(request->length) + 16);
	struct codec_context *codec;
	struct frame answer = *request;
	size_t used = 0;

	for (; peer->pongs > 0; peer->pongs--) {
		const struct frame pong = {.type = FRAME_PONG};

		usleep(300000);
		if (channel_send(channel, &pong, NULL, err) == -1)
			return -1;
	}
	codec_new(&codec, err);
	for (uint32_t i = 0; i < block_count(request->length); i++)
		used += put_record(peer, codec, payload + used,
			request->offset_bytes + (uint64_t)i * BLOCK_BYTES,
			block_length(request->length, i));
	codec_free(codec);
	answer.type = FRAME_DATA;
	if (peer->lie == PEER_LONG)
		payload[used++] = 0;
	if (peer->lie == PEER_SHORT)
		used -= 8;
	if (peer->lie == PEER_WRONG_RANGE)
		answer.offset_bytes += BLOCK_BYTES;
	if (peer->lie == PEER_WRONG_COOKIE)
		answer.cookie += 1000;
	if (peer->lie == PEER_UNASKED_HELLO)
		answer = (struct frame){.type = FRAME_HELLO};
	answer.payload_bytes = (uint32_t)used;
	peer->read_bytes += request->length;
	peer->answers++;
	return channel_send(channel, &answer, payload, err);
}

static int
answer_hash(struct peer *peer, struct channel *channel,
	const struct frame *request, struct error *err)
{
	AUTO(freep) uint8_t *payload =
		malloc(block_count(request->length) * BLOCK_SUM_BYTES);
	struct frame answer = *request;
	size_t used = 0;

	if (peer->fails_later) {
		peer->fails_later = false;
		peer->disk = peer->later_disk;
		peer->bad_map = peer->later_bad_map;
	}
	for (uint32_t i = 0; i < block_count(request->length); i++) {
		struct block_sum sum = {0};

		if (peer->bad_map != NULL && request->offset_bytes + i == 0)
			sum.flags = BLOCK_BAD;
		hash_block(peer->disk + request->offset_bytes +
				(uint64_t)i * BLOCK_BYTES,
			block_length(request->length, i), sum.hash, err);
		used += block_sum_encode(payload + used, &sum);
	}
	answer.type = FRAME_SUMS;
	answer.payload_bytes = (uint32_t)used;
	peer->hashed_bytes += request->length;
	return channel_send(channel, &answer, payload, err);
}

static int
answer_frame(struct peer *peer, struct channel *channel,
	const struct frame *frame, const uint8_t *payload, struct error *err)
{
	struct frame pong = {.type = FRAME_PONG, .cookie = frame->cookie};
	struct notice notice;

	switch (frame->type) {
	case FRAME_READ:
		peer->requests++;
		if (peer->stop_after > 0 && peer->answers >= peer->stop_after)
			return peer->requests == peer->answers + 4 ? 2 : 0;
		return answer_read(peer, channel, frame, err);
	case FRAME_HASH:
		return answer_hash(peer, channel, frame, err);
	case FRAME_PING:
		return channel_send(channel, &pong, NULL, err);
	case FRAME_NOTICE:
		if (notice_parse(&notice, payload, frame->payload_bytes, err) ==
			-1)
			return -1;
		peer->notices++;
		if (notice.text[0] != '\0')
			strcpy(peer->last_notice, notice.text);
		return 0;
	case FRAME_CLOSE:
		return closing_parse(&peer->closing, payload,
			       frame->payload_bytes, err) == -1
			? -1
			: 1;
	default:
		return error_set(err, EBADMSG, "frame %d", frame->type);
	}
}

int
peer_serve(struct peer *peer, struct channel *channel, struct error *err)
{
	time_t asked = monotonic_ticks();
	const uint8_t *payload;
	struct frame frame;
	int done = 0;

	while (done == 0) {
		if (channel_receive(channel, &frame, &payload, IDLE_SECONDS,
			    err) == -1)
			return -1;
		if (frame.type == FRAME_READ || frame.type == FRAME_HASH)
			asked = monotonic_ticks();
		if (monotonic_ticks() - asked > IDLE_SECONDS)
			return error_set(err, ETIMEDOUT, "nothing is asked for");
		done = answer_frame(peer, channel, &frame, payload, err);
	}
	return done;
}
