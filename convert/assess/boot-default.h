#ifndef CONVERT_ASSESS_BOOT_DEFAULT_H
#define CONVERT_ASSESS_BOOT_DEFAULT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The path, as the loader sees it, of the kernel that boots unless someone
 * chooses another.  False when the text starts no Linux.
 */

/*
 * GRUB legacy: menu.lst, grub.conf.  `saved` is the file "default" beside it, for
 * "default saved"; may be NULL.
 */
bool grub_legacy_default(const char *text, const char *saved, char *path_out,
	size_t room);

/* extlinux.conf, syslinux.cfg. */
bool syslinux_default(const char *text, char *path_out, size_t room);

/* A file of loader/entries: its name without ".conf", and its text. */
struct boot_entry_file {
	const char *id, *text;
};

enum boot_order {
	BOOT_ORDER_GRUB,   /* by name, the highest version first */
	BOOT_ORDER_SYSTEMD /* by sort-key, version and name; spent ones last */
};

/*
 * Of such files: the one that `wanted` names, which is a name, for systemd-boot
 * a pattern, for GRUB perhaps a number; else the first in order.  `wanted` may be
 * NULL or empty.  Sorts the list.
 */
bool entries_default(struct boot_entry_file *list, size_t count,
	enum boot_order order, const char *wanted, char *path_out, size_t room);

/*
 * Of such files' paths, a list that ends with NULL, keep the one that `wanted`, as
 * above, names by more than a number; all when there is none.  Frees the others.
 */
void entries_keep(char **paths, enum boot_order order, const char *wanted);

/* "default" of systemd-boot's loader.conf; empty when it has none. */
void loader_conf_default(const char *text, char *wanted_out, size_t room);

#endif
