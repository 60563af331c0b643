#ifndef CONVERT_ASSESS_SYSTEM_H
#define CONVERT_ASSESS_SYSTEM_H

#include <guestfs.h>
#include <jansson.h>

struct findings;
struct guest;

/*
 * Distribution, architecture, host name, init, clock and interfaces of the
 * mounted Linux system.
 */
void system_read(guestfs_h *g, struct guest *guest, const json_t *inventory,
	struct findings *findings);

#endif
