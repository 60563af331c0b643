#ifndef DRIVERS_INJECT_APPLIANCE_KERNEL_H
#define DRIVERS_INJECT_APPLIANCE_KERNEL_H

#include <stddef.h>

struct error;

/*
 * Of the environment: the kernel that appliance_kernel_use() chose.  Another one
 * in SUPERMIN_KERNEL is the user's.  Programs that are started in turn have it too.
 */
#define APPLIANCE_KERNEL_CHOSEN "UNRACK_APPLIANCE_KERNEL"

/*
 * Where QEMU has to emulate, a kernel that unpacks itself takes a fifth of the
 * time in which the appliance starts.  Unpack the host's newest kernel once into
 * ${XDG_CACHE_HOME:-~/.cache}/unrack/appliance, and have libguestfs build its
 * appliance there with it, by the environment: call this before there are
 * threads.  Changes nothing with KVM, where the environment says already which
 * appliance to take, or where the kernel is none that QEMU could start; why is
 * logged for -v.
 */
void appliance_kernel_use(void);

/*
 * The ELF file in a bzImage (Documentation/arch/x86/boot.rst), freed by the
 * caller.  Fails when there is none, or none that QEMU starts by its PVH note.
 */
int appliance_kernel_unpack(char **elf_out, size_t *bytes_out,
	const void *image, size_t bytes, struct error *err);

#endif
