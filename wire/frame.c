/*
 * The header in front of everything on the wire.  What each type may carry is a
 * table; all numbers are checked here once, so that the code behind trusts them.
 * Read channel.c next.
 */
#include "wire/frame.h"

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "common/error.h"
#include "wire/block.h"

enum {
	FRAME_MAGIC = 0x314b5255, /* "URK1" */
	HELLO_LIMIT = 2 << 20,	  /* the inventory of a big machine */
	TEXT_LIMIT = 8 << 10	  /* the texts of message.h, all escaped */
};

static size_t
sums_limit(uint32_t range_bytes)
{
	return (size_t)block_count(range_bytes) * BLOCK_SUM_BYTES;
}

static const struct rule {
	const char *name;
	uint32_t range_limit;			/* 0: has no range */
	uint32_t payload_limit;			/* 0: as the next one says */
	size_t (*payload_limit_of)(uint32_t);	/* NULL: carries none */
} rules[FRAME_TYPE_END] = {
	[FRAME_HELLO] = {"HELLO", 0, HELLO_LIMIT, NULL},
	[FRAME_WELCOME] = {"WELCOME", 0, TEXT_LIMIT, NULL},
	[FRAME_READ] = {"READ", FRAME_RANGE_LIMIT, 0, NULL},
	[FRAME_DATA] = {"DATA", FRAME_RANGE_LIMIT, 0, block_payload_limit},
	[FRAME_HASH] = {"HASH", FRAME_HASH_LIMIT, 0, NULL},
	[FRAME_SUMS] = {"SUMS", FRAME_HASH_LIMIT, 0, sums_limit},
	[FRAME_NOTICE] = {"NOTICE", 0, TEXT_LIMIT, NULL},
	[FRAME_CLOSE] = {"CLOSE", 0, TEXT_LIMIT, NULL},
	[FRAME_ERROR] = {"ERROR", 0, TEXT_LIMIT, NULL},
	[FRAME_PING] = {"PING", 0, 0, NULL},
	[FRAME_PONG] = {"PONG", 0, 0, NULL},
};

const char *
frame_type_name(enum frame_type type)
{
	if ((unsigned)type >= FRAME_TYPE_END || rules[type].name == NULL)
		return "unknown";
	return rules[type].name;
}

static void
put(uint8_t *at, uint64_t value, size_t bytes)
{
	uint64_t little = htole64(value);

	memcpy(at, &little, bytes);
}

static uint64_t
get(const uint8_t *at, size_t bytes)
{
	uint64_t little = 0;

	memcpy(&little, at, bytes);
	return le64toh(little);
}

void
frame_encode(const struct frame *frame, uint8_t header[FRAME_BYTES])
{
	put(header, FRAME_MAGIC, 4);
	put(header + 4, frame->type, 2);
	put(header + 6, 0, 2);
	put(header + 8, frame->cookie, 8);
	put(header + 16, frame->offset_bytes, 8);
	put(header + 24, frame->length, 4);
	header[28] = frame->disk;
	put(header + 29, frame->payload_bytes, 3);
}

static int
check_range(const struct frame *frame, const struct rule *rule,
	struct error *err)
{
	if (rule->range_limit == 0) {
		if (frame->offset_bytes == 0 && frame->length == 0 &&
			frame->disk == 0)
			return 0;
		return error_set(err, EBADMSG, "%s frame with a range",
			rule->name);
	}
	if (frame->length == 0 || frame->length > rule->range_limit ||
		frame->length % BLOCK_SECTOR_BYTES != 0)
		return error_set(err, EBADMSG, "%s frame of %u bytes",
			rule->name, frame->length);
	if (frame->offset_bytes % BLOCK_BYTES != 0 ||
		frame->offset_bytes > (uint64_t)INT64_MAX - frame->length)
		return error_set(err, EBADMSG, "%s frame at byte %ju",
			rule->name, (uintmax_t)frame->offset_bytes);
	return 0;
}

static int
check_payload(const struct frame *frame, const struct rule *rule,
	struct error *err)
{
	size_t limit = rule->payload_limit_of == NULL
		? rule->payload_limit
		: rule->payload_limit_of(frame->length);

	if (frame->payload_bytes > limit)
		return error_set(err, EBADMSG,
			"%s frame with %u bytes of payload, at most %zu are allowed",
			rule->name, frame->payload_bytes, limit);
	return 0;
}

int
frame_decode(struct frame *frame_out, const uint8_t header[FRAME_BYTES],
	struct error *err)
{
	unsigned type = (unsigned)get(header + 4, 2);
	struct frame frame = {
		.type = (enum frame_type)type,
		.cookie = get(header + 8, 8),
		.offset_bytes = get(header + 16, 8),
		.length = (uint32_t)get(header + 24, 4),
		.disk = header[28],
		.payload_bytes = (uint32_t)get(header + 29, 3),
	};

	if (get(header, 4) != FRAME_MAGIC)
		return error_set(err, EBADMSG, "not a frame");
	if (type >= FRAME_TYPE_END || rules[type].name == NULL)
		return error_set(err, EBADMSG, "frame of unknown type %u", type);
	if (get(header + 6, 2) != 0)
		return error_set(err, EBADMSG, "%s frame with unknown flags",
			rules[type].name);
	if (check_range(&frame, &rules[type], err) == -1 ||
		check_payload(&frame, &rules[type], err) == -1)
		return -1;
	*frame_out = frame;
	return 0;
}
