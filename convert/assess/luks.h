#ifndef CONVERT_ASSESS_LUKS_H
#define CONVERT_ASSESS_LUKS_H

#include <guestfs.h>

struct findings;
struct volume;

/* Note that a volume is encrypted, and who besides a person has its key. */
void luks_note(guestfs_h *g, const struct volume *volume,
	struct findings *findings);

#endif
