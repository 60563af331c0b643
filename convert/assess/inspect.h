#ifndef CONVERT_ASSESS_INSPECT_H
#define CONVERT_ASSESS_INSPECT_H

#include <guestfs.h>
#include <jansson.h>
#include <stdbool.h>

struct error;
struct findings;
struct guest;
struct references;
struct volume;
struct volumes;

/*
 * Choose the operating system to convert, for which the inventory (NULL: none)
 * has the firmware's entries, mount its file systems as its own
 * fstab says, and note them in `guest`.  *root_out is NULL when there is none;
 * then nothing is mounted, but for /boot of a system that is locked.  The
 * guest's names for its disks are learned by `references`.  Fails only when the
 * appliance does.
 */
int inspect_mount(const struct volume **root_out, guestfs_h *g,
	struct guest *guest, struct volumes *volumes,
	struct references *references, const json_t *inventory,
	struct findings *findings, struct error *err);

/*
 * Note what the mounted system is: distribution, name, services, clock,
 * firmware.  What cannot be read stays unknown.
 */
void inspect_facts(guestfs_h *g, struct guest *guest,
	const struct volumes *volumes, const json_t *inventory,
	struct findings *findings);

#endif
