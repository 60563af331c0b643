#ifndef CONVERT_REWRITE_INJECTION_H
#define CONVERT_REWRITE_INJECTION_H

#include <guestfs.h>
#include <stdbool.h>

struct changes;
struct error;
struct findings;
struct guest;
struct references;

/*
 * Put virtio drivers into every initramfs, and what was rewritten on the root
 * file system and lies in the initramfs too.  A dry run writes nothing; both
 * note the kernels in `guest`.  Findings are made by the dry run only.
 */
int injection_run(guestfs_h *g, bool dry_run, struct guest *guest,
	struct references *references, struct findings *findings,
	struct changes *changes, struct error *err);

#endif
