#ifndef CONVERT_ASSESS_SECTORS_H
#define CONVERT_ASSESS_SECTORS_H

#include <guestfs.h>
#include <stddef.h>
#include <stdint.h>

enum { SECTOR_BYTES = 512 };

/*
 * `count` sectors of a device of the appliance, from the sector `first` on; freed
 * by the caller.  NULL when they are not all there.
 */
uint8_t *sectors_read(guestfs_h *g, const char *device, uint64_t first,
	size_t count);

#endif
