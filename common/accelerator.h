#ifndef COMMON_ACCELERATOR_H
#define COMMON_ACCELERATOR_H

struct error;

enum accelerator {
	ACCELERATOR_TCG, /* software emulation */
	ACCELERATOR_KVM
};

/*
 * What QEMU can run a guest with on this host.  Found by running a guest of 512
 * bytes under KVM for at most five seconds, and remembered until the kernel,
 * QEMU or the boot changes.  UNRACK_ACCEL=kvm or tcg overrides.  Fails only
 * when QEMU is missing or UNRACK_ACCEL holds something else.
 */
int accelerator_find(enum accelerator *accelerator_out, struct error *err);

/* "kvm" or "tcg", as QEMU and proof.json call it. */
const char *accelerator_name(enum accelerator accelerator);

#endif
