#ifndef CONVERT_REWRITE_ELILO_H
#define CONVERT_REWRITE_ELILO_H

#include <guestfs.h>
#include <stddef.h>

struct error;
struct findings;
struct guest;
struct references;

/* What takes ELILO's place on its partition. */
struct elilo {
	char *image; /* GRUB 2 for UEFI, which reads the menu */
	size_t image_bytes;
	char *menu; /* for EFI/unrack/grub.cfg; NULL: nothing takes its place */
};

/*
 * GRUB 2 of this host with the menu of the guest's elilo.conf; `folder` is the
 * loader's, as the guest sees it, and `uuid` is of its file system.  What stands in
 * the way becomes a finding.
 */
int elilo_replace(struct elilo *elilo_out, guestfs_h *g,
	const struct guest *guest, const char *folder, const char *uuid,
	struct references *references, struct findings *findings,
	struct error *err);

/* It stays after all, because of `why`: the findings say so. */
void elilo_keep(const char *folder, const char *why,
	struct findings *findings);

void elilo_release(struct elilo *elilo);

#endif
