#ifndef CONVERT_REWRITE_REWRITERS_H
#define CONVERT_REWRITE_REWRITERS_H

#include "convert/rewrite/edit.h"

/* The rewriters of rewrite/NAME.c; see rewrite_function for the contract. */
rewrite_function fstab_rewrite;
rewrite_function crypttab_rewrite;
rewrite_function grub2_rewrite_config;	 /* grub.cfg */
rewrite_function grub2_rewrite_defaults; /* /etc/default/grub */
rewrite_function resume_rewrite; /* RESUME= of initramfs-tools */

/*
 * Evidence in grub.cfg: what root= and resume= are used for; root= means the
 * volume `root` (NULL: not known).
 */
struct volume;
void grub2_learn(const char *text, struct references *references,
	const struct volume *root);

#endif
