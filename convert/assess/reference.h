#ifndef CONVERT_ASSESS_REFERENCE_H
#define CONVERT_ASSESS_REFERENCE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "convert/assess/volume.h"

struct error;
struct references;

enum reference_state {
	REFERENCE_OTHER,     /* names no disk: "proc", "host:/path", a loop; or
			      * something inside of a volume that is locked, or
			      * of a layer that is not put together here */
	REFERENCE_STABLE,    /* names a volume in a way that survives */
	REFERENCE_NAMED,     /* names a volume in a way that does not */
	REFERENCE_MISSING,   /* nothing here is meant by it */
	REFERENCE_AMBIGUOUS, /* several things may be meant */
	REFERENCE_REMOVABLE  /* a floppy or optical drive */
};

struct reference {
	enum reference_state state;
	const struct volume *volume; /* when STABLE or NAMED, borrowed */
	char stable[160];	     /* what to write instead; may be empty */
	char partition[160];	     /* "PARTUUID=...", or empty */
	bool lasts; /* AMBIGUOUS, but the guest's own number of an array */
	bool by_order; /* NAMED by the order of the disks: others would fit */
};

/*
 * What the names in a guest's configuration mean.  `disk_names` are the names
 * in the inventory of the appliance's disks, in its order.  All arguments are
 * borrowed until references_free(); `inventory` may be NULL.
 */
struct references *references_new(const struct volumes *volumes,
	const json_t *inventory, const char *const *disk_names,
	size_t disk_count);
void references_free(struct references *references);

static inline void
references_freep(struct references **references)
{
	references_free(*references);
}

/*
 * Evidence, to be given before anything is resolved: the guest uses `spec` for
 * something of `type` (fstab's type, "crypto_LUKS"; "" when unknown).
 */
void reference_learn(struct references *references, const char *spec,
	const char *type);

/*
 * The guest has this name, whatever for.  Two names of one kind that may mean
 * one disk are ambiguous, whichever is asked for first.
 */
void reference_notice(struct references *references, const char *spec);

/* Evidence: `spec` is known to mean this volume. */
void reference_pin(struct references *references, const char *spec,
	const struct volume *volume);

/*
 * Evidence: `name` ("/dev/mapper/mpatha", or any that the guest chose) is the disk
 * with this WWID.
 */
void reference_bind(struct references *references, const char *name,
	const char *wwid);

/*
 * Evidence: a name that the guest makes itself (an open LUKS volume), which
 * lasts.  `volume` is what it means here, NULL when that is not to be seen.
 */
void reference_declare(struct references *references, const char *spec,
	const struct volume *volume);

/*
 * Evidence: a name that the guest makes itself, of what is not here.  A name that
 * is declared twice means what is here, else what was said last.
 */
void reference_lose(struct references *references, const char *spec);

/*
 * What `spec` means, used for something of `type`.  Never a guess: where several
 * disks fit, it is ambiguous, unless it makes no difference (swap, members of one
 * mirror or btrfs) or other names show that the guest counts as the inventory does.
 */
void reference_resolve(struct references *references, const char *spec,
	const char *type, struct reference *reference_out);

/* Is it by its form a name of a disk or of a partition, whichever is meant? */
bool reference_is_of_disk(const struct references *references,
	const char *spec);

/* The volumes that it was made of. */
const struct volumes *references_volumes(const struct references *references);

/*
 * reference->stable as the path of a device, for those who take nothing else:
 * "/dev/disk/by-uuid/...".  Empty when there is none.
 */
enum { REFERENCE_PATH_BYTES = 200 };
void reference_path(const struct reference *reference,
	char path_out[REFERENCE_PATH_BYTES]);

/*
 * Does nothing here, or more than one thing, fit it?  What the guest itself numbers
 * is not lost: no other hardware changes it.
 */
static inline bool
reference_is_lost(const struct reference *reference)
{
	return reference->state == REFERENCE_MISSING ||
		(reference->state == REFERENCE_AMBIGUOUS && !reference->lasts);
}

/* How `volume` should be named: as in struct reference. */
void reference_name(const struct references *references,
	const struct volume *volume, struct reference *reference_out);

#endif
