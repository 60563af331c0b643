#ifndef CONVERT_ASSESS_DISK_LINK_H
#define CONVERT_ASSESS_DISK_LINK_H

#include <jansson.h>
#include <stddef.h>

/* The name is of a disk of the server that was left behind. */
enum { DISK_LINK_ELSEWHERE = 64 };

/*
 * Which of `count` disks, by their names in the inventory (which may be NULL),
 * does a name mean that udev or multipathd makes of a disk's identity?  Its
 * index, DISK_LINK_ELSEWHERE, or -1 when the inventory does not say.
 */
int disk_link_find(const json_t *inventory, const char *const *disk_names,
	size_t count, const char *name);

/* The same by a WWID, as scsi_id has it: "3600508b1001c..." */
int disk_link_wwid(const json_t *inventory, const char *const *disk_names,
	size_t count, const char *wwid);

#endif
