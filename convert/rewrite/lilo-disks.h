#ifndef CONVERT_REWRITE_LILO_DISKS_H
#define CONVERT_REWRITE_LILO_DISKS_H

#include <guestfs.h>
#include <stddef.h>

struct guest;
struct lilo_config;
struct references;
struct volume;
struct volumes;

enum { LILO_DISKS = 4 };

/*
 * The disks that LILO starts the guest from: those with its name in their own or
 * a partition's first sector; without any, the one that lilo.conf names, where
 * LILO was installed and nothing else is.  Returns how many.
 */
size_t lilo_disks_find(const struct volume *disks_out[LILO_DISKS],
	guestfs_h *g, const struct volumes *volumes, const struct guest *guest,
	const struct lilo_config *config, struct references *references);

/* The disk that `boot=` of lilo.conf names, else that of /boot; or NULL. */
const struct volume *lilo_disks_guess(const struct volumes *volumes,
	const struct lilo_config *config, const struct guest *guest,
	struct references *references);

#endif
