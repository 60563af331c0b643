/*
 * Parts of disks that are no files: boot loaders and tables of partitions.
 */
#include "convert/assess/sectors.h"

#include <stdlib.h>
#include <string.h>

#include "common/own.h"

/* What fits one libguestfs message. */
enum { MESSAGE_BYTES = 1 << 20 };

uint8_t *
sectors_read(guestfs_h *g, const char *device, uint64_t first, size_t count)
{
	size_t bytes = count * SECTOR_BYTES, done = 0, n;
	AUTO(freep) uint8_t *data = NULL;

	if (first > INT64_MAX / SECTOR_BYTES - count || bytes > MESSAGE_BYTES)
		return NULL;
	data = malloc(bytes);
	while (data != NULL && done < bytes) {
		AUTO(freep) char *part = guestfs_pread_device(g, device,
			(int)(bytes - done),
			(int64_t)(first * SECTOR_BYTES + done), &n);

		if (part == NULL || n == 0)
			return NULL;
		memcpy(data + done, part, n);
		done += n;
	}
	return take(data);
}
