#ifndef CONVERT_ASSESS_LUKS_H
#define CONVERT_ASSESS_LUKS_H

#include <guestfs.h>

struct findings;
struct volume;

/* Note who besides a person has the key of an encrypted volume. */
void luks_note(guestfs_h *g, const struct volume *volume,
	struct findings *findings);

#endif
