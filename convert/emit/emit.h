#ifndef CONVERT_EMIT_EMIT_H
#define CONVERT_EMIT_EMIT_H

struct error;
struct machine;

/*
 * Write vm/NAME.xml (libvirt domain), vm/network.xml (isolated network, no
 * <forward>), the executable vm/run-isolated and, for UEFI, vm/NAME_VARS.fd
 * with the boot entries that still hold, from inventory.json (may be
 * missing), disks.json and report/guest.json.  All of these are in `place`, the
 * machine itself or where its next generation is made; what is written names
 * the machine's own folder.
 */
int emit_vm(const struct machine *machine, const struct machine *place,
	struct error *err);

#endif
