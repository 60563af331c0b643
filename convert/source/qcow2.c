/*
 * The tables of a qcow2 image, read to see that it is whole.  The format is
 * docs/interop/qcow2.txt of QEMU; nothing but table entries is read here.
 */
#include "convert/source/qcow2.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/bytes.h"
#include "common/error.h"
#include "common/io.h"
#include "common/own.h"

enum {
	HEADER_BYTES = 80, /* up to incompatible_features, which version 3 has */
	NAME_BYTES = 1023, /* the longest backing file's name */
	L1_ENTRIES = 4 << 20, /* QEMU's own limit: 32 MiB */
	SECTOR = 512
};

#define OFFSET_MASK UINT64_C(0x00fffffffffffe00)
#define COMPRESSED (UINT64_C(1) << 62)
#define READS_AS_ZEROS UINT64_C(1)
#define EXTERNAL_DATA (UINT64_C(1) << 2)
#define EXTENDED_L2 (UINT64_C(1) << 4)

struct image {
	const char *path;
	int fd;
	uint64_t bytes, features, l1_offset, backing_offset;
	uint32_t cluster_bits, l1_entries, backing_bytes;
};

static int
cut_short(const struct image *image, uint64_t end, struct error *err)
{
	error_set(err, 0, "%s is cut short: it refers to byte %" PRIu64
		", the file ends at %" PRIu64, image->path, end - 1,
		image->bytes);
	return error_hint(err, "Copy the image again; `qemu-img check %s` shows "
		"whether it is whole.", image->path);
}

static int
read_header(struct image *image, struct error *err)
{
	uint8_t header[HEADER_BYTES];
	uint32_t version;

	if (image->bytes < sizeof header) {
		error_set(err, 0, "%s is no qcow2 image: it has %" PRIu64
			" bytes", image->path, image->bytes);
		return error_hint(err, "Copy the image again.");
	}
	if (io_pread(image->fd, header, sizeof header, 0, image->path, err) == -1)
		return -1;
	version = bytes_big32(header + 4);
	image->backing_offset = bytes_big64(header + 8);
	image->backing_bytes = bytes_big32(header + 16);
	image->cluster_bits = bytes_big32(header + 20);
	image->l1_entries = bytes_big32(header + 36);
	image->l1_offset = bytes_big64(header + 40);
	image->features = version >= 3 ? bytes_big64(header + 72) : 0;
	if (memcmp(header, "QFI\xfb", 4) == 0 && version >= 2 && version <= 3 &&
		image->cluster_bits >= 9 && image->cluster_bits <= 21 &&
		image->l1_entries <= L1_ENTRIES)
		return 0;
	error_set(err, 0, "%s is no qcow2 image", image->path);
	return error_hint(err, "Rename it to .raw if it is the bytes of a disk; "
		"else convert it with `qemu-img convert -O qcow2`.");
}

/* "nbd://..." and "json:{...}" are no files; "./a:b" and "/a:b" are. */
static bool
is_file_name(const char *name)
{
	const char *colon = strchr(name, ':'), *slash = strchr(name, '/');

	return colon == NULL || (slash != NULL && slash < colon);
}

static int
check_others(const struct image *image, struct error *err)
{
	char name[NAME_BYTES + 1] = "";

	if (image->features & EXTERNAL_DATA) {
		error_set(err, 0, "%s keeps its data in another file",
			image->path);
		return error_hint(err, "Make one image of it: `qemu-img convert "
			"-O qcow2 %s whole.qcow2`.", image->path);
	}
	if (image->backing_offset == 0)
		return 0;
	if (image->backing_bytes > NAME_BYTES)
		return error_set(err, 0, "%s is no qcow2 image: its backing "
			"file's name is too long", image->path);
	if (io_pread(image->fd, name, image->backing_bytes,
		    image->backing_offset, image->path, err) == -1)
		return -1;
	if (is_file_name(name))
		return 0;
	error_set(err, 0, "%s is based on \"%.80s\", which is not a file",
		image->path, name);
	return error_hint(err, "If you trust it, make one image of it: `qemu-img "
		"convert -O qcow2 %s whole.qcow2`.", image->path);
}

/* The last byte of what an entry refers to, plus one; 0: nothing. */
static uint64_t
entry_end(const struct image *image, uint64_t entry)
{
	unsigned shift = 62 - (image->cluster_bits - 8);
	uint64_t offset = entry & OFFSET_MASK;

	/* A file may well end within its last cluster. */
	if (!(entry & COMPRESSED))
		return offset == 0 || (entry & READS_AS_ZEROS) ? 0 : offset + 1;
	return (entry & ((UINT64_C(1) << shift) - 1)) + 1;
}

static int
check_l2(const struct image *image, uint64_t offset, uint8_t *table,
	struct error *err)
{
	size_t cluster = (size_t)1 << image->cluster_bits;
	size_t step = image->features & EXTENDED_L2 ? 16 : 8;

	if (offset + cluster > image->bytes)
		return cut_short(image, offset + cluster, err);
	if (io_pread(image->fd, table, cluster, offset, image->path, err) == -1)
		return -1;
	for (size_t at = 0; at < cluster; at += step) {
		uint64_t end = entry_end(image, bytes_big64(table + at));

		if (end > image->bytes)
			return cut_short(image, end, err);
	}
	return 0;
}

static int
check_tables(const struct image *image, struct error *err)
{
	size_t bytes = (size_t)image->l1_entries * sizeof(uint64_t);
	AUTO(freep) uint8_t *l1 = malloc(bytes + 1);
	AUTO(freep) uint8_t *l2 = malloc((size_t)1 << image->cluster_bits);
	uint64_t room = image->bytes >> image->cluster_bits;

	if (l1 == NULL || l2 == NULL)
		return error_set(err, ENOMEM, "check %s", image->path);
	if (image->l1_offset > image->bytes ||
		bytes > image->bytes - image->l1_offset)
		return cut_short(image, image->l1_offset + bytes, err);
	if (io_pread(image->fd, l1, bytes, image->l1_offset, image->path, err) ==
		-1)
		return -1;
	for (size_t i = 0; i < image->l1_entries; i++) {
		uint64_t offset = bytes_big64(l1 + 8 * i) & OFFSET_MASK;

		if (offset == 0)
			continue;
		if (room-- == 0)
			return error_set(err, 0, "%s is no qcow2 image: its "
				"tables share their place", image->path);
		if (check_l2(image, offset, l2, err) == -1)
			return -1;
	}
	return 0;
}

int
qcow2_check(const char *path, struct error *err)
{
	AUTO(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct image image = {.path = path, .fd = fd};
	struct stat st;

	if (fd == -1 || fstat(fd, &st) == -1)
		return error_set(err, errno, "open %s", path);
	image.bytes = (uint64_t)st.st_size;
	if (read_header(&image, err) == -1 || check_others(&image, err) == -1)
		return -1;
	return check_tables(&image, err);
}
