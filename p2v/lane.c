/*
 * One connection's loop: receive a request, read, hash, pack, answer.  It
 * remembers nothing between two requests.  session.c runs several.
 */
#include "p2v/lane.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "common/error.h"
#include "common/monotonic.h"
#include "common/own.h"
#include "p2v/packing.h"
#include "p2v/pulse.h"
#include "p2v/source.h"
#include "wire/block.h"
#include "wire/channel.h"

enum {
	MAP_BYTES = FRAME_RANGE_LIMIT / BLOCK_SECTOR_BYTES / 8,
	PULSE_MS = 10000,
	/*
	 * The host speaks every ten seconds, unless its own disk holds it up.
	 */
	SILENCE_SECONDS = 120
};

struct lane {
	const struct offer *offer;
	struct codec_context *codec;
	struct pulse *pulse;
	uint8_t *data;	  /* FRAME_RANGE_LIMIT bytes from the disk */
	uint8_t *payload; /* the answer */
	uint8_t bad_map[MAP_BYTES];
	uint8_t hashes[FRAME_RANGE_LIMIT / BLOCK_BYTES][HASH_BYTES];
	struct packing packing;
	uint64_t sent_bytes, wire_us; /* that packing knows of */
};

int
lane_new(struct lane **lane_out, const struct offer *offer, struct error *err)
{
	AUTO(lane_freep) struct lane *lane = calloc(1, sizeof *lane);

	if (lane == NULL)
		return error_set(err, ENOMEM, "open a lane");
	lane->offer = offer;
	/* Aligned, so that the disk can write there itself. */
	lane->data = aligned_alloc(SOURCE_ALIGN_BYTES, FRAME_RANGE_LIMIT);
	lane->payload = malloc(block_payload_limit(FRAME_RANGE_LIMIT));
	if (lane->data == NULL || lane->payload == NULL)
		return error_set(err, ENOMEM, "open a lane");
	if (codec_new(&lane->codec, err) == -1 ||
		pulse_new(&lane->pulse,
			offer->pulse_ms ? offer->pulse_ms : PULSE_MS, err) == -1)
		return -1;
	*lane_out = take(lane);
	return 0;
}

void
lane_free(struct lane *lane)
{
	if (lane == NULL)
		return;
	pulse_free(lane->pulse);
	codec_free(lane->codec);
	free(lane->data);
	free(lane->payload);
	free(lane);
}

/* frame_decode() checked the range by itself; this holds it against the disk. */
static int
check_range(const struct offer *offer, const struct frame *request,
	struct error *err)
{
	const char *what = frame_type_name(request->type);
	uint64_t end = request->offset_bytes + request->length, size;

	if (request->disk >= offer->count)
		return error_set(err, EBADMSG, "%s of disk %u, but %u are "
			"offered", what, request->disk, offer->count);
	size = source_size_bytes(offer->sources[request->disk]);
	if (request->length == 0 || end < request->offset_bytes || end > size)
		return error_set(err, EBADMSG, "%s of %ju bytes at %ju of a "
			"disk of %ju", what, (uintmax_t)request->length,
			(uintmax_t)request->offset_bytes, (uintmax_t)size);
	if (request->offset_bytes % BLOCK_BYTES != 0 ||
		(request->length % BLOCK_BYTES != 0 && end != size))
		return error_set(err, EBADMSG, "%s of %ju bytes at %ju is not "
			"made of whole blocks", what,
			(uintmax_t)request->length,
			(uintmax_t)request->offset_bytes);
	return 0;
}

/* Fill lane's data, bad_map and hashes; at most FRAME_RANGE_LIMIT bytes. */
static int
read_range(struct lane *lane, unsigned disk, uint64_t offset_bytes,
	uint32_t bytes, struct error *err)
{
	struct source *source = lane->offer->sources[disk];
	unsigned bad;

	/* A short last block is followed by bits that source_read() leaves. */
	memset(lane->bad_map, 0, sizeof lane->bad_map);
	if (source_read(source, lane->data, bytes, offset_bytes, lane->bad_map,
		    &bad, err) == -1)
		return -1;
	if (bad > 0 && lane->offer->on_bad_sectors != NULL)
		lane->offer->on_bad_sectors(lane->offer->context,
			source_name(source), offset_bytes, bad);
	return block_hashes(lane->data, bytes, lane->hashes, err);
}

