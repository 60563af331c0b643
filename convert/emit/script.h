#ifndef CONVERT_EMIT_SCRIPT_H
#define CONVERT_EMIT_SCRIPT_H

#include <stdio.h>

struct error;
struct vm;

/*
 * A POSIX shell script that lies beside the disks and starts the VM in QEMU on
 * networks that reach nothing.  `accelerator` is what works on this host.
 */
int script_print(FILE *out, const struct vm *vm, const char *accelerator,
	struct error *err);

#endif
