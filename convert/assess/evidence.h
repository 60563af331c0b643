#ifndef CONVERT_ASSESS_EVIDENCE_H
#define CONVERT_ASSESS_EVIDENCE_H

struct references;
struct volume;
struct volumes;

/*
 * What files of the guest say about its names for disks and volumes, for
 * reference.h.  A text that is NULL says nothing.
 */

/* `root` is the file system mounted at "/", `boot` at "/boot" (NULL: unknown). */
void evidence_of_fstab(struct references *references, const char *fstab,
	const struct volume *root, const struct volume *boot);

/* The names of what is inside of encrypted volumes. */
void evidence_of_crypttab(struct references *references, const char *crypttab,
	const struct volumes *volumes);

/* Names of arrays, by their UUIDs. */
void evidence_of_mdadm(struct references *references, const char *text);

/* multipathd's names of disks, by their WWIDs. */
void evidence_of_bindings(struct references *references, const char *text);

/* The names that multipath.conf chooses for disks, by their WWIDs. */
void evidence_of_multipath(struct references *references, const char *text);

#endif
