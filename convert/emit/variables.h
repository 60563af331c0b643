#ifndef CONVERT_EMIT_VARIABLES_H
#define CONVERT_EMIT_VARIABLES_H

#include <stddef.h>
#include <stdint.h>

struct error;
struct vm;

/*
 * The UEFI variables that the VM starts with, in place of `data`, the content of
 * OVMF's template: the boot entries that the inventory recorded, under their old
 * numbers and in their old order, as far as they name a partition of the
 * VM's disks.  What else they say about the old machine is left out.  Fails when
 * the template is of no known form, or full.
 */
int variables_fill(uint8_t *data, size_t bytes, const struct vm *vm,
	struct error *err);

#endif
