#ifndef CONVERT_ASSESS_BOOT_DISK_H
#define CONVERT_ASSESS_BOOT_DISK_H

#include <guestfs.h>
#include <stdbool.h>
#include <stddef.h>

struct guest;
struct volume;
struct volumes;

/* What speaks for a disk as the one that the firmware starts. */
struct boot_disk_evidence {
	bool has_loader; /* GRUB's or LILO's name in its first sector */
	bool has_code;	 /* other code there, and an active partition */
	bool has_esp;	 /* an EFI system partition that the guest mounts */
	bool has_any_esp;
	bool has_boot;	 /* /boot, or else the root file system */
};

/* The index of the likeliest; the first of equals.  `count` is not 0. */
size_t boot_disk_choose(const struct boot_disk_evidence *list, size_t count,
	bool is_uefi);

/* Note its name in guest->boot_disk. */
void boot_disk_find(guestfs_h *g, struct guest *guest,
	const struct volumes *volumes);

/* The disk that was noted; NULL: none. */
const struct volume *boot_disk_volume(const struct guest *guest,
	const struct volumes *volumes);

#endif
