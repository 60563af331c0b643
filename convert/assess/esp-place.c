/*
 * EFI system partitions that the guest does not mount, or not always: one may
 * be a copy on a second disk, or "noauto".
 */
#include "convert/assess/esp-place.h"

#include <stdio.h>
#include <string.h>

#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/array.h"
#include "convert/assess/guest-file.h"
#include "convert/assess/guest.h"
#include "convert/assess/volume.h"

static bool
is_taken(const struct guest *guest, const char *folder)
{
	for (size_t i = 0; i < guest->mount_count; i++)
		if (strcmp(guest->mounts[i].target, folder) == 0)
			return true;
	return false;
}

/* mount(8) would follow a link out of the guest. */
static bool
find_point(guestfs_h *g, const struct guest *guest, char point[256])
{
	static const char *const folders[] = {"/boot/efi", "/efi", "/mnt",
		"/media", "/srv", "/opt"};

	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		AUTO(freep) char *real = NULL;

		if (is_taken(guest, folders[i]) ||
			!guest_folder_is_there(g, folders[i]))
			continue;
		real = guestfs_realpath(g, folders[i]);
		if (real == NULL || strcmp(real, folders[i]) != 0)
			continue;
		snprintf(point, 256, "%s", folders[i]);
		return true;
	}
	return false;
}

static bool
is_mounted_as_esp(const struct guest *guest, const struct volume *volume)
{
	static const char *const targets[] = {"/boot/efi", "/efi", NULL};

	for (size_t i = 0; i < guest->mount_count; i++)
		if (strcmp(guest->mounts[i].device, volume->source) == 0 &&
			strings_hold(targets, guest->mounts[i].target))
			return true;
	return false;
}

bool
esp_place_is_esp(const struct guest *guest, const struct volumes *volumes,
	const struct volume *volume)
{
	if (strcmp(volume->type, "vfat") != 0)
		return false;
	if (volume_is_esp(volume))
		return true;
	if (!array_is_readable_alone(volume))
		return false;
	for (size_t i = 0; i < volumes->count; i++)
		if (volume_is_esp(&volumes->list[i]) &&
			array_has_member(volume, &volumes->list[i]))
			return true;
	return is_mounted_as_esp(guest, volume);
}

bool
esp_place_find(struct esp_place *place_out, guestfs_h *g,
	const struct guest *guest, const struct volume *volume)
{
	*place_out = (struct esp_place){.volume = volume};
	for (size_t i = 0; i < guest->mount_count; i++)
		if (strcmp(guest->mounts[i].device, volume->source) == 0) {
			place_out->is_mounted = true;
			snprintf(place_out->point, sizeof place_out->point,
				"%s", guest->mounts[i].target);
			return true;
		}
	return find_point(g, guest, place_out->point);
}

bool
esp_place_open(const struct esp_place *place, guestfs_h *g)
{
	return place->is_mounted ||
		guestfs_mount(g, place->volume->device, place->point) == 0;
}

void
esp_place_close(const struct esp_place *place, guestfs_h *g)
{
	if (!place->is_mounted)
		guestfs_umount(g, place->point);
}
