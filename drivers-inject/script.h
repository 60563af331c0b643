#ifndef DRIVERS_INJECT_SCRIPT_H
#define DRIVERS_INJECT_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

struct bytes;
struct error;
struct initramfs;
struct names;

/*
 * The script of an image that loads its drivers line by line, as mkinitrd wrote
 * them: `insmod /lib/virtio.ko`, `insmod /lib/modules/V/kernel/…`, `modprobe -q
 * virtio`.
 */
struct script {
	const char *path; /* in the image: "init" or "linuxrc" */
	const char *text; /* borrowed from the image */
	size_t bytes;
	bool flat;	/* modules lie in lib/, there is no index */
	bool modprobes; /* it names modules, not their files */
};

/* False when there is none that loads modules. */
bool script_find(struct script *script_out, const struct initramfs *initramfs);

/*
 * Append to *text_out the script with a line for each of `modules` behind the
 * last that loads one.  They are files below `folder` of the image, in the order
 * in which they can be loaded.  Those that it loads already are left out;
 * *changed_out tells whether any was added.
 */
int script_extend(struct bytes *text_out, const struct script *script,
	const char *folder, const struct names *modules, bool *changed_out,
	struct error *err);

#endif
