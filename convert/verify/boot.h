#ifndef CONVERT_VERIFY_BOOT_H
#define CONVERT_VERIFY_BOOT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/accelerator.h"

struct error;
struct expectation;
struct qmp;
struct vm;

/* A VM that is booting, headless and isolated, on the overlays in a folder. */
struct boot {
	int pid;
	struct qmp *qmp;
	int agent; /* our end of the guest agent's channel; -1: none */
	int keyboard; /* our end of the first serial port; -1: none */
	char *serial;	/* paths: what the first serial port said, */
	char *witness;	/* the second, */
	char *firmware; /* the firmware, */
	char *scratch;	/* room for the monitor, */
	char *log;	/* and QEMU itself */
};

/*
 * Start `vm` on FOLDER/NAME.qcow2 (and, for UEFI, FOLDER/variables.fd).  `report` gets serial.log and a packet
 * capture per card.  Memory and processors are cut to what this host can spare.
 * The VM is gone when this process dies.  With `types`
 * something can be typed into the first serial port: what the guest says there
 * has to be read from it then, apart from the log.
 */
int boot_start(struct boot **boot_out, const struct vm *vm, const char *folder,
	const char *report, enum accelerator accelerator, bool types,
	const struct expectation *expectations, size_t count,
	struct error *err);

/* The card that expectations go through: the first with a gateway, else the
 * first. */
size_t boot_outer_nic(const struct vm *vm);

/* Whether QEMU still runs. */
bool boot_is_running(struct boot *boot);

/* The file name below report/ of a card's packets; freed by the caller. */
char *boot_packets_name(size_t nic);

/* Ends the VM without asking it.  Does nothing to NULL. */
void boot_stop(struct boot *boot);
static inline void
boot_stopp(struct boot **boot)
{
	boot_stop(*boot);
}

#endif
