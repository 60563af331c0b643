#ifndef CONVERT_ASSESS_ARRAY_H
#define CONVERT_ASSESS_ARRAY_H

#include <stdbool.h>

struct volume;
struct volumes;

/* Is the volume a member of some array of md, or of this one? */
bool array_is_member(const struct volume *volume);
bool array_has_member(const struct volume *array, const struct volume *volume);

/* How many of its members are there, and is that less than it should have? */
unsigned array_members(const struct volumes *volumes,
	const struct volume *array);
bool array_is_degraded(const struct volumes *volumes,
	const struct volume *array);

/*
 * Is it a mirror whose members a firmware can read, which knows nothing of md: is
 * what makes them members behind the file system?
 */
bool array_is_readable_alone(const struct volume *array);

#endif
