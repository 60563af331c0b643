#ifndef DRIVERS_INJECT_INITRAMFS_H
#define DRIVERS_INJECT_INITRAMFS_H

#include <stddef.h>
#include <stdint.h>

#include "drivers-inject/unpack.h"

struct error;
struct tree;

/* A piece of the image that the kernel unpacks on its own. */
struct initramfs_segment {
	enum unpack_kind kind;
	size_t offset, bytes;	 /* as stored, without zeros around it */
	const uint8_t *plain;	 /* the archives in it */
	size_t plain_bytes;
	uint8_t *decompressed;	 /* owns plain, unless the segment is raw */
};

/* An initramfs as data.  It borrows the image from who parsed it. */
struct initramfs {
	const uint8_t *image;
	size_t bytes;
	struct initramfs_segment *segments;
	size_t segment_count;
	struct tree *tree; /* all segments, one over the other */
	size_t entries, dropped; /* members; those that no folder takes */
};

/*
 * Read a whole image, as strictly as the kernel does: any other byte between
 * segments, a raw segment that is not aligned, or an archive without its end is
 * a failure that says where.  Sizes, counts and nesting are bounded.
 */
int initramfs_parse(struct initramfs **initramfs_out, const void *image,
	size_t bytes, struct error *err);

/* Does nothing to NULL. */
void initramfs_free(struct initramfs *initramfs);

static inline void
initramfs_freep(struct initramfs **initramfs)
{
	initramfs_free(*initramfs);
}

/* The segment that the kernel unpacks last. */
const struct initramfs_segment *initramfs_last(
	const struct initramfs *initramfs);

#endif
