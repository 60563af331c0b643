#ifndef CONVERT_ASSESS_LUKS_H
#define CONVERT_ASSESS_LUKS_H

#include <guestfs.h>

struct error;
struct findings;
struct volume;

/* Note who besides a person has the key of an encrypted volume. */
void luks_note(guestfs_h *g, const struct volume *volume,
	struct findings *findings);

/*
 * About how many seconds of a processor one passphrase takes, by all copies of
 * the header on a device.  Fails when that is too much, or nothing tells.
 */
int luks_weigh(unsigned *seconds_out, guestfs_h *g, const char *device,
	struct error *err);

#endif
