/*
 * Which kernel does the boot loader start?  The hardware of the VM is chosen
 * for that one.  Which kernels there are, the injection says.
 */
#include "convert/assess/boot.h"

#include <stdio.h>
#include <string.h>

#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/assess/grub-config.h"
#include "convert/assess/guest-file.h"
#include "convert/assess/guest.h"
#include "convert/assess/shell.h"

enum { DATABASE_LIMIT = 2 << 20 };

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

bool
boot_install_device(const char *database, char *device_out, size_t room)
{
	static const char name[] = "Name: grub-pc/install_devices\n";
	const char *stanza = string_starts(database, name)
		? database
		: strstr(database, "\nName: grub-pc/install_devices\n");
	const char *end, *value;

	if (stanza == NULL)
		return false;
	end = strstr(stanza, "\n\n");
	value = strstr(stanza, "\nValue: ");
	if (value == NULL || (end != NULL && value > end))
		return false;
	value += strlen("\nValue: ");
	snprintf(device_out, room, "%.*s", (int)strcspn(value, "\r\n"), value);
	return string_starts(device_out, "/dev/");
}

void
boot_check_install_device(guestfs_h *g, struct findings *findings)
{
	static const char path[] = "/var/cache/debconf/config.dat";
	size_t bytes;
	AUTO(freep) char *database =
		guest_file_head(g, path, DATABASE_LIMIT, &bytes);
	char device[256];

	if (database != NULL &&
		boot_install_device(database, device, sizeof device))
		finding_add(findings, "linux.grub.install-device", path, 0,
			device, NULL);
}
