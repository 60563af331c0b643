#ifndef CONVERT_ASSESS_FIRMWARE_H
#define CONVERT_ASSESS_FIRMWARE_H

#include <guestfs.h>
#include <jansson.h>
#include <stdbool.h>

struct findings;
struct guest;
struct volumes;

/* What speaks for one firmware or the other. */
struct firmware_evidence {
	const char *recorded; /* "bios", "uefi", or NULL: no inventory */

	/* an EFI system partition; with a loader of the guest; in its fstab */
	bool esp, esp_loader, esp_mounted;
	bool efi_modules; /* GRUB's folder for it in /boot */
	bool boot_code;	  /* in the first sector of a disk */
	bool bios_core;	  /* a BIOS boot partition that is not empty */
	bool bios_modules;
};

/*
 * "uefi" or "bios"; *both_out when the disks could boot with either, or not with what
 * was recorded.
 */
const char *firmware_decide(const struct firmware_evidence *evidence,
	bool *both_out);

/* Would a BIOS get anywhere with this first sector (512 bytes) of a disk? */
bool firmware_is_boot_code(const void *sector);

/* What firmware_decide() says of the mounted guest; a doubt becomes a finding. */
const char *firmware_find(guestfs_h *g, const struct guest *guest,
	const struct volumes *volumes, const json_t *inventory,
	struct findings *findings);

#endif
