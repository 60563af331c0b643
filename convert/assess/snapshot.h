#ifndef CONVERT_ASSESS_SNAPSHOT_H
#define CONVERT_ASSESS_SNAPSHOT_H

#include <guestfs.h>

struct files;
struct findings;
struct packages;

/*
 * Read what the rules look at from the mounted guest, in few large calls.  What
 * cannot be read or is too much is a limit of the assessment, no failure.
 */
void snapshot_take(struct files *files, struct packages *packages,
	guestfs_h *g, struct findings *findings);

#endif
