/*
 * Free space is told apart by discarding it in the overlay: what is discarded
 * there is never asked of the source.  Nothing of this reaches the captured
 * disk.
 */
#include "convert/rewrite/trim.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/log.h"
#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest.h"
#include "convert/assess/sectors.h"
#include "convert/assess/volume.h"
#include "drivers-inject/appliance.h"

/* Swap's header: its identity lies in the first page. */
enum { SWAP_HEADER_SECTORS = 4096 / SECTOR_BYTES };

static void
trim(guestfs_h *g, const char *target, const char *device,
	struct findings *findings)
{
	const struct guestfs_fstrim_argv all = {.bitmask = 0};

	if (guestfs_fstrim_argv(g, target, &all) == -1)
		finding_add(findings, "storage.not-trimmed", device, 0,
			guestfs_last_error(g), NULL);
}

/*
 * The VM's first boot finds swap space that is empty but for its header, which is
 * written back however the discarding ended.
 */
static int
trim_swap(guestfs_h *g, const struct volume *volume,
	struct findings *findings, struct error *err)
{
	AUTO(freep) uint8_t *header =
		sectors_read(g, volume->device, 0, SWAP_HEADER_SECTORS);

	if (header == NULL)
		return 0;
	if (guestfs_blkdiscard(g, volume->device) == -1)
		finding_add(findings, "storage.not-trimmed", volume->source, 0,
			guestfs_last_error(g), NULL);
	return sectors_write(g, volume->device, volume->source, 0, header,
		SWAP_HEADER_SECTORS, err);
}

int
trim_mounted(guestfs_h *g, const struct guest *guest,
	const struct volumes *volumes, struct findings *findings,
	struct error *err)
{
	for (size_t i = 0; i < guest->mount_count; i++)
		trim(g, guest->mounts[i].target, guest->mounts[i].device,
			findings);
	for (size_t i = 0; i < volumes->count; i++) {
		if (strcmp(volumes->list[i].type, "swap") == 0 &&
			trim_swap(g, &volumes->list[i], findings, err) == -1)
			return -1;
	}
	return 0;
}

static bool
is_mounted(const struct guest *guest, const char *device)
{
	for (size_t i = 0; i < guest->mount_count; i++) {
		if (strcmp(guest->mounts[i].device, device) == 0)
			return true;
	}
	return false;
}

void
trim_others(guestfs_h *g, const struct guest *guest,
	const struct volumes *volumes, struct findings *findings)
{
	for (size_t i = 0; i < volumes->count; i++) {
		const struct volume *volume = &volumes->list[i];

		if (!volume_is_mountable(volume) ||
			is_mounted(guest, volume->source))
			continue;
		guestfs_umount_all(g);
		if (guestfs_mount_options(g, "", volume->device, "/") == 0)
			trim(g, "/", volume->source, findings);
		else
			log_debug("cannot mount %s: %s", volume->device,
				guestfs_last_error(g));
	}
}
