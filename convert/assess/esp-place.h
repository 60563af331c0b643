#ifndef CONVERT_ASSESS_ESP_PLACE_H
#define CONVERT_ASSESS_ESP_PLACE_H

#include <guestfs.h>
#include <stdbool.h>
#include <stddef.h>

struct guest;
struct volume;
struct volumes;

/* Where an EFI system partition is, or can be, mounted for a while. */
struct esp_place {
	const struct volume *volume;
	char point[256];
	bool is_mounted; /* by the guest's own fstab */
};

/*
 * Is this volume an EFI system partition with its file system?  A mirror of them
 * is one as well: writing to a single member would part it from the others.
 */
bool esp_place_is_esp(const struct guest *guest, const struct volumes *volumes,
	const struct volume *volume);

/* False when the guest has no folder that could be covered for it. */
bool esp_place_find(struct esp_place *place_out, guestfs_h *g,
	const struct guest *guest, const struct volume *volume);

/* Mount it where the guest does not; false when that fails. */
bool esp_place_open(const struct esp_place *place, guestfs_h *g);
void esp_place_close(const struct esp_place *place, guestfs_h *g);

#endif
