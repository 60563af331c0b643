#ifndef DRIVERS_INJECT_GUEST_DISKS_H
#define DRIVERS_INJECT_GUEST_DISKS_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct guest_files;

/*
 * A guest on disk images: launch the appliance over them and mount the root as
 * its fstab says.  `format` is "raw", "qcow2" or NULL to look at each file.
 * The caller ends with guest_disks_close().
 */
int guest_disks_open(struct guest_files *files_out, const char *const disks[],
	size_t count, const char *format, bool read_only, struct error *err);

/* Write everything out and end the appliance; closes also on failure. */
int guest_disks_close(struct guest_files *files, struct error *err);

/*
 * The format of an image by its header.  A qcow2 file that refers to other
 * files is refused: a raw disk could pretend to be one and so reach files of
 * this host.
 */
int guest_disks_format(const char **format_out, const char *path,
	struct error *err);

#endif
