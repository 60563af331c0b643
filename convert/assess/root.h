#ifndef CONVERT_ASSESS_ROOT_H
#define CONVERT_ASSESS_ROOT_H

#include <guestfs.h>
#include <jansson.h>

struct error;
struct findings;
struct guest;
struct volume;
struct volumes;

enum { ROOT_SUBVOLUME_BYTES = 256 };

/* The file system of the system that is converted. */
struct root {
	const struct volume *volume;
	char subvolume[ROOT_SUBVOLUME_BYTES]; /* empty: the default one */
	const struct volume *boot; /* the only one that looks like /boot, or
				    * NULL */
};

/*
 * Find the system that the server runs, and mount it at "/".  Of several, the one
 * that boot loaders start by default, above all what the old firmware tried first,
 * by the inventory (NULL: none); then the one that was used last; the others
 * become a finding.  1; 0 when there is none (`boot` is set all the same, nothing
 * is mounted); -1.
 */
int root_find(struct root *root_out, guestfs_h *g, struct guest *guest,
	const struct volumes *volumes, const json_t *inventory,
	struct findings *findings, struct error *err);

/*
 * Mount a file system, or a subvolume of it (empty: the default one); returns
 * what guestfs_mount_options() does.
 */
int root_mount(guestfs_h *g, const struct volume *volume,
	const char *subvolume, const char *target);

#endif
