/*
 * Decompression of one segment of an initramfs.  libarchive does it, one
 * forced filter and no container format, and tells where a gzip, bzip2 or lzma
 * stream ended.  For xz, lz4 and zstd it reads on into whatever follows and
 * fails there, losing output; so for these the end is found first, from the
 * format's own lengths, and libarchive sees no byte more.
 */
#include "drivers-inject/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <zstd.h>

#include "common/error.h"
#include "common/own.h"

enum {
	LZ4_BLOCK_LIMIT = (8 << 20) + (8 << 20) / 255 + 16,
	LZMA_DICTIONARY_LIMIT = 128 << 20,
};

static uint32_t
u32_at(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
		(uint32_t)at[3] << 24;
}

/*
 * The header names the size of the dictionary, which liblzma allocates at once;
 * what compressors make has 64 MiB at most.  The end stays unknown.
 */
static int
lzma_end(size_t *end_out, const uint8_t *data, size_t bytes, struct error *err)
{
	if (bytes < 13)
		return error_set(err, 0, "lzma: cut within the header");
	if (u32_at(data + 1) > LZMA_DICTIONARY_LIMIT)
		return error_set(err, 0, "lzma: a dictionary of %ju bytes",
			(uintmax_t)u32_at(data + 1));
	*end_out = 0;
	return 0;
}

static int
zstd_end(size_t *end_out, const uint8_t *data, size_t bytes, struct error *err)
{
	size_t end = ZSTD_findFrameCompressedSize(data, bytes);

	if (ZSTD_isError(end))
		return error_set(err, 0, "zstd: %s", ZSTD_getErrorName(end));
	*end_out = end;
	return 0;
}

/* Blocks follow until something is no block size: a magic number or zeros. */
static int
lz4_end(size_t *end_out, const uint8_t *data, size_t bytes, struct error *err)
{
	size_t at = 4;

	while (bytes - at >= 4) {
		uint32_t block = u32_at(data + at);

		if (block == 0 || block > LZ4_BLOCK_LIMIT)
			break;
		if (block > bytes - at - 4)
			return error_set(err, 0, "lz4: cut within a block");
		at += 4 + block;
	}
	*end_out = at;
	return 0;
}

/* An xz variable-length integer; returns the bytes it took, 0 when bad. */
static size_t
xz_number(uint64_t *value_out, const uint8_t *data, size_t bytes)
{
	*value_out = 0;
	for (size_t i = 0; i < bytes && i < 9; i++) {
		*value_out |= (uint64_t)(data[i] & 0x7f) << (7 * i);
		if ((data[i] & 0x80) == 0)
			return i + 1;
	}
	return 0;
}

/* The least that a block has, by the format. */
enum { XZ_BLOCK_BYTES = 5 };

/* Does the index at [index_at, end) describe blocks that fill [12, index_at)? */
static bool
xz_index_fits(const uint8_t *data, size_t index_at, size_t end)
{
	uint64_t records, unpadded, plain, sum = 12;
	size_t at = index_at + 1, took;

	if (data[index_at] != 0)
		return false;
	took = xz_number(&records, data + at, end - at);
	if (took == 0)
		return false;
	at += took;
	for (; records > 0; records--) {
		took = xz_number(&unpadded, data + at, end - at);
		if (took == 0 || unpadded < XZ_BLOCK_BYTES ||
			unpadded > index_at)
			return false;
		at += took;
		took = xz_number(&plain, data + at, end - at);
		if (took == 0)
			return false;
		at += took;
		sum += (unpadded + 3) & ~(uint64_t)3;
		if (sum > index_at)
			return false;
	}
	return sum == index_at;
}

/*
 * A stream ends with a 12-byte footer: CRC, size of the index before it, the
 * flags of the header again, "YZ".  Chance hits are told by the index; those that
 * somebody placed are looked into until that was as much as the whole image.
 */
static int
xz_end(size_t *end_out, const uint8_t *data, size_t bytes, struct error *err)
{
	size_t seen = 0;

	for (size_t end = 32; end <= bytes && seen <= bytes; end += 4) {
		const uint8_t *footer = data + end - 12;
		size_t index_bytes;

		if (footer[10] != 'Y' || footer[11] != 'Z' ||
			memcmp(footer + 8, data + 6, 2) != 0)
			continue;
		if (u32_at(footer + 4) > (end - 28) / 4)
			continue;
		index_bytes = ((size_t)u32_at(footer + 4) + 1) * 4;
		seen += index_bytes;
		if (index_bytes > end - 24 ||
			!xz_index_fits(data, end - 12 - index_bytes, end - 12))
			continue;
		*end_out = end;
		return 0;
	}
	return error_set(err, 0, "xz: no end of stream");
}

