#ifndef DRIVERS_INJECT_APPLIANCE_H
#define DRIVERS_INJECT_APPLIANCE_H

#include <guestfs.h>
#include <stdbool.h>
#include <stddef.h>

struct error;

/* A disk to attach: a file, and its format as QEMU names it. */
struct appliance_disk {
	const char *path;
	const char *format;
	unsigned sector_bytes; /* of the disk that it was; 0: 512 */
	bool read_only;
	bool in_place; /* no copy: what the guest syncs is made durable */
};

/*
 * Launch libguestfs over the disks in the order given.  RAID arrays that lack
 * members run without them, as far as their level allows.  One that `opens_luks` has
 * the memory that LUKS 2 asks for to try a passphrase.  The caller
 * ends it with appliance_close() or, when nothing that was written matters,
 * with appliance_kill().  Fails when SUPERMIN_KERNEL or SUPERMIN_MODULES is the
 * user's and names what is not there; appliance-kernel.c's choice is forgotten then.
 */
int appliance_open(guestfs_h **g_out, const struct appliance_disk *disks,
	size_t count, bool opens_luks, struct error *err);

/*
 * Run a shell script in the appliance, and have what it prints (the caller frees
 * it).  It must hold no text of a guest.
 */
int appliance_shell(guestfs_h *g, const char *script, char **output_out,
	struct error *err);

/* Is it /dev/null, by which administrators mask a file? */
bool appliance_is_null(const struct guestfs_statns *stat);

/*
 * Rename a file of the guest over another, though that is immutable or
 * append-only; the new one is so then, as far as the file system can.  -1 and
 * the error in `g` on failure.
 */
int appliance_replace(guestfs_h *g, const char *fresh, const char *path);

/* Unmount, flush and shut down; frees `g` whether that worked or not. */
int appliance_close(guestfs_h *g, struct error *err);

/* End it at once.  Does nothing to NULL. */
void appliance_kill(guestfs_h *g);

static inline void
appliance_killp(guestfs_h **g)
{
	appliance_kill(*g);
}

/*
 * The one place where libguestfs' errors enter ours: "mount /dev/sda1: reason".
 * Returns -1.
 */
int guest_error(struct error *err, guestfs_h *g, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
