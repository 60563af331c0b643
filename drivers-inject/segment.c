/*
 * The one segment that is appended to an image.  The original bytes stay as
 * they are; a marker file as the first member tells their length and hash, so
 * that a second run takes them as its base, and a person can cut the image back
 * with truncate(1).
 */
#include "drivers-inject/segment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>
#include <zstd.h>

#include "common/error.h"
#include "common/own.h"
#include "drivers-inject/cpio.h"
#include "drivers-inject/initramfs.h"
#include "drivers-inject/names.h"
#include "drivers-inject/tree.h"
#include "wire/hash.h"

enum {
	MARKER_BYTES = 256,
	ZSTD_LEVEL = 19,
	FILES_LIMIT = 4096,
	BYTES_LIMIT = 512 << 20
};

static const char marker_name[] = ".unrack-inject";

void
segment_freep(struct segment *segment)
{
	for (size_t i = 0; i < segment->count; i++) {
		free(segment->files[i].path);
		free(segment->files[i].data);
	}
	free(segment->files);
	*segment = (struct segment){.base = NULL};
}

static struct segment_file *
file_for(struct segment *segment, const char *path, struct error *err)
{
	struct segment_file *file;

	for (size_t i = 0; i < segment->count; i++)
		if (strcmp(segment->files[i].path, path) == 0)
			return &segment->files[i];
	if (segment->count == segment->room) {
		size_t room = segment->room * 2 + 32;
		struct segment_file *larger =
			realloc(segment->files, room * sizeof *larger);

		if (larger == NULL) {
			error_set(err, ENOMEM, "build a segment");
			return NULL;
		}
		segment->files = larger;
		segment->room = room;
	}
	file = &segment->files[segment->count];
	*file = (struct segment_file){.path = strdup(path)};
	if (file->path == NULL) {
		error_set(err, ENOMEM, "build a segment");
		return NULL;
	}
	segment->count++;
	return file;
}

int
segment_add(struct segment *segment, const char *path, unsigned mode,
	const void *data, size_t bytes, struct error *err)
{
	const struct tree *tree = segment->base->tree;
	const struct tree_node *old = tree_find(tree, path);
	AUTO(freep) uint8_t *copy = malloc(bytes + 1);
	char real[TREE_PATH_BYTES];
	struct segment_file *file;

	if (copy == NULL)
		return error_set(err, ENOMEM, "build a segment");
	if (segment->count == FILES_LIMIT || bytes > BYTES_LIMIT ||
		segment->bytes > BYTES_LIMIT - bytes)
		return error_set(err, E2BIG, "%s is one more than the %d files "
			"or %d MiB that an image gets", path, FILES_LIMIT,
			BYTES_LIMIT >> 20);
	if (old != NULL && !tree_is_file(old))
		return error_set(err, 0, "%s is not a file in the image", path);
	if (tree_real_path(tree, path, real, err) == -1)
		return -1;
	file = file_for(segment, real, err);
	if (file == NULL)
		return -1;
	if (bytes > 0)
		memcpy(copy, data, bytes);
	free(file->data);
	segment->bytes += bytes - file->bytes;
	file->data = take(copy);
	file->bytes = bytes;
	file->mode = old == NULL ? S_IFREG | (mode & 07777) : old->mode;
	file->uid = old == NULL ? 0 : old->uid;
	file->gid = old == NULL ? 0 : old->gid;
	return 0;
}

int
segment_hide(struct segment *segment, const char *path, struct error *err)
{
	static const char nowhere[] = "/unrack/removed";
	struct segment_file *file;
	char real[TREE_PATH_BYTES];

	if (segment_add(segment, path, 0, nowhere, strlen(nowhere), err) ==
			-1 ||
		tree_real_path(segment->base->tree, path, real, err) == -1)
		return -1;
	file = file_for(segment, real, err);
	if (file == NULL)
		return -1;
	file->mode = S_IFLNK | 0777;
	return 0;
}

const struct segment_file *
segment_find(const struct segment *segment, const char *path)
{
	char real[TREE_PATH_BYTES];

	if (tree_real_path(segment->base->tree, path, real, NULL) == -1)
		return NULL;
	for (size_t i = 0; i < segment->count; i++)
		if (strcmp(segment->files[i].path, real) == 0)
			return &segment->files[i];
	return NULL;
}

static int
write_marker(const struct segment *segment, struct bytes *archive,
	struct error *err)
{
	uint8_t hash[HASH_BYTES];
	char hex[HASH_HEX_BYTES], text[MARKER_BYTES];

	if (hash_block(segment->base->image, segment->base->bytes, hash, err) ==
		-1)
		return -1;
	hash_hex(hash, hex);
	snprintf(text, sizeof text,
		"unrack-inject 1\noriginal bytes %zu\noriginal %s %s\n",
		segment->base->bytes, HASH_NAME, hex);
	return cpio_write(archive, 1, marker_name, S_IFREG | 0644, 0, 0, text,
		strlen(text), err);
}

/* Every folder above the files, parents first. */
static int
list_folders(const struct segment *segment, struct names *folders,
	struct error *err)
{
	for (size_t i = 0; i < segment->count; i++) {
		const char *path = segment->files[i].path;
		const char *slash = path;

		while ((slash = strchr(slash, '/')) != NULL) {
			char part[TREE_PATH_BYTES];

			snprintf(part, sizeof part, "%.*s", (int)(slash - path),
				path);
			if (names_add_once(folders, part, err) == -1)
				return -1;
			slash++;
		}
	}
	names_sort(folders);
	return 0;
}

