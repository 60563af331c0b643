#ifndef DRIVERS_INJECT_IMAGE_H
#define DRIVERS_INJECT_IMAGE_H

struct error;
struct guest_files;
struct inject_kernel;
struct inject_options;
struct kernel;
struct names;

/*
 * Bring one initramfs (report->initramfs) up to date and fill in the report.
 * Whatever goes wrong ends in report->status, text and hint.  Adds to
 * `load_names` what the generator should name from now on.
 */
void image_inject(struct inject_kernel *report, const struct kernel *kernel,
	const struct guest_files *files, const struct inject_options *options,
	struct names *load_names);

/* Tell options->changed about a file; does nothing when nobody listens. */
struct inject_change;
int image_tell(const struct inject_options *options,
	struct inject_change *change, const void *before, const void *after,
	struct error *err);

#endif
