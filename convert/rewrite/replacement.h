#ifndef CONVERT_REWRITE_REPLACEMENT_H
#define CONVERT_REWRITE_REPLACEMENT_H

#include <guestfs.h>
#include <stddef.h>

#include "convert/rewrite/lilo-disks.h"
#include "drivers-inject/names.h"

struct changes;
struct error;
struct findings;
struct guest;
struct references;
struct volume;
struct volumes;

struct replacement {
	const struct volume *disks[LILO_DISKS];
	size_t disk_count;
	char *core;
	size_t core_bytes;
	struct names modules;
};

/*
 * LILO starts a kernel by the numbers of its sectors, so that it starts none that
 * was changed, and none from another kind of disk.  Where the guest starts by
 * it, GRUB 2 of this host is to take its place, with a menu of the same entries.
 * Plans and tells; *replacement_out is NULL where there is nothing to replace.
 */
int replacement_plan(struct replacement **replacement_out, guestfs_h *g,
	const struct guest *guest, const struct volumes *volumes,
	struct references *references, struct findings *findings,
	struct changes *changes, struct error *err);

/*
 * Without its menu, which may lack room or not have been written, GRUB would
 * start nothing: LILO stays then, which is a finding.  Does nothing to NULL.
 */
void replacement_check(struct replacement *replacement,
	const struct changes *changes, struct findings *findings);

/* Write it; does nothing to NULL.  What cannot be written becomes a finding. */
int replacement_apply(const struct replacement *replacement, guestfs_h *g,
	struct findings *findings, struct changes *changes, struct error *err);

void replacement_free(struct replacement *replacement);

#endif
