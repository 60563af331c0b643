#ifndef CONVERT_SOURCE_CARRY_H
#define CONVERT_SOURCE_CARRY_H

#include <stddef.h>
#include <stdint.h>

#include "wire/hash.h"

struct carry_set;
struct error;
struct image;
struct machine_disk;
struct progress;

/*
 * Whether the set holds exactly these disks, whole: their number, their sizes,
 * every group, and root hashes that fit the groups'.
 */
int carry_check(const struct carry_set *set, const struct machine_disk *disks,
	size_t count, struct error *err);

/* The bytes of a disk's blocks that the set stores, unpacked. */
uint64_t carry_stored_bytes(const struct carry_set *set, uint8_t disk);

/*
 * Make the image what the set says that the disk is: what it has already is
 * kept, what differs is dropped, what it lacks is stored once its hash was
 * checked.  Blocks of zeros stay absent.  Durable, and adopted, when it returns.
 * `tick` is called now and then.  *stored_out: bytes that were not there.
 */
int carry_import(struct carry_set *set, uint8_t disk, struct image *image,
	struct progress *progress, void (*tick)(void *context), void *context,
	uint64_t *stored_out, struct error *err);

/* The disk's root hash, as the set says. */
void carry_root_hex(const struct carry_set *set, uint8_t disk,
	char hex_out[HASH_HEX_BYTES]);

#endif
