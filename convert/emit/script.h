#ifndef CONVERT_EMIT_SCRIPT_H
#define CONVERT_EMIT_SCRIPT_H

#include <stdio.h>

struct error;
struct qemu_firmware;
struct vm;

/*
 * A POSIX shell script that lies beside the disks and starts the VM in QEMU on
 * networks that reach nothing.  `accelerator` is what works on this host; `efi`
 * (NULL: BIOS) is its firmware.
 */
int script_print(FILE *out, const struct vm *vm, const char *accelerator,
	const struct qemu_firmware *efi, struct error *err);

#endif
