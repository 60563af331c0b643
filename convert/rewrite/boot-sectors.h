#ifndef CONVERT_REWRITE_BOOT_SECTORS_H
#define CONVERT_REWRITE_BOOT_SECTORS_H

#include <stddef.h>
#include <stdint.h>

struct error;

/*
 * How many sectors lie between the first one (512 bytes at `sector`) and the first
 * partition: room for a boot loader's core.  0 with a table that is none of the
 * old kind, or without partitions.
 */
size_t boot_sectors_gap(const uint8_t *sector);

/*
 * What the first sectors of a disk become: GRUB's boot.img with the
 * disk's own partition table and signature, then its core, zeros up to a whole
 * sector.  `present` is the first sector now.  The caller frees
 * *data_out.  Fails when the images are none of GRUB's, or there is no room.
 */
int boot_sectors_make(uint8_t **data_out, size_t *bytes_out,
	const uint8_t *present, const void *boot, size_t boot_bytes,
	const void *core, size_t core_bytes, struct error *err);

#endif
