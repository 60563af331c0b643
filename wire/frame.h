#ifndef WIRE_FRAME_H
#define WIRE_FRAME_H

#include <stddef.h>
#include <stdint.h>

struct error;

/*
 * Everything inside TLS is a sequence of frames: a header of 32 bytes, little
 * endian, and `payload_bytes` of payload.
 *
 *	 0  u32 magic "URK1"
 *	 4  u16 type
 *	 6  u16 flags		0
 *	 8  u64 cookie		chosen by whoever asks, repeated in the answer
 *	16  u64 offset_bytes	READ, HASH and their answers
 *	24  u32 length		READ, HASH: bytes of the range; answers repeat it
 *	28  u32 disk:8 payload_bytes:24
 *
 * docs/protocol.md draws the dialogue.
 */
enum {
	FRAME_BYTES = 32,
	FRAME_PAYLOAD_LIMIT = 4 << 20,
	FRAME_RANGE_LIMIT = 1 << 20, /* of a READ */
	FRAME_HASH_LIMIT = 64 << 20, /* of a HASH */
	FRAME_VERSION = 1
};

enum frame_type {
	FRAME_HELLO = 1,   /* source to host, first on each lane: JSON */
	FRAME_WELCOME = 2, /* host to source, the answer: JSON */
	FRAME_READ = 3,	   /* host to source: no payload */
	FRAME_DATA = 4,	   /* source to host: block records (block.h) */
	FRAME_HASH = 5,	   /* host to source: no payload */
	FRAME_SUMS = 6,	   /* source to host: block sums (block.h) */
	FRAME_NOTICE = 7,  /* host to source: JSON for the screen */
	FRAME_CLOSE = 8,   /* host to source: JSON, the last word */
	FRAME_ERROR = 9,   /* either way: JSON, then the sender closes */
	FRAME_PING = 10,   /* host to source: no payload */
	FRAME_PONG = 11,   /* source to host: no payload */
	FRAME_TYPE_END
};

struct frame {
	enum frame_type type;
	uint8_t disk; /* index into the inventory's offered disks */
	uint64_t cookie;
	uint64_t offset_bytes;
	uint32_t length;
	uint32_t payload_bytes;
};

void frame_encode(const struct frame *frame, uint8_t header[FRAME_BYTES]);

/*
 * Check and decode a header.  Fails with EBADMSG on a wrong magic, an unknown
 * type, set flags, a payload over the type's limit, or a range that is empty,
 * over its limit, not of whole sectors, not at the start of a block, or wraps
 * around; and on a disk, offset or length in a type that has no range.
 */
int frame_decode(struct frame *frame_out, const uint8_t header[FRAME_BYTES],
	struct error *err);

const char *frame_type_name(enum frame_type type);

#endif
