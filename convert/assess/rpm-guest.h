#ifndef CONVERT_ASSESS_RPM_GUEST_H
#define CONVERT_ASSESS_RPM_GUEST_H

#include <guestfs.h>

struct findings;
struct packages;

/*
 * Read the mounted guest's RPM database, if it has one.  What cannot be read is
 * a limit of the assessment.
 */
void rpm_take(guestfs_h *g, struct packages *packages,
	struct findings *findings);

#endif
