#ifndef CONVERT_REWRITE_RAID_ERASE_H
#define CONVERT_REWRITE_RAID_ERASE_H

#include <guestfs.h>

struct changes;
struct error;
struct guest;
struct volumes;

/*
 * Make a plain disk of each that is all of a firmware's mirror that the VM has
 * (layers_is_alone()): its marks are erased and kept in the record.
 */
int raid_erase(guestfs_h *g, const struct guest *guest,
	const struct volumes *volumes, struct changes *changes,
	struct error *err);

#endif