/* The bad sectors of one block of the range; yields its flags. */
static uint8_t
block_flags(const struct lane *lane, uint32_t index,
	uint8_t map_out[BLOCK_BAD_MAP_BYTES])
{
	static const uint8_t none[BLOCK_BAD_MAP_BYTES];

	memcpy(map_out, lane->bad_map + (size_t)index * BLOCK_BAD_MAP_BYTES,
		BLOCK_BAD_MAP_BYTES);
	return memcmp(map_out, none, sizeof none) == 0 ? 0 : BLOCK_BAD;
}

/* Pack a block as `preferred` says, or not at all while that does not pay. */
static enum codec
pack(struct lane *lane, enum codec preferred, const uint8_t *data,
	uint32_t bytes, uint8_t *packed, size_t *packed_bytes_out)
{
	struct timespec began, ended;
	enum codec codec;

	if (!packing_wants(&lane->packing))
		return codec_pack(lane->codec, CODEC_NONE, data, bytes, packed,
			packed_bytes_out);
	began = monotonic_now();
	codec = codec_pack(lane->codec, preferred, data, bytes, packed,
		packed_bytes_out);
	ended = monotonic_now();
	if (codec != CODEC_ZERO)
		packing_tried(&lane->packing, bytes,
			(uint32_t)*packed_bytes_out,
			(uint64_t)((ended.tv_sec - began.tv_sec) * 1000000000 +
				ended.tv_nsec - began.tv_nsec));
	return codec;
}

static void
pack_block(struct lane *lane, enum codec codec, uint32_t range_bytes,
	uint32_t index, size_t *used)
{
	const uint8_t *data = lane->data + (size_t)index * BLOCK_BYTES;
	uint8_t *at = lane->payload + *used, *packed;
	struct block_record record = {0};
	size_t packed_bytes;

	record.flags = block_flags(lane, index, record.bad_map);
	memcpy(record.hash, lane->hashes[index], HASH_BYTES);
	packed = at + BLOCK_RECORD_BYTES +
		(record.flags & BLOCK_BAD ? BLOCK_BAD_MAP_BYTES : 0);
	record.codec = pack(lane, codec, data, block_length(range_bytes, index),
		packed, &packed_bytes);
	record.packed = packed;
	record.packed_bytes = (uint32_t)packed_bytes;
	*used += block_record_encode(at, &record);
}

/* Tell packing what the wire took of what was sent since the last time. */
static void
watch_wire(struct lane *lane, const struct channel *channel)
{
	uint64_t sent = channel_sent_bytes(channel), wire_us;

	if (channel_wire_us(channel, &wire_us) == -1)
		return;
	/* A new connection begins to count from 0. */
	if (sent > lane->sent_bytes && wire_us >= lane->wire_us)
		packing_sent(&lane->packing, sent - lane->sent_bytes,
			wire_us - lane->wire_us);
	lane->sent_bytes = sent;
	lane->wire_us = wire_us;
}

/* Read, hash and pack the range of a READ. */
static int
make_data(struct lane *lane, enum codec codec, const struct frame *request,
	size_t *used, struct error *err)
{
	if (read_range(lane, request->disk, request->offset_bytes,
		    request->length, err) == -1)
		return -1;
	for (uint32_t i = 0; i < block_count(request->length); i++)
		pack_block(lane, codec, request->length, i, used);
	return 0;
}

