#ifndef CONVERT_CAPTURE_EXT_H
#define CONVERT_CAPTURE_EXT_H

#include <stddef.h>
#include <stdint.h>

struct bad_range;
struct error;

enum ext_owner { EXT_FILE, EXT_METADATA, EXT_FREE, EXT_UNKNOWN };

/*
 * One thing that unreadable sectors belong to: for EXT_FILE its path in the file
 * system ("inode N ..." when none was found), else what it is.  Bytes of the guest.
 */
typedef void ext_found(void *context, enum ext_owner owner, const char *what,
	uint64_t offset_bytes, uint64_t sectors);

/*
 * Say what sectors of an ext2, ext3 or ext4 belong to.  The file system begins
 * at byte `start_bytes` of the raw image; the ranges are of the image, sorted,
 * disjoint and within the file system's partition.  found() is called with the
 * first sector's offset in the image, once for each thing.  The host's debugfs,
 * confined, reads the image; `scratch` is a path that may be written to
 * meanwhile.  Of very many ranges the last ones are EXT_UNKNOWN.  Fails when it
 * is no such file system, or its records are too damaged.
 */
int ext_find(const char *image, uint64_t start_bytes,
	const struct bad_range *ranges, size_t count, const char *scratch,
	ext_found *found, void *context, struct error *err);

#endif
