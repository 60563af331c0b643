#ifndef P2V_SOURCE_H
#define P2V_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/own.h"

struct error;

/*
 * Something to read a disk from, never to write to.  Safe from several threads
 * at once.
 */
struct source;

/* What varies between a device, a file and a test's faulty disk. */
struct source_ops {
	/*
	 * Read all `bytes` at an offset within the size; 0 or an errno value.
	 * `careful` is set after a failure, for single sectors: caches must
	 * not widen the read.
	 */
	int (*read)(void *context, void *data, size_t bytes,
		uint64_t offset_bytes, int careful);
	void (*close)(void *context);
};

enum {
	SOURCE_SECTOR_BYTES = 512,
	SOURCE_ALIGN_BYTES = 4096 /* memory so aligned is read into directly */
};

/*
 * Open a disk or an image file read-only.  A file that ends within a sector is
 * served up to the end of that sector, filled with zeros, as QEMU does it:
 * leaving the sector out would lose its data.  `live`: the running system
 * writes to it, so each read is to see what is on the disk now, which its page
 * cache may not; and it is to keep that cache for itself.
 */
int source_open(struct source **source_out, const char *path, bool live,
	struct error *err);

/*
 * The same with other ops; takes `context` when it succeeds.  Bad spots are
 * narrowed to `sector_bytes`, a power of two from 512 to 4096.
 */
int source_new(struct source **source_out, const char *name,
	uint64_t size_bytes, unsigned sector_bytes,
	const struct source_ops *ops, void *context, struct error *err);

void source_close(struct source *source);
OWN_DEFINE(struct source, source_close)

uint64_t source_size_bytes(const struct source *source);
const char *source_name(const struct source *source);

/*
 * Read a range of whole 512-byte sectors.  Sectors that cannot be read come as
 * zeros, with their bit set in `bad_map` (one bit a sector, least significant
 * first, cleared before).  *bad_out is their number.  Fails only when the disk
 * is gone or memory is out.
 */
int source_read(struct source *source, void *data, size_t bytes,
	uint64_t offset_bytes, uint8_t *bad_map, unsigned *bad_out,
	struct error *err);

#endif
