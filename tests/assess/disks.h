#ifndef TESTS_ASSESS_DISKS_H
#define TESTS_ASSESS_DISKS_H

#include "convert/assess/volume.h"

/*
 * The disks that the tests talk about, in the appliance's order:
 * "old": 1 ext4 (aaaa-...), 2 swap (bbbb-...), 5 LUKS, 6 nothing known,
 *        7 a member of an array, 8 a volume of LVM
 * "data": 1 xfs, 2 ext4
 * and a logical volume vg-0/root on the second.
 * "locked" has one encrypted partition that was not opened; of the others'
 * nothing is inside.
 * "nameless" has four arrays, two of them with ext4 and two with swap, that
 * nothing tells apart.
 * "opened" has swap, a LUKS volume with the root in it, and one more partition.
 * "half_mirror" is one disk of a firmware's mirror, with 1 ext4 (aaaa-...) and 2
 * swap (bbbb-...), beside a plain one with 1 ext4.
 */
extern const struct volumes one_disk, two_disks, clones, locked, nameless,
	opened, half_mirror;
extern const char *const disk_names[];

#define ROOT_UUID "aaaaaaaa-0000-4000-8000-000000000001"
#define SWAP_UUID "bbbbbbbb-0000-4000-8000-000000000002"
#define LUKS_UUID "cccccccc-0000-4000-8000-000000000005"
#define MEMBER_UUID "3aaa0122-2982-7cfa-5331-ad66ca767371"
#define MEMBER_MDADM "3aaa0122:29827cfa:5331ad66:ca767371"
#define XFS_UUID "dddddddd-0000-4000-8000-000000000001"
#define LV_UUID "kS0Zn3-7vJd-QcXq-1b2C-3d4E-5f6G-abcXYZ"
#define HOME_UUID "eeeeeeee-0000-4000-8000-000000000002"

#endif
