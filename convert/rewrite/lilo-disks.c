/*
 * Is LILO what starts the guest, and from where?  A lilo.conf alone may be left
 * over; LILO's sectors have its name.
 */
#include "convert/rewrite/lilo-disks.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "common/own.h"
#include "convert/assess/guest-file.h"
#include "convert/assess/guest.h"
#include "convert/assess/lilo-config.h"
#include "convert/assess/reference.h"
#include "convert/assess/sectors.h"
#include "convert/assess/volume.h"

enum { NAME_AT = 6 };

struct found {
	const struct volume **disks; /* LILO_DISKS of them */
	size_t count;
};

static bool
sector_says(guestfs_h *g, const struct volume *volume, const char *word)
{
	AUTO(freep) uint8_t *sector = sectors_read(g, volume->device, 0, 1);

	if (sector == NULL)
		return false;
	return strcmp(word, "LILO") == 0
		? memcmp(sector + NAME_AT, word, 4) == 0
		: memmem(sector, SECTOR_BYTES, word, strlen(word)) != NULL;
}

static const struct volume *
disk_of(const struct volumes *volumes, const struct volume *volume)
{
	for (size_t i = 0; volume != NULL && i < volumes->count; i++)
		if (volumes->list[i].kind == VOLUME_DISK &&
			volumes->list[i].disk == volume->disk)
			return &volumes->list[i];
	return NULL;
}

static void
add_disk(struct found *found, const struct volume *disk)
{
	for (size_t i = 0; i < found->count; i++)
		if (found->disks[i] == disk)
			return;
	if (disk != NULL && found->count < LILO_DISKS)
		found->disks[found->count++] = disk;
}

/* The disks whose first sector, or one of whose partitions', is LILO's. */
static void
find_disks(struct found *found, guestfs_h *g,
	const struct volumes *volumes)
{
	for (size_t i = 0; i < volumes->count; i++) {
		const struct volume *volume = &volumes->list[i];

		if ((volume->kind == VOLUME_DISK ||
			volume->kind == VOLUME_PARTITION) &&
			sector_says(g, volume, "LILO"))
			add_disk(found, disk_of(volumes, volume));
	}
}

/* Without its sign: is nothing else there, and was it ever installed? */
static bool
is_likely(guestfs_h *g, const struct volumes *volumes,
	const struct lilo_config *config)
{
	static const char *const others[] = {"/boot/grub/grub.cfg",
		"/boot/grub2/grub.cfg", "/boot/grub/menu.lst",
		"/boot/grub/grub.conf", "/boot/extlinux.conf",
		"/boot/extlinux/extlinux.conf", "/boot/syslinux/syslinux.cfg"};

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (guest_file_is_there(g, others[i]))
			return false;
	for (size_t i = 0; i < volumes->count; i++)
		if (volumes->list[i].kind == VOLUME_DISK &&
			sector_says(g, &volumes->list[i], "GRUB"))
			return false;
	return guest_file_is_there(g, config->map[0] == '\0' ? "/boot/map"
		: config->map);
}

const struct volume *
lilo_disks_guess(const struct volumes *volumes,
	const struct lilo_config *config, const struct guest *guest,
	struct references *references)
{
	const struct guest_mount *mount = guest_mount_of(guest, "/boot/map");
	struct reference named = {.volume = NULL};

	if (config->boot[0] != '\0')
		reference_resolve(references, config->boot, "", &named);
	for (size_t i = 0; mount != NULL && named.volume == NULL &&
		i < volumes->count;
		i++)
		if (strcmp(mount->device, volumes->list[i].source) == 0)
			named.volume = &volumes->list[i];
	return disk_of(volumes, named.volume);
}

size_t
lilo_disks_find(const struct volume *disks_out[LILO_DISKS], guestfs_h *g,
	const struct volumes *volumes, const struct guest *guest,
	const struct lilo_config *config, struct references *references)
{
	struct found found = {disks_out, 0};

	find_disks(&found, g, volumes);
	if (found.count == 0 && is_likely(g, volumes, config))
		add_disk(&found, lilo_disks_guess(volumes, config, guest,
			references));
	return found.count;
}
