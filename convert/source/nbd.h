#ifndef CONVERT_SOURCE_NBD_H
#define CONVERT_SOURCE_NBD_H

#include <stddef.h>
#include <stdint.h>

struct error;

/*
 * Disks for QEMU and libguestfs: a read-only NBD server on a unix socket, after
 * https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md (fixed
 * newstyle, simple replies).
 */
struct nbd_export {
	const char *name;
	uint64_t size_bytes;
	/* Called from several threads at once. */
	int (*read)(void *context, uint64_t offset_bytes, void *data,
		size_t bytes, struct error *err);
	void *context;
};

enum { NBD_NAME_LIMIT = 4096, NBD_LENGTH_LIMIT = 32 << 20 };

struct nbd;

/* Listens on `path` (replaced when it is there); borrows the exports. */
int nbd_start(struct nbd **nbd_out, const char *path,
	const struct nbd_export *exports, size_t count, struct error *err);

/* Ends every connection, waits for reads under way, removes the socket. */
void nbd_stop(struct nbd *nbd);
static inline void
nbd_stopp(struct nbd **nbd)
{
	if (*nbd != NULL)
		nbd_stop(*nbd);
}

#endif
