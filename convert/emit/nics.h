#ifndef CONVERT_EMIT_NICS_H
#define CONVERT_EMIT_NICS_H

struct error;
struct vm;

/*
 * Fill in vm->nics from its inventory, or from the guest's configuration when
 * there is none: each with the MAC that was burnt in, in the order in which the
 * guest has eth0, eth1, ..., so that its kernel gives those names by itself.
 */
int nics_find(struct vm *vm, struct error *err);

#endif
