#ifndef CONVERT_ASSESS_STORAGE_H
#define CONVERT_ASSESS_STORAGE_H

struct findings;
struct guest;
struct volumes;

/*
 * Findings about what lies between disks and file systems: RAID arrays that
 * lack members or cannot be put together, what a controller's firmware made, of
 * which the VM has none, and encrypted volumes.  After the guest is mounted:
 * what could be mounted is whole.
 */
void storage_check(const struct volumes *volumes, const struct guest *guest,
	struct findings *findings);

#endif
