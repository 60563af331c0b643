#ifndef CONVERT_ASSESS_RAID_MARK_H
#define CONVERT_ASSESS_RAID_MARK_H

#include <guestfs.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct volume;
struct volumes;

enum { RAID_MARKS = 4 };

/*
 * The sectors by which mdadm, dmraid and udev know a disk as a member of a
 * firmware's array, as far as they are in no partition: without them it is a
 * disk like others.  0: none, or a format whose marks are not known here.
 */
size_t raid_marks_find(uint64_t sectors_out[RAID_MARKS], guestfs_h *g,
	const struct volumes *volumes, const struct volume *disk);

/*
 * The next place from *index on where a disk of its type may have one; moves
 * *index behind it.  False at the end.
 */
bool raid_mark_next(size_t *index, uint64_t *sector_out,
	const struct volumes *volumes, const struct volume *disk);

/* Does a sector hold the mark of that place, `index` being moved already? */
bool raid_mark_is(size_t index, const uint8_t *sector);

#endif
