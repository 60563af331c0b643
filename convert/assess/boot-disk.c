/*
 * Which of several disks does the firmware start?  A BIOS numbers its disks from
 * that one on: GRUB legacy's (hd0), and GRUB 2's where its core says so, is
 * whichever comes first, and SeaBIOS starts no other.  The order of names proves nothing.
 */
#include "convert/assess/boot-disk.h"

#include <stdio.h>
#include <string.h>

#include "common/own.h"
#include "convert/assess/firmware.h"
#include "convert/assess/guest.h"
#include "convert/assess/sectors.h"
#include "convert/assess/volume.h"

enum { DISK_LIMIT = 64 };

static int
score(const struct boot_disk_evidence *evidence, bool is_uefi)
{
	if (is_uefi)
		return 8 * evidence->has_esp + 4 * evidence->has_any_esp +
			evidence->has_boot;
	return 8 * evidence->has_loader + 4 * evidence->has_code +
		2 * evidence->has_boot;
}

size_t
boot_disk_choose(const struct boot_disk_evidence *list, size_t count,
	bool is_uefi)
{
	size_t best = 0;

	for (size_t i = 1; i < count; i++)
		if (score(&list[i], is_uefi) > score(&list[best], is_uefi))
			best = i;
	return best;
}

static void
look_at_sector(struct boot_disk_evidence *evidence, guestfs_h *g,
	const char *device)
{
	AUTO(freep) uint8_t *sector = sectors_read(g, device, 0, 1);

	if (sector == NULL)
		return;
	evidence->has_loader = memmem(sector, 440, "GRUB", 4) != NULL ||
		memcmp(sector + 6, "LILO", 4) == 0;
	evidence->has_code = firmware_is_boot_code(sector);
}

/* What the guest mounts a volume at; NULL: it does not. */
static const char *
target_of(const struct guest *guest, const struct volume *volume)
{
	for (size_t i = 0; i < guest->mount_count; i++)
		if (strcmp(guest->mounts[i].device, volume->source) == 0)
			return guest->mounts[i].target;
	return NULL;
}

static bool
has_target(const struct guest *guest, const char *target)
{
	for (size_t i = 0; i < guest->mount_count; i++)
		if (strcmp(guest->mounts[i].target, target) == 0)
			return true;
	return false;
}

void
boot_disk_find(guestfs_h *g, struct guest *guest,
	const struct volumes *volumes)
{
	struct boot_disk_evidence list[DISK_LIMIT] = {{false}};
	const struct volume *disks[DISK_LIMIT] = {NULL};
	const char *boot = has_target(guest, "/boot") ? "/boot" : "/";
	size_t count = 0, chosen;

	for (size_t i = 0; i < volumes->count; i++) {
		const struct volume *volume = &volumes->list[i];
		const char *target = target_of(guest, volume);

		if (volume->disk >= DISK_LIMIT)
			continue;
		if (volume->kind == VOLUME_DISK) {
			disks[volume->disk] = volume;
			count = volume->disk >= count ? volume->disk + 1 : count;
			look_at_sector(&list[volume->disk], g, volume->device);
		}
		if (volume_is_esp(volume)) {
			list[volume->disk].has_any_esp = true;
			list[volume->disk].has_esp |= target != NULL;
		}
		if (target != NULL && strcmp(target, boot) == 0)
			list[volume->disk].has_boot = true;
	}
	if (count == 0)
		return;
	chosen = boot_disk_choose(list, count,
		strcmp(guest->firmware, "uefi") == 0);
	if (disks[chosen] != NULL)
		snprintf(guest->boot_disk, sizeof guest->boot_disk, "%s",
			disks[chosen]->source + strlen("/dev/"));
}

const struct volume *
boot_disk_volume(const struct guest *guest, const struct volumes *volumes)
{
	for (size_t i = 0; i < volumes->count; i++)
		if (volumes->list[i].kind == VOLUME_DISK &&
			strcmp(guest->boot_disk, volumes->list[i].source +
				strlen("/dev/")) == 0)
			return &volumes->list[i];
	return NULL;
}
