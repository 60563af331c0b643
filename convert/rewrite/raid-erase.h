#ifndef CONVERT_REWRITE_RAID_ERASE_H
#define CONVERT_REWRITE_RAID_ERASE_H

#include <guestfs.h>
#include <stdbool.h>

struct changes;
struct error;
struct findings;
struct guest;
struct volume;
struct volumes;

/*
 * Without a root that could be read (NULL), or all of what was planned, names
 * of the array may stay, and a boot that waits for them needs its marks: false,
 * and the finding says that they stay.
 */
bool raid_check(const struct guest *guest, const struct volumes *volumes,
	const struct volume *root, const struct changes *changes,
	struct findings *findings);

/*
 * Make a plain disk of each that is all of a firmware's mirror that the VM has
 * (fake_raid_is_alone()): its marks are erased and kept in the record.
 */
int raid_erase(guestfs_h *g, const struct guest *guest,
	const struct volumes *volumes, struct changes *changes,
	struct error *err);

#endif
