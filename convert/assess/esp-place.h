#ifndef CONVERT_ASSESS_ESP_PLACE_H
#define CONVERT_ASSESS_ESP_PLACE_H

#include <guestfs.h>
#include <stdbool.h>
#include <stddef.h>

struct guest;
struct volume;

/* Where an EFI system partition is, or can be, mounted for a while. */
struct esp_place {
	const struct volume *volume;
	char point[256];
	bool is_mounted; /* by the guest's own fstab */
};

/* False when the guest has no folder that could be covered for it. */
bool esp_place_find(struct esp_place *place_out, guestfs_h *g,
	const struct guest *guest, const struct volume *volume);

/* Mount it where the guest does not; false when that fails. */
bool esp_place_open(const struct esp_place *place, guestfs_h *g);
void esp_place_close(const struct esp_place *place, guestfs_h *g);

#endif
