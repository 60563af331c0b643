/*
 * Which kernel does the boot loader start?  The hardware of the VM is chosen
 * for that one.  Which kernels there are, the injection says.
 */
#include "convert/assess/boot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/boot-default.h"
#include "convert/assess/finding.h"
#include "convert/assess/grub-config.h"
#include "convert/assess/guest-file.h"
#include "convert/assess/guest.h"
#include "convert/assess/lilo-config.h"
#include "convert/assess/shell.h"

enum { DATABASE_LIMIT = 2 << 20 };

/* How many of the last parts of two paths are the same. */
static unsigned
common_parts(const char *a, const char *b)
{
	const char *x = a + strlen(a), *y = b + strlen(b);
	unsigned parts = 0;

	while (x > a && y > b && x[-1] == y[-1]) {
		x--;
		y--;
		parts += *x == '/';
	}
	return parts;
}

/*
 * A loader's path is one of its own file system: it counts by the file that it
 * leads to in the guest, else by its end.
 */
static bool
mark(guestfs_h *g, struct guest *guest, const char *path)
{
	static const char *const folders[] = {"", "/boot", "/boot/efi", "/efi"};
	unsigned most = 0, parts;
	size_t chosen = 0;
	char name[640];

	while (string_starts(path, ".."))
		path += 2 + (path[2] == '/' && path[3] == '.');
	for (size_t f = 0; f < sizeof folders / sizeof *folders; f++) {
		AUTO(freep) char *real = NULL;

		snprintf(name, sizeof name, "%s%s%s", folders[f],
			*path == '/' ? "" : "/", path);
		if (guest_file_is_there(g, name))
			real = guestfs_realpath(g, name);
		for (size_t i = 0; real != NULL && i < guest->kernel_count; i++)
			if (strcmp(guest->kernels[i].image, real) == 0) {
				guest->kernels[i].is_default = true;
				return true;
			}
	}
	for (size_t i = 0; i < guest->kernel_count; i++) {
		parts = common_parts(guest->kernels[i].image, name);
		if (parts > most) {
			most = parts;
			chosen = i;
		}
	}
	if (most > 0)
		guest->kernels[chosen].is_default = true;
	return most > 0;
}

/* A loader's configuration, and what it keeps beside it. */
struct place {
	const char *config, *beside;
	bool (*find)(guestfs_h *g, const struct place *place, const char *text,
		struct findings *findings, char *path, size_t room);
};

enum { ENTRY_LIMIT = 64, ENTRY_BYTES = 65536 };

static void
texts_freep(char *(*texts)[ENTRY_LIMIT])
{
	for (size_t i = 0; i < ENTRY_LIMIT; i++)
		free((*texts)[i]);
}

static bool
find_entry(guestfs_h *g, const char *folder, enum boot_order order,
	const char *wanted, struct findings *findings, char *path, size_t room)
{
	AUTO(strings_freep) char **files =
		guest_folder_files(g, folder, ".conf");
	AUTO(texts_freep) char *texts[ENTRY_LIMIT] = {NULL};
	struct boot_entry_file list[ENTRY_LIMIT];
	size_t count = 0;

	for (size_t i = 0; files != NULL && files[i] != NULL &&
		count < ENTRY_LIMIT; i++) {
		texts[count] = guest_file_text(g, files[i], findings);
		if (texts[count] == NULL)
			continue;
		if (strlen(texts[count]) > ENTRY_BYTES) {
			finding_add(findings, "guest.file-refused", files[i], 0,
				"it is too large for an entry of a menu", NULL);
			free(take(texts[count]));
			continue;
		}
		files[i][strlen(files[i]) - strlen(".conf")] = '\0';
		list[count] = (struct boot_entry_file){
			strrchr(files[i], '/') + 1, texts[count]};
		count++;
	}
	return entries_default(list, count, order, wanted, path, room);
}

/* GRUB 2, and the entries that it reads where its menu says so. */
static bool
find_grub2(guestfs_h *g, const struct place *place, const char *text,
	struct findings *findings, char *path, size_t room)
{
	AUTO(freep) char *environment =
		guest_file_text(g, place->beside, findings);
	char saved[256] = "", next[256] = "";

