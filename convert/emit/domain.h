#ifndef CONVERT_EMIT_DOMAIN_H
#define CONVERT_EMIT_DOMAIN_H

#include <stdio.h>

struct vm;

/*
 * The libvirt domain.  `folder` (absolute) holds the disks; `accelerator` is
 * "kvm" or "tcg", as it was found on this host.  Write errors stay in `out`.
 */
void domain_print(FILE *out, const struct vm *vm, const char *folder,
	const char *accelerator);

/*
 * The libvirt network that the domain is on: a bridge with nothing behind it.
 * The host has no address there, nothing is forwarded and nothing served.
 */
void domain_print_network(FILE *out, const struct vm *vm);

#endif
