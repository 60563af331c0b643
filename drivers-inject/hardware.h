#ifndef DRIVERS_INJECT_HARDWARE_H
#define DRIVERS_INJECT_HARDWARE_H

#include <stdbool.h>
#include <stddef.h>

/* A disk bus or a card that a virtual machine can offer. */
struct hardware {
	const char *name; /* "virtio", "sata", "e1000" */
	size_t limit;	  /* disks that fit; 0 for cards */

	/*
	 * A kernel that can use all of these drives it.  More than one row may
	 * have the same name.
	 */
	const char *modules[4];
	const char *device; /* what modules[0] has to claim */
};

/* Best first; they end with a name of NULL. */
extern const struct hardware hardware_disks[];
extern const struct hardware hardware_cards[];

enum { HARDWARE_CHOICES = 9 };

/*
 * The names of the rows whose modules are all usable, each once, best first;
 * the list ends with NULL.  `usable` is asked for each module, and for the
 * first one whether it claims the device.
 */
void hardware_choose(const char *names_out[HARDWARE_CHOICES],
	const struct hardware *rows,
	bool (*usable)(const void *context, const char *module,
		const char *device),
	const void *context);

/* How many disks fit on the bus of this name; 0 when it is unknown. */
size_t hardware_disk_limit(const char *name);

#endif
