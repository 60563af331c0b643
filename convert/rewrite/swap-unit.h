#ifndef CONVERT_REWRITE_SWAP_UNIT_H
#define CONVERT_REWRITE_SWAP_UNIT_H

#include <guestfs.h>
#include <stdbool.h>
#include <stddef.h>

struct changes;
struct error;
struct findings;
struct references;

/*
 * Plan for the guest's own swap units: a unit's name must be that of its
 * device, so one whose device gets another name is written anew under that.
 */
int swap_units_plan(guestfs_h *g, struct references *references,
	struct findings *findings, struct changes *changes,
	struct error *err);

/*
 * "dev-disk-by\x2duuid-1.swap" for "/dev/disk/by-uuid/1", as systemd-escape
 * makes it.  False when it has no room.
 */
bool swap_unit_name(char *name_out, size_t room, const char *device);

#endif
