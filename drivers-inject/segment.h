#ifndef DRIVERS_INJECT_SEGMENT_H
#define DRIVERS_INJECT_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers-inject/bytes.h"

struct error;
struct initramfs;

/* Files to lay over an image; {.base = image} is an empty one. */
struct segment {
	const struct initramfs *base; /* borrowed */
	struct segment_file {
		char *path; /* real path in the image */
		uint32_t mode, uid, gid;
		uint8_t *data;
		size_t bytes;
	} *files;
	size_t count, room, bytes;
};

/*
 * Add a copy of a file.  Its path is resolved through the image's symlinks, so
 * that no folder can replace one.  A file of the image keeps its owner and
 * mode; a new one is root's with `mode` (permission bits).  A file that was
 * added before is replaced.
 */
int segment_add(struct segment *segment, const char *path, unsigned mode,
	const void *data, size_t bytes, struct error *err);

/*
 * Make a file of the image be none: a segment cannot remove it, but a link that
 * leads nowhere takes its place.
 */
int segment_hide(struct segment *segment, const char *path, struct error *err);

/* What was added under this path of the image, or NULL. */
const struct segment_file *segment_find(const struct segment *segment,
	const char *path);

/*
 * The bytes to append to the image: padding or an LZ4 frame as its last segment
 * demands, a marker file first, then folders, then files sorted by path.  The
 * same input gives the same bytes.  `packed` ones are smaller: zstd where the
 * image is of zstd, which its kernel can unpack then, else gzip, which every
 * kernel can; behind LZ4 they are as large.
 */
int segment_build(const struct segment *segment, bool packed,
	struct bytes *appended_out, struct error *err);

/* Release for AUTO. */
void segment_freep(struct segment *segment);

/*
 * How long the image was before a segment of ours was appended, or its whole
 * length when there is none (or it does not match its marker).
 */
int segment_original_bytes(const struct initramfs *initramfs,
	size_t *bytes_out, struct error *err);

#endif
