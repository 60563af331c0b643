#ifndef CONVERT_EMIT_DOMAIN_H
#define CONVERT_EMIT_DOMAIN_H

#include <stdio.h>

struct qemu_firmware;
struct vm;

/*
 * The libvirt domain.  `folder` (absolute) holds the disks; `accelerator` is
 * "kvm" or "tcg", as it was found on this host, and `efi` is its firmware when
 * the VM boots by UEFI: NAME_VARS.fd in `folder` was made for that one.  Write
 * errors stay in `out`.
 */
void domain_print(FILE *out, const struct vm *vm, const char *folder,
	const char *accelerator, const struct qemu_firmware *efi);

/*
 * The libvirt network that the domain is on: a bridge with nothing behind it.
 * The host has no address there, nothing is forwarded and nothing served.
 */
void domain_print_network(FILE *out, const struct vm *vm);

#endif
