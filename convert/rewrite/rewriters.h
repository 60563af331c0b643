#ifndef CONVERT_REWRITE_REWRITERS_H
#define CONVERT_REWRITE_REWRITERS_H

#include "convert/rewrite/edit.h"

/* The rewriters of rewrite/NAME.c, beside those of loader.h; see rewrite_function for the contract. */
rewrite_function fstab_rewrite;
rewrite_function crypttab_rewrite;
rewrite_function grub_defaults_rewrite; /* /etc/default/grub */
rewrite_function resume_rewrite; /* RESUME= of initramfs-tools */
/* of initramfs-texts.c */
rewrite_function dracut_arguments_rewrite; /* etc/cmdline.d */
rewrite_function dracut_wait_rewrite;	   /* a device that is waited for */
rewrite_function nash_rewrite;		   /* an init that is no other's */

#endif
