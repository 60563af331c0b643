#ifndef DRIVERS_INJECT_UNPACK_H
#define DRIVERS_INJECT_UNPACK_H

#include <stddef.h>
#include <stdint.h>

struct error;

/* How a segment of an initramfs is stored. */
enum unpack_kind {
	UNPACK_UNKNOWN,
	UNPACK_RAW, /* a newc archive as it is */
	UNPACK_GZIP,
	UNPACK_BZIP2,
	UNPACK_LZMA,
	UNPACK_XZ,
	UNPACK_LZ4, /* the legacy frame, the only one that kernels know */
	UNPACK_ZSTD,
	UNPACK_LZO, /* recognised, not readable here */
};

/* "gzip" */
const char *unpack_name(enum unpack_kind kind);

/* By the magic number that the kernel looks at. */
enum unpack_kind unpack_recognise(const uint8_t *data, size_t bytes);

/*
 * Decompress what begins at `data` and may end long before `bytes`.
 * *used_out is where it ended.  The caller frees *plain_out.  More than
 * `limit_bytes` of result, or a stream that is cut or damaged, is a failure.
 */
int unpack(uint8_t **plain_out, size_t *plain_bytes_out, size_t *used_out,
	enum unpack_kind kind, const uint8_t *data, size_t bytes,
	size_t limit_bytes, struct error *err);

#endif
