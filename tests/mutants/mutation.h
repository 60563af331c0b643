#ifndef TESTS_MUTANTS_MUTATION_H
#define TESTS_MUTANTS_MUTATION_H

#include <guestfs.h>
#include <stdbool.h>
#include <stddef.h>

#include "tests/torture/fault.h"

/* What befell one file of a guest, or its file system. */
struct damage {
	const char *what; /* "cut short" */
	char path[512];
};

/*
 * Damage a file of the mounted guest as the dice say, and tell how.  What
 * cannot be done to this file leaves it as it is; `what` says so.
 */
void mutation_apply(guestfs_h *g, const char *path, struct dice *dice,
	struct damage *damage_out);

/* Damage sectors at the head of an unmounted file system, where its records are. */
void mutation_strike(guestfs_h *g, const char *device, struct dice *dice,
	struct damage *damage_out);

#endif
