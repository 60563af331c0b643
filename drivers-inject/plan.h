#ifndef DRIVERS_INJECT_PLAN_H
#define DRIVERS_INJECT_PLAN_H

#include <stdbool.h>

#include "drivers-inject/names.h"
#include "drivers-inject/tree.h"

struct error;
struct initramfs;
struct modules;

/* What an image has of the wanted drivers, and what it will be given. */
struct plan {
	char folder[TREE_PATH_BYTES]; /* the image's module folder, real path */
	struct names present, builtin, missing; /* wanted modules, by name */
	struct names added;	    /* new ones and what they need, by name */
	struct names paths;	    /* the same, below the module folder */
	struct names load;	    /* for the load trigger, by name */
	bool new_suffix; /* compressed otherwise than the image's modules */
};

/*
 * Compare an image with the modules of its kernel `version`.  An image that
 * holds modules of other kernels only is refused.
 */
int plan_make(struct plan *plan_out, const struct initramfs *initramfs,
	const struct modules *modules, const char *version, struct error *err);

/*
 * Can the kernel drive a disk through this virtio driver while only the image
 * is there: as it is now, or with the plan carried out?
 */
bool plan_drives(const struct plan *plan, const char *module, bool now);

/* Release for AUTO. */
void plan_freep(struct plan *plan);

#endif
