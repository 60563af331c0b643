/*
 * Where arrays of Linux' md and LVM's striped volumes put their chunks.
 */
#include "convert/damage/raid.h"

enum { RAID5_IS_RIGHT = 1, RAID5_IS_SYMMETRIC = 2 };

uint64_t
raid_striped_up(uint64_t member_bytes, unsigned slot, unsigned count,
	uint64_t chunk_bytes)
{
	uint64_t row = member_bytes / chunk_bytes;

	return (row * count + slot) * chunk_bytes + member_bytes % chunk_bytes;
}

/* Copies of one chunk lie side by side, and flow over to the next row. */
uint64_t
raid10_up(uint64_t member_bytes, unsigned slot, unsigned count,
	uint64_t chunk_bytes, unsigned near)
{
	uint64_t position = member_bytes / chunk_bytes * count + slot;

	return position / near * chunk_bytes + member_bytes % chunk_bytes;
}

void
raid10_copy(uint64_t array_bytes, unsigned index, unsigned count,
	uint64_t chunk_bytes, unsigned near, unsigned *slot_out,
	uint64_t *member_bytes_out)
{
	uint64_t position = array_bytes / chunk_bytes * near + index;

	*slot_out = (unsigned)(position % count);
	*member_bytes_out = position / count * chunk_bytes +
		array_bytes % chunk_bytes;
}

bool
raid5_up(uint64_t member_bytes, unsigned slot, unsigned count,
	uint64_t chunk_bytes, unsigned layout, uint64_t *array_bytes_out)
{
	uint64_t row = member_bytes / chunk_bytes;
	unsigned turn = (unsigned)(row % count);
	unsigned parity = layout & RAID5_IS_RIGHT ? turn : count - 1 - turn;
	unsigned index;

	if (slot == parity)
		return false;
	if (layout & RAID5_IS_SYMMETRIC)
		index = (slot + count - parity - 1) % count;
	else
		index = slot > parity ? slot - 1 : slot;
	*array_bytes_out = (row * (count - 1) + index) * chunk_bytes +
		member_bytes % chunk_bytes;
	return true;
}
