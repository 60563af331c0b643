#ifndef CONVERT_SIZE_LAYOUT_H
#define CONVERT_SIZE_LAYOUT_H

#include <guestfs.h>
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct guest;
struct volumes;

/*
 * What lies where on the disks, for layout.json: partitions, volumes and
 * arrays, what each holds, where it is mounted, how much of it is used and
 * free.  `disk_names` are the source's, in the appliance's order.  What cannot
 * be told is null.  The caller owns the reference; NULL when out of memory.
 */
json_t *layout_read(guestfs_h *g, const struct volumes *volumes,
	const struct guest *guest, const char *const *disk_names,
	size_t disk_count);

/*
 * Bytes that a capture has to bring: what file systems use, nothing of swap
 * space, and all of what nobody can look into.
 */
uint64_t layout_used_bytes(const json_t *layout);

/* Of all disks. */
uint64_t layout_disk_bytes(const json_t *layout);

#endif
