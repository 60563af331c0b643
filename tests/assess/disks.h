#ifndef TESTS_ASSESS_DISKS_H
#define TESTS_ASSESS_DISKS_H

#include "convert/assess/volume.h"

/*
 * The disks that the tests talk about, in the appliance's order:
 * "old": 1 ext4 (aaaa-...), 2 swap (bbbb-...), 5 LUKS, 6 nothing known
 * "data": 1 xfs, 2 ext4
 * and a logical volume vg-0/root on the second.
 */
extern const struct volumes one_disk, two_disks, clones;
extern const char *const disk_names[];

#define ROOT_UUID "aaaaaaaa-0000-4000-8000-000000000001"
#define SWAP_UUID "bbbbbbbb-0000-4000-8000-000000000002"
#define LUKS_UUID "cccccccc-0000-4000-8000-000000000005"
#define XFS_UUID "dddddddd-0000-4000-8000-000000000001"
#define HOME_UUID "eeeeeeee-0000-4000-8000-000000000002"

#endif
