#ifndef P2V_USAGE_H
#define P2V_USAGE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether something runs on a disk.  Yields true and the reason, for a person,
 * when the disk or a partition of it is mounted, swapped to, held by another
 * block device, or was noted by the live system as its medium.  `disk` is the
 * kernel's name as in /sys/block ("sda", "cciss!c0d0").
 */
bool usage_find(const char *root, const char *disk, char *reason, size_t room);

#endif
