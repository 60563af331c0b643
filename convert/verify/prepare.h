#ifndef CONVERT_VERIFY_PREPARE_H
#define CONVERT_VERIFY_PREPARE_H

#include <stdbool.h>

struct error;
struct luks_keys;
struct machine;
struct vm;

/* What could be arranged in the overlay; a boot works without either. */
struct preparation {
	bool console; /* the kernel will talk to the first serial port */
	bool witness; /* the guest will report on the second */
};

/*
 * Make FOLDER/NAME.qcow2 over vm/NAME.qcow2 for each disk, and have the guest
 * in these overlays tell how its boot goes.  Fails only when the overlays cannot
 * be made: a guest that cannot be arranged is booted as it is.  `keys` open its
 * encrypted volumes for that; NULL: none are.
 */
int prepare_overlays(struct preparation *preparation_out,
	const struct machine *machine, const struct vm *vm, const char *folder,
	const struct luks_keys *keys, struct error *err);

#endif
