#ifndef CONVERT_REWRITE_INJECTION_H
#define CONVERT_REWRITE_INJECTION_H

#include <guestfs.h>
#include <stdbool.h>

struct changes;
struct error;
struct findings;
struct guest;
struct image_store;
struct references;

/*
 * Note the kernels in `guest`, without anything about their drivers, so that it
 * can be found out which one boots.
 */
int injection_find_kernels(guestfs_h *g, struct guest *guest,
	struct error *err);

/*
 * Put virtio drivers into every initramfs, and what was rewritten on the root
 * file system and lies in the initramfs too; the kernel that boots comes first
 * where space is scarce.  A dry run writes nothing; both note in `guest` what
 * its kernels can drive.  Findings are made by the dry run only.  `store`, which
 * may be NULL, keeps the images in between.
 */
int injection_run(guestfs_h *g, bool dry_run, struct guest *guest,
	struct references *references, struct findings *findings,
	struct changes *changes, struct image_store *store, struct error *err);

#endif
