#ifndef CONVERT_ASSESS_UNLOCK_H
#define CONVERT_ASSESS_UNLOCK_H

#include <guestfs.h>

struct error;
struct findings;
struct luks_keys;
struct references;
struct volume;
struct volumes;

/*
 * Open every encrypted volume that one of the passphrases fits, in the
 * appliance only, and add what is inside; until nothing new appears, so that
 * LVM inside of LUKS inside of LVM is seen.  One whose header makes that take
 * too long is left, with a finding (`findings` may be NULL: a warning).
 */
int unlock_all(struct volumes *volumes, guestfs_h *g,
	const struct luks_keys *keys, struct findings *findings,
	struct error *err);

/*
 * The same with files of the mounted guest that its crypttab names as keys.
 * Their bytes are the key; libguestfs takes none with NUL among them.
 */
int unlock_by_crypttab(struct volumes *volumes, guestfs_h *g,
	const char *crypttab, struct references *references,
	struct findings *findings, struct error *err);

/* What is inside of this volume, or NULL. */
const struct volume *unlock_inside(const struct volumes *volumes,
	const struct volume *encrypted);

#endif
