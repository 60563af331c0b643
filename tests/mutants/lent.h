#ifndef TESTS_MUTANTS_LENT_H
#define TESTS_MUTANTS_LENT_H

#include "drivers-inject/appliance.h"

/*
 * One appliance for many conversions: launching it takes longer than all else.
 * The conversion's own appliance_open() is given this handle and its end of it
 * only unmounts (see lent.c); the caller keeps it.
 */
void lent_set(guestfs_h *g);

/* The real one. */
extern __typeof__(appliance_open) __real_appliance_open;

#endif
