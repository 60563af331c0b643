#ifndef CONVERT_REWRITE_REWRITERS_H
#define CONVERT_REWRITE_REWRITERS_H

#include "convert/rewrite/edit.h"

/* The rewriters of rewrite/NAME.c, beside those of loader.h; see rewrite_function for the contract. */
rewrite_function fstab_rewrite;
rewrite_function crypttab_rewrite;
rewrite_function grub_defaults_rewrite; /* /etc/default/grub */
rewrite_function xorg_rewrite_modesetting; /* drivers of absent cards */
rewrite_function xorg_rewrite_vesa;
rewrite_function resume_rewrite; /* RESUME= of initramfs-tools */
rewrite_function mdadm_rewrite;
rewrite_function boot_degraded_rewrite; /* BOOT_DEGRADED= of Ubuntu's mdadm */
rewrite_function lvm_rewrite;
rewrite_function multipath_rewrite;
rewrite_function oracleasm_rewrite;
/* of device-words.c: names of disks anywhere; a line without its disk stays */
rewrite_function device_words_rewrite;
rewrite_function device_lines_rewrite; /* or becomes a comment */

struct references;

/* Before any text is rewritten: reference_notice() of all names in this one. */
void device_words_notice(struct references *references, const char *text);

/* of initramfs-texts.c */
rewrite_function dracut_arguments_rewrite; /* etc/cmdline.d */
rewrite_function dracut_wait_rewrite;	   /* a device that is waited for */
rewrite_function dracut_timeout_rewrite;   /* how long systemd waits for one */
rewrite_function nash_rewrite;		   /* an init that is no other's */

#endif
