#ifndef DRIVERS_INJECT_APPLIANCE_H
#define DRIVERS_INJECT_APPLIANCE_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct guestfs_h;

/*
 * Launch libguestfs on disk images and mount the guest's root as its fstab
 * says.  `format` is "raw", "qcow2" or NULL to look at each file.  The caller
 * owns *g_out and ends with appliance_close().
 */
int appliance_open(struct guestfs_h **g_out, const char *const disks[],
	size_t count, const char *format, bool read_only, struct error *err);

/* Write everything out and end the appliance; closes also on failure. */
int appliance_close(struct guestfs_h *g, struct error *err);

/*
 * The format of an image by its header.  A qcow2 file that refers to other
 * files is refused: a raw disk could pretend to be one and so reach files of
 * this host.
 */
int appliance_format(const char **format_out, const char *path,
	struct error *err);

#endif
