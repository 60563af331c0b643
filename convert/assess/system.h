#ifndef CONVERT_ASSESS_SYSTEM_H
#define CONVERT_ASSESS_SYSTEM_H

#include <guestfs.h>
#include <jansson.h>
#include <stddef.h>
#include <stdbool.h>

struct findings;
struct guest;

/*
 * Distribution, architecture, host name, init, clock and interfaces of the
 * mounted Linux system.
 */
void system_read(guestfs_h *g, struct guest *guest, const json_t *inventory,
	struct findings *findings);

/* KEY=value or KEY="value" in a file of shell assignments; true when found. */
bool shell_value(const char *text, const char *key, char *value_out,
	size_t room);

#endif