/* Indexed by enum unpack_kind. */
static const struct {
	const char *name;
	const char *magic;
	size_t magic_bytes;
	int filter;
	/* finds 0 when only the decompressor can tell */
	int (*find_end)(size_t *end_out, const uint8_t *data, size_t bytes,
		struct error *err);
} kinds[] = {
	[UNPACK_UNKNOWN] = {"unknown", NULL, 0, 0, NULL},
	[UNPACK_RAW] = {"uncompressed", "0707", 4, 0, NULL},
	[UNPACK_GZIP] = {"gzip", "\x1f\x8b", 2, ARCHIVE_FILTER_GZIP, NULL},
	[UNPACK_BZIP2] = {"bzip2", "BZh", 3, ARCHIVE_FILTER_BZIP2, NULL},
	[UNPACK_LZMA] = {"lzma", "\x5d\0\0", 3, ARCHIVE_FILTER_LZMA,
		lzma_end},
	[UNPACK_XZ] = {"xz", "\xfd" "7zXZ\0", 6, ARCHIVE_FILTER_XZ, xz_end},
	[UNPACK_LZ4] = {"lz4", "\x02\x21\x4c\x18", 4, ARCHIVE_FILTER_LZ4,
		lz4_end},
	[UNPACK_ZSTD] = {"zstd", "\x28\xb5\x2f\xfd", 4, ARCHIVE_FILTER_ZSTD,
		zstd_end},
	[UNPACK_LZO] = {"lzo", "\x89LZO", 4, 0, NULL},
};

const char *
unpack_name(enum unpack_kind kind)
{
	return kinds[kind].name;
}

enum unpack_kind
unpack_recognise(const uint8_t *data, size_t bytes)
{
	for (size_t i = 1; i < sizeof kinds / sizeof *kinds; i++)
		if (bytes >= kinds[i].magic_bytes &&
			memcmp(data, kinds[i].magic, kinds[i].magic_bytes) == 0)
			return (enum unpack_kind)i;
	return UNPACK_UNKNOWN;
}

static void
reader_freep(struct archive **reader)
{
	archive_read_free(*reader);
}

static int
reader_fail(struct archive *reader, enum unpack_kind kind, struct error *err)
{
	const char *why = archive_error_string(reader);

	return error_set(err, 0, "%s: %s", kinds[kind].name,
		why == NULL ? "cannot be decompressed" : why);
}

static int
read_all(struct archive *reader, enum unpack_kind kind, uint8_t **plain_out,
	size_t *plain_bytes_out, size_t limit_bytes, struct error *err)
{
	AUTO(freep) uint8_t *plain = NULL;
	size_t used = 0, room = 0;

	for (;;) {
		la_ssize_t got;

		if (used == room) {
			uint8_t *larger;

			room = room * 2 + 65536;
			if (room > limit_bytes)
				room = limit_bytes + 1;
			larger = realloc(plain, room);
			if (larger == NULL)
				return error_set(err, ENOMEM, "decompress");
			plain = larger;
		}
		got = archive_read_data(reader, plain + used, room - used);
		if (got < 0)
			return reader_fail(reader, kind, err);
		if (got == 0)
			break;
		used += (size_t)got;
		if (used > limit_bytes)
			return error_set(err, EFBIG,
				"%s: more than %zu bytes when decompressed",
				kinds[kind].name, limit_bytes);
	}
	*plain_out = take(plain);
	*plain_bytes_out = used;
	return 0;
}

int
unpack(uint8_t **plain_out, size_t *plain_bytes_out, size_t *used_out,
	enum unpack_kind kind, const uint8_t *data, size_t bytes,
	size_t limit_bytes, struct error *err)
{
	AUTO(reader_freep) struct archive *reader = NULL;
	struct archive_entry *entry;
	size_t end = 0;
	int status;

	if (kinds[kind].filter == 0)
		return error_set(err, 0, "%s compression is not supported",
			kinds[kind].name);
	if (kinds[kind].find_end != NULL &&
		kinds[kind].find_end(&end, data, bytes, err) == -1)
		return -1;
	reader = archive_read_new();
	if (reader == NULL)
		return error_set(err, ENOMEM, "decompress");
	/* One filter by name: bidding would also unwrap gzip within gzip. */
	if (archive_read_append_filter(reader, kinds[kind].filter) !=
			ARCHIVE_OK ||
		archive_read_support_format_raw(reader) != ARCHIVE_OK ||
		archive_read_support_format_empty(reader) != ARCHIVE_OK ||
		archive_read_open_memory(reader, data,
			end == 0 ? bytes : end) != ARCHIVE_OK)
		return reader_fail(reader, kind, err);
	status = archive_read_next_header(reader, &entry);
	if (status == ARCHIVE_EOF)
		return error_set(err, 0, "%s: nothing in it", kinds[kind].name);
	if (status != ARCHIVE_OK)
		return reader_fail(reader, kind, err);
	if (read_all(reader, kind, plain_out, plain_bytes_out, limit_bytes,
			err) == -1)
		return -1;
	*used_out = end == 0 ? (size_t)archive_filter_bytes(reader, -1) : end;
	return 0;
}
