#ifndef CONVERT_ASSESS_BOOT_H
#define CONVERT_ASSESS_BOOT_H

#include <guestfs.h>

struct findings;
struct guest;

/* Mark which of the guest's kernels boots unless someone chooses another. */
void boot_find_default(guestfs_h *g, struct guest *guest,
	struct findings *findings);

#endif
