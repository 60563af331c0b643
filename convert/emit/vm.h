#ifndef CONVERT_EMIT_VM_H
#define CONVERT_EMIT_VM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "convert/emit/subnet.h"
#include "wire/hash.h"

struct error;
struct machine;

/* A disk bus or NIC model, by the names that each side has for it. */
struct vm_bus {
	const char *name;   /* guest.json; its limit is in hardware.h */
	const char *libvirt, *prefix; /* the bus, and its targets: "vd" */
	const char *device; /* QEMU's disk device */

	/* The SCSI controller, for QEMU and for libvirt; else NULL. */
	const char *controller, *model;
	bool large_sectors; /* can show sectors of 4096 bytes */
	bool needs_wwn; /* finds only disks that have a World Wide Name */
};
struct vm_model {
	const char *name;   /* guest.json and libvirt */
	const char *device; /* QEMU */
};

enum { VM_SERIAL_BYTES = 21, VM_MAC_BYTES = 18, VM_UUID_BYTES = 37 };

struct vm_disk {
	char name[64];		      /* the file is vm/NAME.qcow2 */
	char serial[VM_SERIAL_BYTES]; /* never empty */
	uint64_t wwn; /* 0 for none */
	uint64_t size_bytes;
	bool large_sectors; /* shows the guest sectors of 4096 bytes */
};

struct vm_nic {
	char name[32];		/* what the guest calls it; may be empty */
	char mac[VM_MAC_BYTES]; /* lower case */
	struct subnet subnet;
	/* Of guest.json, whatever carries the card's addresses: itself, or the
	 * bond or bridge that it is in.  Borrowed, may be NULL. */
	const json_t *interface;
};

/* The virtual machine that a source becomes, before any format. */
struct vm {
	const char *name; /* borrowed from the machine */
	char uuid[VM_UUID_BYTES];
	char bridge[16]; /* of the isolated network; the kernel allows 15 */
	uint64_t memory_bytes;
	unsigned sockets, cores, threads;
	bool q35, uefi, local_time, windows;
	bool agent; /* the guest has qemu-guest-agent, which needs a channel */
	const struct vm_bus *bus;
	const struct vm_model *model;
	struct vm_disk *disks;
	size_t disk_count, boot_disk;
	struct vm_nic *nics;
	size_t nic_count;
	json_t *inventory; /* empty objects when the files are missing */
	json_t *guest;
};

/*
 * Read inventory.json and report/guest.json (each may be missing) and
 * disks.json, and fill in what they leave open so that the same input always
 * gives the same machine.
 */
int vm_read(struct vm **vm_out, const struct machine *machine,
	struct error *err);

void vm_free(struct vm *vm);
static inline void
vm_freep(struct vm **vm)
{
	if (*vm != NULL)
		vm_free(*vm);
}

/* The same bytes for the same machine and purpose, here and elsewhere. */
int vm_derive(uint8_t hash_out[HASH_BYTES], const struct vm *vm,
	const char *purpose, const char *which, struct error *err);

/* A member of the inventory's "system" object, or NULL when it says nothing. */
const char *vm_system_text(const struct vm *vm, const char *key);

#endif
