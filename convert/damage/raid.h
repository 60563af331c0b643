#ifndef CONVERT_DAMAGE_RAID_H
#define CONVERT_DAMAGE_RAID_H

#include <stdbool.h>
#include <stdint.h>

/*
 * How arrays spread data over `count` members, in chunks of `chunk_bytes`.
 * `member_bytes` counts from where a member's data begins.
 */

/* RAID 0 with members of one size, and striped volumes. */
uint64_t raid_striped_up(uint64_t member_bytes, unsigned slot, unsigned count,
	uint64_t chunk_bytes);

/* RAID 10, "near" layouts of `near` copies. */
uint64_t raid10_up(uint64_t member_bytes, unsigned slot, unsigned count,
	uint64_t chunk_bytes, unsigned near);

/* Copy `index` below `near` of an array's byte: its member and the place there. */
void raid10_copy(uint64_t array_bytes, unsigned index, unsigned count,
	uint64_t chunk_bytes, unsigned near, unsigned *slot_out,
	uint64_t *member_bytes_out);

/* RAID 5, layouts 0 to 3 as Linux numbers them.  False: a parity is there. */
bool raid5_up(uint64_t member_bytes, unsigned slot, unsigned count,
	uint64_t chunk_bytes, unsigned layout, uint64_t *array_bytes_out);

#endif
