#ifndef WIRE_CODEC_H
#define WIRE_CODEC_H

#include <stddef.h>
#include <stdint.h>

struct error;

/* How a block's bytes are stored in a DATA payload; numbers are on the wire. */
enum codec {
	CODEC_NONE = 0, /* as they are */
	CODEC_ZERO = 1, /* all bytes are zero; nothing is stored */
	CODEC_ZLIB = 2, /* one zlib stream (RFC 1950) */
	CODEC_ZSTD = 3, /* one zstd frame (RFC 8878) */
	CODEC_COUNT
};

const char *codec_name(enum codec codec);
/* The codec of that name, or -1. */
int codec_from_name(const char *name);

/* One thread's compression state. */
struct codec_context;
int codec_new(struct codec_context **context_out, struct error *err);
void codec_free(struct codec_context *context);

/*
 * Pack `bytes` of data with the `preferred` codec into `packed`, which has room
 * for at least `bytes`.  Returns the codec that was used: CODEC_ZERO when all is
 * zero, CODEC_NONE (data copied) when packing gains less than an eighth, else
 * the preferred one.  *packed_bytes_out is at most `bytes`.
 */
enum codec codec_pack(struct codec_context *context, enum codec preferred,
	const void *data, size_t bytes, void *packed, size_t *packed_bytes_out);

/*
 * Unpack to exactly `bytes` of data.  Input is hostile: anything that is not a
 * well-formed packing of exactly that length fails with EBADMSG.
 */
int codec_unpack(struct codec_context *context, enum codec codec,
	const void *packed, size_t packed_bytes, void *data, size_t bytes,
	struct error *err);

#endif
