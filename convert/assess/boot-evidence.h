#ifndef CONVERT_ASSESS_BOOT_EVIDENCE_H
#define CONVERT_ASSESS_BOOT_EVIDENCE_H

#include <stdbool.h>

#include <stddef.h>

struct volume;
struct volumes;

/* What a boot loader starts unless someone chooses another entry. */
struct boot_evidence {
	char root[256];	     /* the value of root=, or empty */
	char subvolume[256]; /* of rootflags=, or empty */
	char next[64];	     /* or the UUID of the file system where another
			      * configuration is that says it */
};

/*
 * Read it from a loader's configuration; the file's name tells the format
 * ("grub.cfg" is GRUB 2's, "lilo.conf" and "elilo.conf" are LILO's; all others
 * have lines with the kernel's arguments).  `saved` is grubenv's saved_entry, or
 * empty.  False when neither a root= nor a file system is in it.
 */
bool boot_evidence_read(struct boot_evidence *evidence_out, const char *path,
	const char *text, const char *saved);

/*
 * Does its root= mean this volume?  Names that depend on hardware say little:
 * only that the number of the partition is the same.
 */
bool boot_evidence_names(const struct boot_evidence *evidence,
	const struct volumes *volumes, const struct volume *volume);
bool boot_evidence_may_name(const struct boot_evidence *evidence,
	const struct volume *volume);

/*
 * Does a firmware's entry for `program` ("\EFI\debian\shimx64.efi") read this
 * configuration of the same partition?
 */
bool boot_evidence_is_of(const char *program, const char *path);

/* A loader's configuration, and where it is. */
struct boot_loader {
	const struct volume *volume;
	bool is_started; /* by the old firmware's first entry */
	struct boot_evidence says;
};

/*
 * How much of what all loaders say is for this root: more what the firmware
 * starts, then what is outside of the system itself, which has something to say
 * for itself anyway.  Each file system has one voice.
 */
int boot_evidence_weigh(const struct boot_loader *loaders, size_t count,
	const struct volumes *volumes, const struct volume *root);

#endif
