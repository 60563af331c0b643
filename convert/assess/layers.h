#ifndef CONVERT_ASSESS_LAYERS_H
#define CONVERT_ASSESS_LAYERS_H

#include <stdbool.h>

struct findings;
struct guest;
struct volume;
struct volumes;

/*
 * Findings about what lies between disks and file systems: RAID arrays that
 * lack members or cannot be put together, what a controller's firmware made, of
 * which the VM has none, and encrypted volumes.  After the guest is mounted:
 * what could be mounted is whole.  Such firmware's disks are judged one by one.
 */
void layers_check(const struct volumes *volumes, const struct guest *guest,
	struct findings *findings);

/*
 * Is this disk all that the VM has of an array that a firmware made, and a
 * mirror, so that it serves without the others?
 */
bool layers_is_alone(const struct volumes *volumes, const struct guest *guest,
	const struct volume *disk);

#endif
