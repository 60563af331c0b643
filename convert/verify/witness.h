#ifndef CONVERT_VERIFY_WITNESS_H
#define CONVERT_VERIFY_WITNESS_H

#include <guestfs.h>
#include <jansson.h>

struct error;

/*
 * Put a witness into the throw-away overlay that is mounted in `g`: at the end
 * of the boot it writes what it sees (interfaces, swap, mounts, failed units)
 * to the second serial port, again and again.  It runs inside the isolated VM
 * only.  Fails when the guest's init is none that is known here.
 */
int witness_plant(guestfs_h *g, struct error *err);

/*
 * The facts of the newest whole report in `text`: an object with "kernel",
 * "state", "interfaces", "swap", "mounts" and "failed_units".  NULL when there
 * is none (or no memory).  The caller owns the reference.
 */
json_t *witness_parse(const char *text);

#endif
