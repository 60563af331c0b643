#ifndef CONVERT_ASSESS_FAKE_RAID_H
#define CONVERT_ASSESS_FAKE_RAID_H

#include <stdbool.h>

struct findings;
struct guest;
struct volume;
struct volumes;

/*
 * Findings about a disk that a controller's firmware put into an array; none of
 * another volume.  Each disk is judged by itself, since one machine may have a
 * mirror and a stripe.  After the guest is mounted.
 */
void fake_raid_check(const struct volumes *volumes, const struct guest *guest,
	const struct volume *disk, struct findings *findings);

/*
 * Is this disk all that the VM has of an array that a firmware made, and a
 * mirror, so that it serves without the others?
 */
bool fake_raid_is_alone(const struct volumes *volumes,
	const struct guest *guest, const struct volume *disk);

#endif
