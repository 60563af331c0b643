#ifndef CONVERT_ASSESS_SECTORS_H
#define CONVERT_ASSESS_SECTORS_H

#include <guestfs.h>
#include <stddef.h>
#include <stdint.h>

struct error;

enum { SECTOR_BYTES = 512 };

/*
 * `count` sectors of a device of the appliance, from the sector `first` on; freed
 * by the caller.  NULL when they are not all there.  How a device begins is read
 * once for each handle: what is written to it after that, but by
 * sectors_write(), may not be seen.
 */
uint8_t *sectors_read(guestfs_h *g, const char *device, uint64_t first,
	size_t count);

/* What was written to the handle's devices by other calls is seen from now on. */
void sectors_forget(guestfs_h *g);

/*
 * Write `count` sectors and read them back, because nothing else would tell
 * before the boot.  `source` is what the device is called in errors.
 */
int sectors_write(guestfs_h *g, const char *device, const char *source,
	uint64_t first, const void *data, size_t count, struct error *err);

#endif
