#ifndef DRIVERS_INJECT_IMAGE_H
#define DRIVERS_INJECT_IMAGE_H

#include <stdint.h>

#include "drivers-inject/names.h"

struct error;
struct guest_files;
struct inject_kernel;
struct inject_options;
struct kernel;

/* What the images of one guest share while they are worked on. */
struct image_run {
	const struct guest_files *files;
	const struct inject_options *options;
	struct names load_names; /* what the generators should name from now on */
	uint64_t promised; /* bytes that a dry run would have taken */
};

/*
 * Bring one initramfs (report->initramfs) up to date and fill in the report;
 * without one, only that.  Whatever goes wrong ends in report->status, text and
 * hint.
 */
void image_inject(struct inject_kernel *report, const struct kernel *kernel,
	struct image_run *run);

/* Tell options->changed about a file; does nothing when nobody listens. */
struct inject_change;
int image_tell(const struct inject_options *options,
	struct inject_change *change, const void *before, const void *after,
	struct error *err);

#endif
