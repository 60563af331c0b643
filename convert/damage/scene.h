#ifndef CONVERT_DAMAGE_SCENE_H
#define CONVERT_DAMAGE_SCENE_H

#include <guestfs.h>
#include <stddef.h>
#include <stdint.h>

struct error;

/*
 * The appliance in which damage is looked at.  What runs there is the
 * appliance's own tools on read-only disks; nothing of the guest is run.
 */

/*
 * Where scripts find devices by the names that layers have, as libguestfs' calls
 * do in /dev: made by scene_layers().
 */
#define SCENE_DEVICES "/tmp/devices"

/* Bytes of a device, named as in /dev. */
int scene_read(guestfs_h *g, const char *device, uint64_t offset_bytes,
	void *data, size_t bytes, struct error *err);

/*
 * Mount a device read-only, run the script (which finds it in /sysroot), and
 * unmount.  `options` as of mount, "ro" among them.
 */
int scene_shell_mounted(guestfs_h *g, const char *device, const char *options,
	const char *script, char **output_out, struct error *err);

/* The layers that the appliance sees; the caller releases them. */
struct layers;
int scene_layers(struct layers *layers_out, guestfs_h *g, struct error *err);

#endif
