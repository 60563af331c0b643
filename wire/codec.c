/*
 * Packing a block's bytes for the wire.  Level 1 of both libraries: a capture
 * must keep up with a disk on one old core, and what does not pack well is sent
 * as it is.  Each state is made once and reused.  Read block.c next.
 */
#include "wire/codec.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>

#include "common/error.h"
#include "common/own.h"

enum { CODEC_LEVEL = 1 };

struct codec_context {
	ZSTD_CCtx *zstd_pack;
	ZSTD_DCtx *zstd_unpack;
	z_stream deflate;
	z_stream inflate;
	bool deflate_ready;
	bool inflate_ready;
};

OWN_DEFINE(struct codec_context, codec_free)

int
codec_new(struct codec_context **context_out, struct error *err)
{
	AUTO(codec_freep) struct codec_context *context =
		calloc(1, sizeof *context);

	if (context == NULL)
		return error_set(err, ENOMEM, "make a codec");
	context->zstd_pack = ZSTD_createCCtx();
	context->zstd_unpack = ZSTD_createDCtx();
	context->deflate_ready =
		deflateInit(&context->deflate, CODEC_LEVEL) == Z_OK;
	context->inflate_ready = inflateInit(&context->inflate) == Z_OK;
	if (context->zstd_pack == NULL || context->zstd_unpack == NULL ||
		!context->deflate_ready || !context->inflate_ready)
		return error_set(err, ENOMEM, "make a codec");
	*context_out = take(context);
	return 0;
}

void
codec_free(struct codec_context *context)
{
	if (context == NULL)
		return;
	ZSTD_freeCCtx(context->zstd_pack);
	ZSTD_freeDCtx(context->zstd_unpack);
	if (context->deflate_ready)
		deflateEnd(&context->deflate);
	if (context->inflate_ready)
		inflateEnd(&context->inflate);
	free(context);
}

/* The packers yield the packed length, or 0 when it would be over `room`. */
static size_t
pack_zlib(struct codec_context *context, const void *data, size_t bytes,
	void *packed, size_t room)
{
	z_stream *stream = &context->deflate;

	if (bytes > UINT32_MAX || deflateReset(stream) != Z_OK)
		return 0;
	stream->next_in = data;
	stream->avail_in = (uInt)bytes;
	stream->next_out = packed;
	stream->avail_out = (uInt)room;
	if (deflate(stream, Z_FINISH) != Z_STREAM_END)
		return 0;
	return room - stream->avail_out;
}

static size_t
pack_zstd(struct codec_context *context, const void *data, size_t bytes,
	void *packed, size_t room)
{
	size_t used = ZSTD_compressCCtx(context->zstd_pack, packed, room, data,
		bytes, CODEC_LEVEL);

	return ZSTD_isError(used) ? 0 : used;
}

/* The unpackers say whether the packing is that of exactly `bytes`. */
static bool
unpack_none(struct codec_context *context, const void *packed,
	size_t packed_bytes, void *data, size_t bytes)
{
	(void)context;
	if (packed_bytes != bytes)
		return false;
	memcpy(data, packed, bytes);
	return true;
}

static bool
unpack_zero(struct codec_context *context, const void *packed,
	size_t packed_bytes, void *data, size_t bytes)
{
	(void)context;
	(void)packed;
	memset(data, 0, bytes);
	return packed_bytes == 0;
}

static bool
unpack_zlib(struct codec_context *context, const void *packed,
	size_t packed_bytes, void *data, size_t bytes)
{
	z_stream *stream = &context->inflate;

	if (packed_bytes > UINT32_MAX || bytes > UINT32_MAX ||
		inflateReset(stream) != Z_OK)
		return false;
	stream->next_in = packed;
	stream->avail_in = (uInt)packed_bytes;
	stream->next_out = data;
	stream->avail_out = (uInt)bytes;
	return inflate(stream, Z_FINISH) == Z_STREAM_END &&
		stream->avail_in == 0 && stream->avail_out == 0;
}

/*
 * libzstd would also take several frames, skippable ones and the formats from
 * before 1.0, whose decoders see no fuzzing any more.
 */
static bool
unpack_zstd(struct codec_context *context, const void *packed,
	size_t packed_bytes, void *data, size_t bytes)
{
	static const uint8_t magic[] = {0x28, 0xb5, 0x2f, 0xfd};

	if (packed_bytes < sizeof magic ||
		memcmp(packed, magic, sizeof magic) != 0 ||
		ZSTD_findFrameCompressedSize(packed, packed_bytes) !=
			packed_bytes)
		return false;
	return ZSTD_decompressDCtx(context->zstd_unpack, data, bytes, packed,
		       packed_bytes) == bytes;
}

static const struct {
	const char *name;
	size_t (*pack)(struct codec_context *context, const void *data,
		size_t bytes, void *packed, size_t room);
	bool (*unpack)(struct codec_context *context, const void *packed,
		size_t packed_bytes, void *data, size_t bytes);
} codecs[CODEC_COUNT] = {
	[CODEC_NONE] = {"none", NULL, unpack_none},
	[CODEC_ZERO] = {"zero", NULL, unpack_zero},
	[CODEC_ZLIB] = {"zlib", pack_zlib, unpack_zlib},
	[CODEC_ZSTD] = {"zstd", pack_zstd, unpack_zstd},
};

const char *
codec_name(enum codec codec)
{
	return (unsigned)codec < CODEC_COUNT ? codecs[codec].name : "unknown";
}

int
codec_from_name(const char *name)
{
	for (int i = 0; i < CODEC_COUNT; i++)
		if (strcmp(codecs[i].name, name) == 0)
			return i;
	return -1;
}

/* All bytes equal the 16 before them, and the first 16 are zero. */
static bool
is_zero(const uint8_t *data, size_t bytes)
{
	static const uint8_t zeros[16];
	size_t head = bytes < sizeof zeros ? bytes : sizeof zeros;

	return memcmp(data, zeros, head) == 0 &&
		memcmp(data, data + head, bytes - head) == 0;
}

enum codec
codec_pack(struct codec_context *context, enum codec preferred,
	const void *data, size_t bytes, void *packed, size_t *packed_bytes_out)
{
	size_t room = bytes - bytes / 8, used = 0;

	*packed_bytes_out = 0;
	if (is_zero(data, bytes))
		return CODEC_ZERO;
	if (codecs[preferred].pack != NULL)
		used = codecs[preferred].pack(context, data, bytes, packed, room);
	if (used != 0) {
		*packed_bytes_out = used;
		return preferred;
	}
	memcpy(packed, data, bytes);
	*packed_bytes_out = bytes;
	return CODEC_NONE;
}

int
codec_unpack(struct codec_context *context, enum codec codec,
	const void *packed, size_t packed_bytes, void *data, size_t bytes,
	struct error *err)
{
	if ((unsigned)codec >= CODEC_COUNT)
		return error_set(err, EBADMSG, "unknown codec %u",
			(unsigned)codec);
	if (!codecs[codec].unpack(context, packed, packed_bytes, data, bytes))
		return error_set(err, EBADMSG,
			"%zu bytes are not a %s packing of %zu bytes",
			packed_bytes, codecs[codec].name, bytes);
	return 0;
}
