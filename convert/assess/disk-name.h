#ifndef CONVERT_ASSESS_DISK_NAME_H
#define CONVERT_ASSESS_DISK_NAME_H

#include <stdbool.h>
#include <stddef.h>

enum { DISK_NAME_BYTES = 256 };

/*
 * Split "/dev/sda1" into "/dev/sda" and 1, or 0 for a whole disk.  False for
 * names of other kinds, and for those that are too long.
 */
bool disk_name_parse(const char *spec, char disk_out[DISK_NAME_BYTES],
	unsigned *partition_out);

/*
 * What follows the name of a disk that several paths lead to: "p1", "-part1",
 * "_part1" and "1" are partition 1, "" is the disk itself.  False for others.
 */
bool disk_name_parse_rest(const char *rest, unsigned *partition_out);

/*
 * "/dev/disk/by-id/dm-name-mpatha" as "/dev/mapper/mpatha", and other links that
 * hold the name that the device mapper gives; what is no such link stays.
 */
void disk_name_plain(char *plain_out, size_t room, const char *spec);

/*
 * The same for arrays that a controller's firmware made: what dmraid
 * ("/dev/mapper/isw_bcfhgaaj_Volume0p1") and mdadm ("/dev/md126p1") call one,
 * which in the VM is a disk.  Other arrays have such names too.
 */
bool disk_name_parse_array(const char *spec, char disk_out[DISK_NAME_BYTES],
	unsigned *partition_out);

/* Is it a name that the latter made? */
bool disk_name_is_array(const char *disk);

/* Two names of one kind ("/dev/sd") cannot mean the same disk. */
bool disk_names_compete(const char *a, const char *b);

#endif
