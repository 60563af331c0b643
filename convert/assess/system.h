#ifndef CONVERT_ASSESS_SYSTEM_H
#define CONVERT_ASSESS_SYSTEM_H

#include <guestfs.h>

struct findings;
struct guest;

/* Distribution, architecture, host name, init and clock of the mounted Linux. */
void system_read(guestfs_h *g, struct guest *guest, struct findings *findings);

#endif
