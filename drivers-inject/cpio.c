/*
 * The newc archive format, as the Linux kernel reads it: 110 bytes of
 * hexadecimal header, the name, the data, each padded to 4 bytes.  initramfs.c
 * walks whole images with this, segment.c writes with it.
 */
#include "drivers-inject/cpio.h"

#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "drivers-inject/bytes.h"

enum {
	HEADER_BYTES = 110,
	FIELDS = 13,
	NAME_LIMIT = 4096, /* the kernel's PATH_MAX */
	LZ4_MAGIC = 0x184C2102,
	LZ4_BLOCK_BYTES = 4 << 20, /* the format allows 8 MiB */
};

static const char magic[] = "070701";
static const char trailer[] = "TRAILER!!!";

static size_t
aligned(size_t at)
{
	return (at + 3) & ~(size_t)3;
}

static int
hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static int
read_fields(uint32_t fields[FIELDS], const uint8_t *at)
{
	for (int field = 0; field < FIELDS; field++) {
		fields[field] = 0;
		for (int i = 0; i < 8; i++) {
			int digit = hex_digit(*at++);

			if (digit == -1)
				return -1;
			fields[field] = fields[field] << 4 | (uint32_t)digit;
		}
	}
	return 0;
}

bool
cpio_starts(const uint8_t *data, size_t bytes)
{
	return bytes >= sizeof magic - 1 &&
		memcmp(data, magic, sizeof magic - 1) == 0;
}

int
cpio_read(struct cpio_entry *entry_out, size_t *next_out, const uint8_t *data,
	size_t bytes, size_t at, struct error *err)
{
	uint32_t field[FIELDS];
	size_t name_at, data_at, name_bytes;

	if (at >= bytes)
		return error_set(err, 0, "the archive ends without a trailer");
	if (bytes - at >= 6 && !cpio_starts(data + at, bytes - at))
		return error_set(err, 0, "no cpio header (070701)");
	if (bytes - at < HEADER_BYTES)
		return error_set(err, 0, "the archive ends within a header");
	if (read_fields(field, data + at + 6) == -1)
		return error_set(err, 0, "a cpio header is not hexadecimal");
	name_at = at + HEADER_BYTES;
	name_bytes = field[11];
	if (name_bytes == 0 || name_bytes > NAME_LIMIT)
		return error_set(err, 0, "a name of %zu bytes", name_bytes);
	if (name_bytes > bytes - name_at)
		return error_set(err, 0, "the archive ends within a name");
	if (strnlen((const char *)data + name_at, name_bytes) != name_bytes - 1)
		return error_set(err, 0, "a name without its final NUL");
	data_at = aligned(name_at + name_bytes);
	if (data_at > bytes || field[6] > bytes - data_at)
		return error_set(err, 0, "the archive ends within %s",
			(const char *)data + name_at);

	*entry_out = (struct cpio_entry){
		.name = (const char *)data + name_at,
		.inode = field[0],
		.mode = field[1],
		.uid = field[2],
		.gid = field[3],
		.links = field[4],
		.mtime = field[5],
		.device_major = field[7],
		.device_minor = field[8],
		.data = data + data_at,
		.bytes = field[6],
	};
	*next_out = aligned(data_at + field[6]);
	return 0;
}

bool
cpio_is_trailer(const struct cpio_entry *entry)
{
	return strcmp(entry->name, trailer) == 0;
}

int
cpio_write(struct bytes *archive, uint32_t inode, const char *name,
	uint32_t mode, uint32_t uid, uint32_t gid, const void *data,
	size_t bytes, struct error *err)
{
	size_t name_bytes = strlen(name) + 1;
	char header[HEADER_BYTES + 1];

	if (name_bytes > NAME_LIMIT || bytes > UINT32_MAX)
		return error_set(err, 0, "%s does not fit a cpio archive", name);
	snprintf(header, sizeof header,
		"%s%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", magic,
		inode, mode, uid, gid, 1u, 0u, (unsigned)bytes, 0u, 0u, 0u, 0u,
		(unsigned)name_bytes, 0u);
	if (bytes_append(archive, header, HEADER_BYTES, err) == -1 ||
		bytes_append(archive, name, name_bytes, err) == -1 ||
		bytes_align(archive, 4, err) == -1 ||
		bytes_append(archive, data, bytes, err) == -1)
		return -1;
	return bytes_align(archive, 4, err);
}

int
cpio_write_trailer(struct bytes *archive, struct error *err)
{
	return cpio_write(archive, 0, trailer, 0, 0, 0, NULL, 0, err);
}

/* token with a literal count of 15 or more, then the rest in steps of 255 */
static int
write_literals(struct bytes *block, const uint8_t *data, size_t bytes,
	struct error *err)
{
	size_t rest = bytes < 15 ? 0 : bytes - 15;
	uint8_t token = (uint8_t)((bytes < 15 ? bytes : 15) << 4);

	if (bytes_append(block, &token, 1, err) == -1)
		return -1;
	for (; bytes >= 15; rest -= 255) {
		uint8_t step = rest >= 255 ? 255 : (uint8_t)rest;

		if (bytes_append(block, &step, 1, err) == -1)
			return -1;
		if (step < 255)
			break;
	}
	return bytes_append(block, data, bytes, err);
}

int
cpio_wrap_lz4(struct bytes *frame, const uint8_t *data, size_t bytes,
	struct error *err)
{
	if (bytes_append_u32(frame, LZ4_MAGIC, err) == -1)
		return -1;
	while (bytes > 0) {
		size_t part = bytes < LZ4_BLOCK_BYTES ? bytes : LZ4_BLOCK_BYTES;
		size_t size_at = frame->used, block_bytes;

		if (bytes_append_u32(frame, 0, err) == -1 ||
			write_literals(frame, data, part, err) == -1)
			return -1;
		block_bytes = frame->used - size_at - 4;
		for (int i = 0; i < 4; i++)
			frame->data[size_at + (size_t)i] =
				(uint8_t)(block_bytes >> (8 * i));
		data += part;
		bytes -= part;
	}
	return 0;
}
