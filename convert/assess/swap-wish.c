/*
 * Swap that a guest's own units switch on: systemd.swap(5).  Next to read:
 * wish.c, which has that of fstab.
 */
#include "convert/assess/swap-wish.h"

#include <string.h>

#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/config-files.h"
#include "convert/assess/guest.h"
#include "convert/assess/reference.h"
#include "convert/assess/wish.h"
#include "drivers-inject/names.h"

bool
swap_wish_device(char *device_out, size_t room, const char *text)
{
	const char *at = string_starts(text, "What=") ? text
						     : strstr(text, "\nWhat=");
	size_t bytes;

	if (at == NULL)
		return false;
	at = strchr(at, '=') + 1;
	bytes = strcspn(at, " \t\r\n");
	if (bytes == 0 || bytes >= room)
		return false;
	memcpy(device_out, at, bytes);
	device_out[bytes] = '\0';
	return true;
}

int
swap_wish_links(struct names *links, const struct guest_files *files,
	struct error *err)
{
	if (config_files(links, files, SWAP_WISH_FOLDER "*.wants/*.swap",
		    err) == -1)
		return -1;
	return config_files(links, files, SWAP_WISH_FOLDER
		"*.requires/*.swap", err);
}

bool
swap_wish_is_among(const struct names *links, const char *path)
{
	const char *name = strrchr(path, '/');

	for (size_t i = 0; i < links->count; i++)
		if (strcmp(strrchr(links->items[i], '/'), name) == 0)
			return true;
	return false;
}

int
swap_wishes_read(struct guest *guest, const struct guest_files *files,
	struct references *references, struct findings *findings,
	struct error *err)
{
	AUTO(names_freep) struct names units = {0};
	AUTO(names_freep) struct names links = {0};

	if (config_files(&units, files, SWAP_WISH_FOLDER "*.swap", err) == -1 ||
		(units.count > 0 && swap_wish_links(&links, files, err) == -1))
		return -1;
	for (size_t i = 0; i < units.count; i++) {
		AUTO(freep) char *text =
			swap_wish_is_among(&links, units.items[i])
			? config_text(files, units.items[i], findings)
			: NULL;
		struct reference reference;
		char device[256];

		if (text == NULL ||
			!swap_wish_device(device, sizeof device, text))
			continue;
		reference_resolve(references, device, "swap", &reference);
		if (reference.volume != NULL)
			wish_note_swap(guest, &reference);
	}
	return 0;
}
