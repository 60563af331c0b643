#ifndef P2V_PROBE_H
#define P2V_PROBE_H

#include <jansson.h>
#include <stdbool.h>

struct error;

/*
 * Set "table", "filesystem" and "partitions" of a disk's facts from what is
 * written on it.  `name` is the disk's ("sda"), `path` its device or an image
 * of it, which is opened read-only.  A disk that cannot be read keeps nulls and
 * an empty list and makes this fail.
 */
int probe_disk(json_t *disk, const char *name, const char *path,
	unsigned sector_bytes, struct error *err);

/*
 * "sda" and 1 make "sda1"; a name that ends with a digit gets a p between:
 * "nvme0n1p1", "mmcblk0p1", "cciss/c0d0p1".
 */
void probe_partition_name(char name_out[64], const char *disk, int number);

/* Whether the disk or a partition of it carries a file system so labelled. */
bool probe_has_label(const json_t *disk, const char *label);

#endif
