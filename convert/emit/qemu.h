#ifndef CONVERT_EMIT_QEMU_H
#define CONVERT_EMIT_QEMU_H

#include <stddef.h>

struct arguments;
struct error;
struct vm;

/* A port of 127.0.0.1 that leads to a port of the guest. */
struct qemu_forward {
	size_t nic;
	unsigned host_port, guest_port;
};

/*
 * UEFI firmware on this host: its code, and the variables that a VM begins
 * with.  Those of one code do not fit another.
 */
struct qemu_firmware {
	const char *code, *variables;
};

/*
 * The VM as QEMU options: machine, processors, identity, clock and firmware
 * tables, but not the accelerator, the memory and the display.
 */
void qemu_add_machine(struct arguments *arguments, const struct vm *vm);

/* FOLDER/NAME.qcow2 for each disk, on its bus, the boot disk first in order. */
void qemu_add_disks(struct arguments *arguments, const struct vm *vm,
	const char *folder, const char *cache);

/*
 * Each card on a user network of its own that reaches nothing outside
 * (restrict=on) and carries the guest's own addresses.
 */
void qemu_add_nics(struct arguments *arguments, const struct vm *vm,
	const struct qemu_forward *forwards, size_t count);

/*
 * The channel of the guest agent, on the character device `chardev` ("socket,
 * path=...", without an id).  Nothing for a guest that has no agent.
 */
void qemu_add_agent(struct arguments *arguments, const struct vm *vm,
	const char *chardev);

/* What "-cpu" gets for an accelerator: "kvm" or "tcg". */
const char *qemu_processor(const char *accelerator);

/* Fails with a hint when no UEFI firmware is installed. */
int qemu_find_firmware(const struct qemu_firmware **firmware_out,
	struct error *err);

#endif
