#ifndef DRIVERS_INJECT_CPIO_H
#define DRIVERS_INJECT_CPIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes;
struct error;

/* One member of a newc archive (magic 070701); it borrows from the archive. */
struct cpio_entry {
	const char *name; /* NUL-terminated */
	uint32_t inode, mode, uid, gid, links, mtime, device_major, device_minor;
	const uint8_t *data;
	size_t bytes;
};

/* Does a newc header begin here? */
bool cpio_starts(const uint8_t *data, size_t bytes);

/*
 * Read the member whose header is at `at`, which counts from where its archive
 * begins (members are aligned to 4 bytes from there).  *next_out is where the
 * next header is.  Anything outside [data, bytes) is refused.
 */
int cpio_read(struct cpio_entry *entry_out, size_t *next_out,
	const uint8_t *data, size_t bytes, size_t at, struct error *err);

/* The member that ends an archive. */
bool cpio_is_trailer(const struct cpio_entry *entry);

/*
 * Append a member to an archive that began at a multiple of 4 bytes.  One link,
 * `inode` as given, device 0, time 0, so that the same input gives the same
 * bytes.
 */
int cpio_write(struct bytes *archive, uint32_t inode, const char *name,
	uint32_t mode, uint32_t uid, uint32_t gid, const void *data,
	size_t bytes, struct error *err);

int cpio_write_trailer(struct bytes *archive, struct error *err);

/*
 * Wrap data in an LZ4 legacy frame of literals-only blocks: as LZ4 frames have
 * no end mark, nothing else may follow one directly on older kernels.
 */
int cpio_wrap_lz4(struct bytes *frame, const uint8_t *data, size_t bytes,
	struct error *err);

#endif
