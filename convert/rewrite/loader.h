#ifndef CONVERT_REWRITE_LOADER_H
#define CONVERT_REWRITE_LOADER_H

#include "convert/rewrite/edit.h"

struct volume;

/*
 * The kernel command lines in a boot loader's configuration, edited as text and
 * never regenerated: that would need the guest's programs.  What a loader uses
 * to find its own files (GRUB's `set root`, `search` and (hdN,M)) is left
 * alone, because BIOS drive numbers stay.
 */
rewrite_function loader_rewrite_grub2;	   /* grub.cfg */
rewrite_function loader_rewrite_grub;	   /* GRUB legacy: menu.lst, grub.conf */
rewrite_function loader_rewrite_entry;	   /* loader/entries of BLS, systemd-boot */
rewrite_function loader_rewrite_syslinux;  /* extlinux, syslinux */
rewrite_function loader_rewrite_lilo;	   /* LILO, ELILO */
rewrite_function loader_rewrite_arguments; /* nothing but a command line */
rewrite_function loader_rewrite_grubenv;   /* `kernelopts`; stays 1024 bytes */

/*
 * Evidence in such a text, of the format that `rewrite` (one of the above) is
 * for: what root= and resume= are used for; root= means the volume `root` (NULL:
 * not known).
 */
void loader_learn(rewrite_function *rewrite, const char *text,
	struct references *references, const struct volume *root);

#endif
