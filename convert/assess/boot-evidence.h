#ifndef CONVERT_ASSESS_BOOT_EVIDENCE_H
#define CONVERT_ASSESS_BOOT_EVIDENCE_H

#include <stdbool.h>

struct volume;
struct volumes;

/* What a boot loader starts unless someone chooses another entry. */
struct boot_evidence {
	char root[256];	     /* the value of root= */
	char subvolume[256]; /* of rootflags=, or empty */
};

/*
 * Read it from a loader's configuration; the file's name tells the format
 * ("grub.cfg" is GRUB 2's; all others have lines with the kernel's arguments).
 * False when there is no root= in it.
 */
bool boot_evidence_read(struct boot_evidence *evidence_out, const char *path,
	const char *text);

/*
 * Does its root= mean this volume?  Names that depend on hardware say little:
 * only that the number of the partition is the same.
 */
bool boot_evidence_names(const struct boot_evidence *evidence,
	const struct volumes *volumes, const struct volume *volume);
bool boot_evidence_may_name(const struct boot_evidence *evidence,
	const struct volume *volume);

#endif