	if (environment != NULL) {
		shell_value(environment, "saved_entry", saved, sizeof saved);
		shell_value(environment, "next_entry", next, sizeof next);
	}
	if (*next != '\0' && strstr(text, "next_entry") != NULL)
		strcpy(saved, next);
	if (strstr(text, "blscfg") != NULL &&
		find_entry(g, "/boot/loader/entries", BOOT_ORDER_GRUB, saved,
			findings, path, room))
		return true;
	if (*next != '\0' && strstr(text, "next_entry") != NULL)
		return grub_kernel_of(text, next, path, room);
	return grub_default_kernel(text, saved, path, room);
}

static bool
find_systemd(guestfs_h *g, const struct place *place, const char *text,
	struct findings *findings, char *path, size_t room)
{
	char wanted[256];

	loader_conf_default(text, wanted, sizeof wanted);
	return find_entry(g, place->beside, BOOT_ORDER_SYSTEMD, wanted,
		findings, path, room);
}

static bool
find_grub(guestfs_h *g, const struct place *place, const char *text,
	struct findings *findings, char *path, size_t room)
{
	AUTO(freep) char *saved = guest_file_text(g, place->beside, findings);

	return grub_legacy_default(text, saved, path, room);
}

static bool
find_syslinux(guestfs_h *g, const struct place *place, const char *text,
	struct findings *findings, char *path, size_t room)
{
	(void)g;
	(void)place;
	(void)findings;
	return syslinux_default(text, path, room);
}

static bool
find_lilo(guestfs_h *g, const struct place *place, const char *text,
	struct findings *findings, char *path, size_t room)
{
	AUTO(freep) struct lilo_config *config = NULL;
	const struct lilo_image *image = NULL;
	struct error ignored;

	(void)g;
	(void)place;
	(void)findings;
	if (lilo_config_read(&config, text, &ignored) == 0)
		image = lilo_config_default(config);
	if (image == NULL || image->is_other)
		return false;
	snprintf(path, room, "%s", image->path);
	return true;
}

/* Leftovers of an older loader come after what replaced it. */
static const struct place places[] = {
	{"/boot/grub/grub.cfg", "/boot/grub/grubenv", find_grub2},
	{"/boot/grub2/grub.cfg", "/boot/grub2/grubenv", find_grub2},
	{"/boot/efi/loader/loader.conf", "/boot/efi/loader/entries",
		find_systemd},
	{"/efi/loader/loader.conf", "/efi/loader/entries", find_systemd},
	{"/boot/loader/loader.conf", "/boot/loader/entries", find_systemd},
	{"/boot/grub/grub.conf", "/boot/grub/default", find_grub},
	{"/boot/grub/menu.lst", "/boot/grub/default", find_grub},
	{"/boot/extlinux/extlinux.conf", NULL, find_syslinux},
	{"/boot/extlinux.conf", NULL, find_syslinux},
	{"/extlinux.conf", NULL, find_syslinux},
	{"/boot/syslinux/extlinux.conf", NULL, find_syslinux},
	{"/boot/syslinux/syslinux.cfg", NULL, find_syslinux},
	{"/boot/syslinux.cfg", NULL, find_syslinux},
	{"/etc/lilo.conf", NULL, find_lilo},
	{"/etc/elilo.conf", NULL, find_lilo},
};

/* Does the firmware start systemd-boot although GRUB's menu is there too? */
static bool
has_systemd_boot(guestfs_h *g, const struct guest *guest)
{
	return strcmp(guest->firmware, "uefi") == 0 &&
		(guest_folder_is_there(g, "/boot/efi/EFI/systemd") ||
			guest_folder_is_there(g, "/efi/EFI/systemd") ||
			guest_folder_is_there(g, "/boot/EFI/systemd"));
}

static bool
find_in(guestfs_h *g, struct guest *guest, const struct place *place,
	struct findings *findings)
{
	AUTO(freep) char *text = guest_file_text(g, place->config, findings);
	char path[512];

	return text != NULL &&
		place->find(g, place, text, findings, path, sizeof path) &&
		mark(g, guest, path);
}

void
boot_find_default(guestfs_h *g, struct guest *guest, struct findings *findings)
{
	bool systemd = has_systemd_boot(g, guest);

	for (int round = systemd ? 0 : 1; round < 2; round++)
		for (size_t i = 0; i < sizeof places / sizeof *places; i++)
			if ((round == 1 || places[i].find == find_systemd) &&
				find_in(g, guest, &places[i], findings))
				return;
	if (guest->kernel_count > 0)
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
