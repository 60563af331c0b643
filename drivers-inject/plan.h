#ifndef DRIVERS_INJECT_PLAN_H
#define DRIVERS_INJECT_PLAN_H

#include <stdbool.h>

#include "drivers-inject/modules.h"
#include "drivers-inject/names.h"
#include "drivers-inject/tree.h"

struct error;
struct initramfs;

/* What an image has of the wanted drivers, and what it will be given. */
struct plan {
	char folder[TREE_PATH_BYTES]; /* the image's module folder, real path */
	bool flat; /* without folders and index, as old mkinitrd made it */
	struct names present, builtin, missing; /* wanted modules, by name */
	struct names added;	    /* new ones and what they need, by name */
	struct names paths;	    /* the same, below the module folder */
	struct names load;	    /* for the load trigger, by name */
	bool unpack; /* the image's modules are plain, the guest's are not */
	bool new_suffix; /* compressed otherwise than the image's modules */
};

/* What is asked of a plan. */
struct plan_request {
	const struct initramfs *initramfs; /* NULL: the kernel boots without */
	const struct modules *modules;
	const char *version;
	bool flat;		/* modules lie in the image's lib/ */
	enum modules_tier tier; /* up to which modules are added */
};

/*
 * Compare an image with the modules of its kernel.  An image that holds modules
 * of other kernels only is refused.
 */
int plan_make(struct plan *plan_out, const struct plan_request *request,
	struct error *err);

/*
 * Can the kernel use this module while only the image is there: as it is now,
 * or with the plan carried out?
 */
bool plan_has(const struct plan *plan, const char *module, bool now);

/* The same for a virtio driver and what it stands on. */
bool plan_drives(const struct plan *plan, const char *module, bool now);

/*
 * Where a module of the guest (`path` below its module folder) goes below the
 * image's; freed by the caller, NULL when memory is out.
 */
char *plan_target(const struct plan *plan, const char *path);

/* Release for AUTO. */
void plan_freep(struct plan *plan);

#endif
