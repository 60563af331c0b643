#ifndef CONVERT_ASSESS_WISH_H
#define CONVERT_ASSESS_WISH_H

#include <stdbool.h>
#include <stddef.h>

#include "convert/assess/root.h"

struct guest;
struct reference;
struct references;
struct volume;

/* A line of fstab whose file system the guest mounts at boot, or boots from. */
struct wish {
	const struct volume *volume; /* borrowed from those of the references */
	char target[256], subvolume[ROOT_SUBVOLUME_BYTES];
	bool is_noauto;
};

/*
 * Those of this text, in the order in which they are to be mounted; at most
 * GUEST_MOUNTS.  The guest gets what its lines of swap mean.
 */
size_t wishes_read(struct wish *wishes_out, const char *fstab,
	struct guest *guest, struct references *references);

/* The guest's swap is there, too, if it has a name; each counts once. */
void wish_note_swap(struct guest *guest, const struct reference *reference);

#endif
