/*
 * Which kernel does the boot loader start?  The hardware of the VM is chosen
 * for that one.  Which kernels there are, the injection says.
 */
#include "convert/assess/boot.h"

#include <string.h>

#include "common/own.h"
#include "convert/assess/grub-config.h"
#include "convert/assess/guest-file.h"
#include "convert/assess/guest.h"
#include "convert/assess/system.h"

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static void
mark(struct guest *guest, const char *path)
{
	for (size_t i = 0; i < guest->kernel_count; i++) {
		if (strcmp(base_name(guest->kernels[i].image),
			    base_name(path)) == 0)
			guest->kernels[i].is_default = true;
	}
}

void
boot_find_default(guestfs_h *g, struct guest *guest, struct findings *findings)
{
	static const struct {
		const char *config, *environment;
	} places[] = {
		{"/boot/grub/grub.cfg", "/boot/grub/grubenv"},
		{"/boot/grub2/grub.cfg", "/boot/grub2/grubenv"},
	};

	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		AUTO(freep) char *text =
			guest_file_text(g, places[i].config, findings);
		AUTO(freep) char *environment = NULL;
		char saved[256] = "", path[512];

		if (text == NULL)
			continue;
		environment =
			guest_file_text(g, places[i].environment, findings);
		if (environment != NULL)
			shell_value(environment, "saved_entry", saved,
				sizeof saved);
		if (grub_default_kernel(text, saved, path, sizeof path))
			mark(guest, path);
	}
	if (guest_default_kernel(guest) == NULL && guest->kernel_count > 0)
		guest->kernels[0].is_default = true;
}
