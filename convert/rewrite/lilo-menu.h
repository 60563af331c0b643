#ifndef CONVERT_REWRITE_LILO_MENU_H
#define CONVERT_REWRITE_LILO_MENU_H

#include <guestfs.h>
#include <stdbool.h>

#include "convert/rewrite/menu.h"

struct error;
struct findings;
struct guest;
struct lilo_config;
struct references;
struct volume;

/*
 * The file system that a path of the mounted guest is on, and the path there;
 * links are followed where GRUB could not.  False when there is no such file.
 */
bool lilo_menu_locate(struct menu_file *file_out, guestfs_h *g,
	const struct guest *guest, const char *path);

/*
 * How the kernel `version` without an initramfs finds a partition: "PARTUUID=..."
 * where it knows that, else the name that it will have on the VM's bus.
 */
void lilo_menu_root(char *name_out, size_t room, const char *version,
	const char *bus, bool old_ide, const struct volume *volume,
	const char *partition);

/*
 * A menu for GRUB with the entries of a LILO or ELILO; freed by the caller, NULL
 * when none of them starts anything.  `path` is the configuration's.
 */
int lilo_menu_make(char **text_out, guestfs_h *g, const struct guest *guest,
	const struct lilo_config *config, const char *path, bool is_efi,
	struct references *references, struct findings *findings,
	struct error *err);

#endif