static int
write_folders(const struct segment *segment, struct bytes *archive,
	uint32_t *inode, struct error *err)
{
	AUTO(names_freep) struct names folders = {NULL, 0, 0};

	if (list_folders(segment, &folders, err) == -1)
		return -1;
	for (size_t i = 0; i < folders.count; i++) {
		const struct tree_node *old =
			tree_find(segment->base->tree, folders.items[i]);
		const struct tree_node fresh = {.mode = S_IFDIR | 0755};

		if (old == NULL)
			old = &fresh;
		if (cpio_write(archive, ++*inode, folders.items[i], old->mode,
				old->uid, old->gid, NULL, 0, err) == -1)
			return -1;
	}
	return 0;
}

static int
compare_files(const void *a, const void *b)
{
	return strcmp(((const struct segment_file *)a)->path,
		((const struct segment_file *)b)->path);
}

static int
write_archive(const struct segment *segment, struct bytes *archive,
	struct error *err)
{
	uint32_t inode = 1;

	if (write_marker(segment, archive, err) == -1 ||
		write_folders(segment, archive, &inode, err) == -1)
		return -1;
	if (segment->count > 1)
		qsort(segment->files, segment->count, sizeof *segment->files,
			compare_files);
	for (size_t i = 0; i < segment->count; i++) {
		const struct segment_file *file = &segment->files[i];

		if (cpio_write(archive, ++inode, file->path, file->mode,
				file->uid, file->gid, file->data, file->bytes,
				err) == -1)
			return -1;
	}
	return cpio_write_trailer(archive, err);
}

static bool
image_has_zstd(const struct initramfs *image)
{
	for (size_t i = 0; i < image->segment_count; i++)
		if (image->segments[i].kind == UNPACK_ZSTD)
			return true;
	return false;
}

static int
pack_zstd(struct bytes *packed, const struct bytes *archive, struct error *err)
{
	size_t got;

	if (bytes_append(packed, NULL, ZSTD_compressBound(archive->used), err) ==
		-1)
		return -1;
	got = ZSTD_compress(packed->data, packed->used, archive->data,
		archive->used, ZSTD_LEVEL);
	if (ZSTD_isError(got))
		return error_set(err, 0, "compress a segment: %s",
			ZSTD_getErrorName(got));
	packed->used = got;
	return 0;
}

static int
pack_gzip(struct bytes *packed, const struct bytes *archive, struct error *err)
{
	z_stream stream = {.next_in = archive->data};
	int status;

	if (archive->used > UINT32_MAX / 2)
		return error_set(err, EFBIG, "compress a segment");
	/* 16 more than the window: with gzip's header */
	if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9,
		    Z_DEFAULT_STRATEGY) != Z_OK)
		return error_set(err, ENOMEM, "compress a segment");
	stream.avail_in = (unsigned)archive->used;
	if (bytes_append(packed, NULL, deflateBound(&stream, archive->used),
		    err) == -1) {
		deflateEnd(&stream);
		return -1;
	}
	stream.next_out = packed->data;
	stream.avail_out = (unsigned)packed->used;
	status = deflate(&stream, Z_FINISH);
	packed->used = stream.total_out;
	deflateEnd(&stream);
	return status == Z_STREAM_END
		? 0
		: error_set(err, 0, "compress a segment");
}

int
segment_build(const struct segment *segment, bool packed,
	struct bytes *appended_out, struct error *err)
{
	const struct initramfs *base = segment->base;
	AUTO(bytes_freep) struct bytes archive = {NULL, 0, 0};
	AUTO(bytes_freep) struct bytes small = {NULL, 0, 0};

	if (write_archive(segment, &archive, err) == -1)
		return -1;
	/* LZ4 decoders run on into what follows: only LZ4 may. */
	if (initramfs_last(base)->kind == UNPACK_LZ4)
		return cpio_wrap_lz4(appended_out, archive.data, archive.used,
			err);
	if (packed && (image_has_zstd(base) ? pack_zstd : pack_gzip)(&small,
				&archive, err) == -1)
		return -1;
	if (bytes_append(appended_out, NULL, (4 - base->bytes % 4) % 4, err) ==
		-1)
		return -1;
	return packed ? bytes_append(appended_out, small.data, small.used, err)
		      : bytes_append(appended_out, archive.data, archive.used,
				err);
}

/* The length that a marker tells, when it is one. */
static bool
read_marker(const struct initramfs *initramfs, size_t *bytes_out,
	char hex_out[HASH_HEX_BYTES])
{
	const struct initramfs_segment *last = initramfs_last(initramfs);
	struct cpio_entry entry;
	char text[MARKER_BYTES], rest[2];
	size_t next;

	if (cpio_read(&entry, &next, last->plain, last->plain_bytes, 0, NULL) ==
			-1 ||
		strcmp(entry.name, marker_name) != 0 ||
		entry.bytes >= sizeof text)
		return false;
	memcpy(text, entry.data, entry.bytes);
	text[entry.bytes] = '\0';
	return sscanf(text,
		       "unrack-inject 1\noriginal bytes %zu\noriginal " HASH_NAME
		       " %64[0-9a-f]%1s",
		       bytes_out, hex_out, rest) == 2 &&
		*bytes_out <= last->offset;
}

int
segment_original_bytes(const struct initramfs *initramfs, size_t *bytes_out,
	struct error *err)
{
	char hex[HASH_HEX_BYTES], expected[HASH_HEX_BYTES];
	uint8_t hash[HASH_BYTES];
	size_t bytes;

	*bytes_out = initramfs->bytes;
	if (!read_marker(initramfs, &bytes, expected))
		return 0;
	if (hash_block(initramfs->image, bytes, hash, err) == -1)
		return -1;
	hash_hex(hash, hex);
	if (strcmp(hex, expected) == 0)
		*bytes_out = bytes;
	return 0;
}
