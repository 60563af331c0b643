/*
 * The kernel takes an initramfs as any sequence of zeros, newc archives and
 * compressed newc archives (init/initramfs.c of Linux).  General archive
 * readers stop at the first archive's end, which on many systems holds only
 * processor microcode; so the walk over the segments is done here.  unpack.c
 * decompresses one, cpio.c reads one member, tree.c keeps the result.
 */
#include "drivers-inject/initramfs.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/own.h"
#include "drivers-inject/cpio.h"
#include "drivers-inject/tree.h"

enum {
	SEGMENT_LIMIT = 64,
	ENTRY_LIMIT = 200000,
	PLAIN_LIMIT = 1 << 30, /* bytes of all segments, decompressed */
};

/* Members that share a content; the data comes with one of them. */
struct hard_links {
	struct hard_link {
		uint32_t device_major, device_minor, inode, node;
	} *items;
	size_t count, room;
};

static void
hard_links_freep(struct hard_links *links)
{
	free(links->items);
}

static int
hard_links_add(struct hard_links *links, const struct cpio_entry *entry,
	uint32_t node, struct error *err)
{
	if (links->count == links->room) {
		size_t room = links->room * 2 + 64;
		struct hard_link *larger =
			realloc(links->items, room * sizeof *larger);

		if (larger == NULL)
			return error_set(err, ENOMEM, "list an initramfs");
		links->items = larger;
		links->room = room;
	}
	links->items[links->count++] = (struct hard_link){entry->device_major,
		entry->device_minor, entry->inode, node};
	return 0;
}

static int
hard_link_compare(const void *a, const void *b)
{
	return memcmp(a, b, offsetof(struct hard_link, node));
}

/* Give every name of an inode the content that one of them came with. */
static void
hard_links_share(struct hard_links *links, struct tree *tree)
{
	size_t end;

	if (links->count > 1)
		qsort(links->items, links->count, sizeof *links->items,
			hard_link_compare);
	for (size_t at = 0; at < links->count; at = end) {
		struct tree_node with = {.bytes = 0};

		for (end = at; end < links->count &&
			hard_link_compare(&links->items[at],
				&links->items[end]) == 0;
			end++)
			if (tree->nodes[links->items[end].node].bytes > 0)
				with = tree->nodes[links->items[end].node];
		for (size_t i = at; i < end && with.bytes > 0; i++) {
			tree->nodes[links->items[i].node].data = with.data;
			tree->nodes[links->items[i].node].bytes = with.bytes;
		}
	}
	links->count = 0;
}

/* One archive, from its first header to its trailer. */
static int
read_archive(struct initramfs *initramfs, const uint8_t *data, size_t bytes,
	size_t *end_out, struct error *err)
{
	AUTO(hard_links_freep) struct hard_links links = {NULL, 0, 0};
	size_t at = 0;

	for (;;) {
		struct cpio_entry entry;
		struct tree_node *node;

		if (cpio_read(&entry, &at, data, bytes, at, err) == -1)
			return -1;
		if (cpio_is_trailer(&entry))
			break;
		if (++initramfs->entries > ENTRY_LIMIT)
			return error_set(err, 0, "more than %d members",
				ENTRY_LIMIT);
		if (tree_add(initramfs->tree, &entry, &node, err) == -1)
			return -1;
		if (node == NULL)
			initramfs->dropped++;
		else if (S_ISREG(entry.mode) && entry.links > 1 &&
			hard_links_add(&links, &entry,
				(uint32_t)(node - initramfs->tree->nodes),
				err) == -1)
			return -1;
	}
	hard_links_share(&links, initramfs->tree);
	*end_out = at < bytes ? at : bytes;
	return 0;
}

/* All archives of a decompressed segment, which fill it but for zeros. */
static int
read_archives(struct initramfs *initramfs, const uint8_t *data, size_t bytes,
	struct error *err)
{
	for (size_t at = 0, used; at < bytes; at += used) {
		if (data[at] == 0) {
			used = 1;
			continue;
		}
		if (read_archive(initramfs, data + at, bytes - at, &used,
				err) == -1)
			return error_add(err, "decompressed byte %zu", at);
	}
	return 0;
}

static int
read_compressed(struct initramfs *initramfs, struct initramfs_segment *segment,
	size_t *plain_left, struct error *err)
{
	size_t left = initramfs->bytes - segment->offset;

	if (unpack(&segment->decompressed, &segment->plain_bytes,
			&segment->bytes, segment->kind,
			initramfs->image + segment->offset, left, *plain_left,
			err) == -1)
		return -1;
	segment->plain = segment->decompressed;
	*plain_left -= segment->plain_bytes;
	return read_archives(initramfs, segment->plain, segment->plain_bytes,
		err);
}

static int
read_raw(struct initramfs *initramfs, struct initramfs_segment *segment,
	struct error *err)
{
	segment->plain = initramfs->image + segment->offset;
	if (segment->offset % 4 != 0)
		return error_set(err, 0, "an uncompressed archive that is not "
			"aligned to 4 bytes");
	if (read_archive(initramfs, segment->plain,
			initramfs->bytes - segment->offset, &segment->bytes,
			err) == -1)
		return -1;
	segment->plain_bytes = segment->bytes;
	return 0;
}

static int
read_segment(struct initramfs *initramfs, size_t offset, size_t *plain_left,
	struct error *err)
{
	struct initramfs_segment *segment;

	if (initramfs->segment_count == SEGMENT_LIMIT)
		return error_set(err, 0, "more than %d segments", SEGMENT_LIMIT);
	segment = &initramfs->segments[initramfs->segment_count++];
	segment->offset = offset;
	segment->kind = unpack_recognise(initramfs->image + offset,
		initramfs->bytes - offset);
	if (segment->kind == UNPACK_UNKNOWN)
		return error_set(err, 0, "neither an archive nor a compression "
			"that Linux knows");
	if (segment->kind == UNPACK_RAW)
		return read_raw(initramfs, segment, err);
	return read_compressed(initramfs, segment, plain_left, err);
}

int
initramfs_parse(struct initramfs **initramfs_out, const void *image,
	size_t bytes, struct error *err)
{
	AUTO(initramfs_freep) struct initramfs *initramfs =
		calloc(1, sizeof *initramfs);
	size_t plain_left = PLAIN_LIMIT, at = 0;

	if (initramfs == NULL)
		return error_set(err, ENOMEM, "read an initramfs");
	initramfs->image = image;
	initramfs->bytes = bytes;
	initramfs->segments =
		calloc(SEGMENT_LIMIT, sizeof *initramfs->segments);
	if (initramfs->segments == NULL)
		return error_set(err, ENOMEM, "read an initramfs");
	if (tree_new(&initramfs->tree, err) == -1)
		return -1;
	while (at < bytes) {
		if (initramfs->image[at] == 0) {
			at++;
			continue;
		}
		if (read_segment(initramfs, at, &plain_left, err) == -1)
			return error_add(err, "byte %zu", at);
		at += initramfs_last(initramfs)->bytes;
	}
	if (initramfs->segment_count == 0)
		return error_set(err, 0, "nothing in it");
	*initramfs_out = take(initramfs);
	return 0;
}

void
initramfs_free(struct initramfs *initramfs)
{
	if (initramfs == NULL)
		return;
	for (size_t i = 0; i < initramfs->segment_count; i++)
		free(initramfs->segments[i].decompressed);
	free(initramfs->segments);
	tree_free(initramfs->tree);
	free(initramfs);
}

const struct initramfs_segment *
initramfs_last(const struct initramfs *initramfs)
{
	return &initramfs->segments[initramfs->segment_count - 1];
}
