#ifndef CONVERT_REWRITE_CONSOLE_H
#define CONVERT_REWRITE_CONSOLE_H

#include "convert/rewrite/edit.h"

struct changes;
struct error;
struct examination;

/*
 * The VM has one serial port, ttyS0.  A console that was on another (a board's
 * ttyS1, hvc0 and xvc0 of other hypervisors) goes on there; none is added
 * where there was none.
 */

/* Kernel arguments and GRUB's and SYSLINUX' own settings, in any loader's text. */
rewrite_function console_rewrite_loader;
rewrite_function console_rewrite_getty;	    /* inittab, jobs of Upstart */
rewrite_function console_rewrite_securetty; /* where root may log in */

/* Plan the same for systemd's serial-getty@ units. */
int console_plan_units(const struct examination *examination,
	struct changes *changes, struct error *err);

#endif
