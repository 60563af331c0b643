#ifndef CONVERT_ASSESS_SERVICE_H
#define CONVERT_ASSESS_SERVICE_H

#include <guestfs.h>

struct guest;

/* Note the services that start at boot, and the ports of well-known ones. */
void services_read(guestfs_h *g, struct guest *guest);

#endif
