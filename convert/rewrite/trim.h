#ifndef CONVERT_REWRITE_TRIM_H
#define CONVERT_REWRITE_TRIM_H

#include <guestfs.h>

struct error;
struct findings;
struct guest;
struct volumes;

/*
 * Discard the free space of the mounted file systems and what swap space holds,
 * so that the capture leaves it out.  What cannot be trimmed is a finding; -1
 * when a swap area may have lost its header.
 */
int trim_mounted(guestfs_h *g, const struct guest *guest,
	const struct volumes *volumes, struct findings *findings,
	struct error *err);

/*
 * The same for the file systems that are not mounted.  Unmounts all others:
 * the last thing to do.
 */
void trim_others(guestfs_h *g, const struct guest *guest,
	const struct volumes *volumes, struct findings *findings);

#endif
