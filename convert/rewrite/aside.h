#ifndef CONVERT_REWRITE_ASIDE_H
#define CONVERT_REWRITE_ASIDE_H

#include <guestfs.h>
#include <stdbool.h>

struct changes;
struct error;
struct findings;

/*
 * Plan to put aside, under another name in their folders, files that only
 * describe the old machine's disks and hide the VM's; and wish that multipathd
 * does not start.  Programs make such files anew, or do without.
 */
int aside_plan(guestfs_h *g, struct findings *findings,
	struct changes *changes, struct error *err);

/*
 * Does LVM's devices file find its volumes in the VM?  It does by what a volume
 * is made of (an array, LUKS, a logical volume), not by a disk's serial number,
 * WWID or name.
 */
bool aside_lvm_devices_hold(const char *text);

#endif
