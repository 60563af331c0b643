#ifndef CONVERT_ASSESS_BOOT_H
#define CONVERT_ASSESS_BOOT_H

#include <guestfs.h>
#include <stdbool.h>
#include <stddef.h>

struct findings;
struct guest;

/* Mark which of the guest's kernels boots unless someone chooses another. */
void boot_find_default(guestfs_h *g, struct guest *guest,
	struct findings *findings);

/*
 * The disk on which Debian's grub-pc package renews the boot sector, noted when
 * it was installed, in debconf's database.  False when nothing is noted.
 */
bool boot_install_device(const char *database, char *device_out, size_t room);

/* Note it when the VM has no disk of that name. */
void boot_check_install_device(guestfs_h *g, struct findings *findings);

#endif
