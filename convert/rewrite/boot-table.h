#ifndef CONVERT_REWRITE_BOOT_TABLE_H
#define CONVERT_REWRITE_BOOT_TABLE_H

#include <guestfs.h>
#include <stdbool.h>
#include <stdint.h>

struct changes;
struct error;
struct findings;
struct guest;
struct volumes;

/* What is wrong with a table of partitions, and was mended in a copy. */
struct boot_table {
	unsigned heads, sectors; /* of the controller that it was written on */
	bool other_geometry;	 /* which is not the VM's */
	bool none_active;	 /* although the code there looks for one */
	unsigned activated;	 /* the partition that is now, from 1; 0: none */
};

/*
 * Mend the first sector of a disk (512 bytes at `sector`) for code that finds
 * partitions by cylinder, head and sector, or by their active flag; a loader that
 * brings its own way (GRUB, LILO) needs neither.  `has_loader` says of each of the four
 * partitions whether it begins with a boot loader.  True when it was changed.
 */
bool boot_table_mend(uint8_t *sector, uint64_t disk_sectors,
	const bool has_loader[4], struct boot_table *table_out);

/* The disk that a guest with a BIOS starts: told, and with `changes` mended. */
int boot_table_apply(guestfs_h *g, const struct guest *guest,
	const struct volumes *volumes, struct findings *findings,
	struct changes *changes, struct error *err);

#endif
