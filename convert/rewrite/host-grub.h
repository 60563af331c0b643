#ifndef CONVERT_REWRITE_HOST_GRUB_H
#define CONVERT_REWRITE_HOST_GRUB_H

#include <stddef.h>

struct error;
struct names;

/*
 * GRUB 2 of this host, for BIOS ("i386-pc") or UEFI ("x86_64-efi"), as material
 * for a guest whose own loader cannot start the VM.
 */

/*
 * An image that runs `config` first and holds the modules (NULL-terminated) and
 * what they need; freed by the caller.  Fails with a hint when the host has no
 * such GRUB.
 */
int host_grub_image(char **image_out, size_t *bytes_out, const char *platform,
	const char *config, const char *const *modules, struct error *err);

/* These modules and what they need, in moddep.lst, as names without ".mod". */
int host_grub_closure(struct names *names_out, const char *moddep,
	const char *const *modules, struct error *err);

/* A file of the platform's folder: "boot.img", "normal.mod". */
int host_grub_file(char **data_out, size_t *bytes_out, const char *platform,
	const char *name, struct error *err);

#endif
