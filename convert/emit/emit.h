#ifndef CONVERT_EMIT_EMIT_H
#define CONVERT_EMIT_EMIT_H

struct error;
struct machine;

/*
 * Write vm/NAME.xml (libvirt domain), vm/network.xml (isolated network, no
 * <forward>), and the executable vm/run-isolated from inventory.json (may be
 * missing), disks.json and report/guest.json.
 */
int emit_vm(const struct machine *machine, struct error *err);

#endif
