#ifndef CONVERT_ASSESS_BOOT_CHAIN_H
#define CONVERT_ASSESS_BOOT_CHAIN_H

#include <guestfs.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct findings;
struct guest;
struct volumes;

/* Reads the sector (512 bytes) with this number; false when there is none. */
typedef bool boot_chain_read(void *context, uint64_t number, uint8_t *sector);

enum boot_chain {
	BOOT_CHAIN_WHOLE,
	BOOT_CHAIN_OTHER,	/* no GRUB: not walked */
	BOOT_CHAIN_NO_CODE,	/* nothing that a BIOS would run */
	BOOT_CHAIN_NO_CORE,	/* what the first sector loads is not there */
	BOOT_CHAIN_CORE_DAMAGED /* or not all of it */
};

/* What a first sector leads to. */
struct boot_core {
	bool is_legacy;	     /* GRUB's stage 1, of before version 1 */
	uint64_t first;	     /* sector of the core, or of stage 1.5 or 2 */
	uint64_t last;	     /* of what follows it */
	unsigned pieces;     /* that it lies in; more than one: in a file */
};

/* From the first sector of a disk to the end of GRUB's core. */
enum boot_chain boot_chain_walk(struct boot_core *core_out,
	boot_chain_read *read, void *context);

/*
 * The whole way of a guest that a BIOS starts, from its disk's first sector to
 * the default kernel: the link at which it would end becomes a finding.
 */
void boot_chain_check(guestfs_h *g, const struct guest *guest,
	const struct volumes *volumes, struct findings *findings);

#endif
