#ifndef TESTS_MUTANTS_LENT_H
#define TESTS_MUTANTS_LENT_H

#include <guestfs.h>

/*
 * One appliance for many conversions: launching it takes longer than all else.
 * The conversion's own appliance_open() is given this handle and its end of it
 * only unmounts (see lent.c); the caller keeps it.
 */
void lent_set(guestfs_h *g);

/* The real ones. */
struct appliance_disk;
struct error;
int __real_appliance_open(guestfs_h **g_out, const struct appliance_disk *disks,
	size_t count, struct error *err);
void __real_appliance_kill(guestfs_h *g);

#endif