/* Append the sums of the part of the range that is in lane->data. */
static void
sum_blocks(struct lane *lane, uint32_t bytes, size_t *used)
{
	uint8_t map[BLOCK_BAD_MAP_BYTES];
	struct block_sum sum;

	for (uint32_t i = 0; i < block_count(bytes); i++) {
		sum.flags = block_flags(lane, i, map);
		memcpy(sum.hash, lane->hashes[i], HASH_BYTES);
		*used += block_sum_encode(lane->payload + *used, &sum);
	}
}

/* Read and hash the range of a HASH. */
static int
make_sums(struct lane *lane, const struct frame *request, size_t *used,
	struct error *err)
{
	uint32_t at = 0, bytes;

	for (; at < request->length; at += bytes) {
		bytes = request->length - at;
		if (bytes > FRAME_RANGE_LIMIT)
			bytes = FRAME_RANGE_LIMIT;
		if (read_range(lane, request->disk, request->offset_bytes + at,
			    bytes, err) == -1)
			return -1;
		sum_blocks(lane, bytes, used);
	}
	return 0;
}

/* READ and HASH; the host is told that we live when it takes long. */
static int
answer_range(struct lane *lane, struct channel *channel, enum codec codec,
	const struct frame *request, struct error *err)
{
	bool is_read = request->type == FRAME_READ;
	struct frame answer = *request;
	size_t used = 0;
	int failed = check_range(lane->offer, request, err);

	if (!failed) {
		watch_wire(lane, channel);
		pulse_begin(lane->pulse, channel);
		failed = is_read ? make_data(lane, codec, request, &used, err)
				 : make_sums(lane, request, &used, err);
		pulse_end(lane->pulse);
	}
	if (failed) {
		channel_send_error(channel, err);
		return -1;
	}
	answer.type = is_read ? FRAME_DATA : FRAME_SUMS;
	answer.payload_bytes = (uint32_t)used;
	return channel_send(channel, &answer, lane->payload, err);
}

/* The sums of the largest range fit where the records of a READ do. */
_Static_assert((FRAME_HASH_LIMIT / BLOCK_BYTES) * BLOCK_SUM_BYTES <=
	FRAME_RANGE_LIMIT, "sums fit in the payload buffer");

static int
show_notice(const struct offer *offer, const struct frame *frame,
	const uint8_t *payload, struct error *err)
{
	struct notice notice;

	if (notice_parse(&notice, payload, frame->payload_bytes, err) == -1)
		return -1;
	if (offer->on_notice != NULL)
		offer->on_notice(offer->context, &notice);
	return 0;
}

static int
answer_ping(struct channel *channel, const struct frame *request,
	struct error *err)
{
	struct frame answer = *request;

	answer.type = FRAME_PONG;
	answer.payload_bytes = 0;
	return channel_send(channel, &answer, NULL, err);
}

/* 0 to go on, 1 after CLOSE, -1. */
static int
answer(struct lane *lane, struct channel *channel, enum codec codec,
	const struct frame *frame, const uint8_t *payload,
	struct closing *closing_out, struct error *err)
{
	switch (frame->type) {
	case FRAME_READ:
	case FRAME_HASH:
		return answer_range(lane, channel, codec, frame, err);
	case FRAME_PING:
		return answer_ping(channel, frame, err);
	case FRAME_NOTICE:
		return show_notice(lane->offer, frame, payload, err);
	case FRAME_CLOSE:
		return closing_parse(closing_out, payload,
			       frame->payload_bytes, err) == -1
			? -1
			: 1;
	default:
		error_set(err, EBADMSG, "a source is not asked for %s",
			frame_type_name(frame->type));
		channel_send_error(channel, err);
		return -1;
	}
}

int
lane_serve(struct lane *lane, struct channel *channel, enum codec codec,
	struct closing *closing_out, struct error *err)
{
	int done = 0;

	while (done == 0) {
		const uint8_t *payload;
		struct frame frame;

		if (channel_receive(channel, &frame, &payload, SILENCE_SECONDS,
			    err) == -1) {
			if (err->code == EBADMSG)
				channel_send_error(channel, err);
			return -1;
		}
		done = answer(lane, channel, codec, &frame, payload,
			closing_out, err);
	}
	return done;
}
