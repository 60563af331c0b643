/*
 * BIOS or UEFI?  What the source's kernel said counts, unless the disks cannot
 * boot that way: then the live medium was started in the other one.  Without an
 * inventory the disks tell.
 */
#include "convert/assess/firmware.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/own.h"
#include "convert/assess/efi-loaders.h"
#include "convert/assess/esp-place.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest-file.h"
#include "convert/assess/guest.h"
#include "convert/assess/sectors.h"
#include "convert/assess/volume.h"
#include "drivers-inject/guest.h"

enum { CODE_BYTES = 440, TABLE_AT = 446 };

#define BIOS_BOOT "21686148-6449-6e6f-744e-656564454649"

const char *
firmware_decide(const struct firmware_evidence *evidence, bool *both_out)
{
	bool uefi = evidence->esp_loader;
	bool bios = evidence->boot_code || evidence->bios_core;

	*both_out = uefi && bios;
	if (evidence->recorded != NULL) {
		bool wants_uefi = strcmp(evidence->recorded, "uefi") == 0;

		*both_out = wants_uefi ? bios && !evidence->esp
				       : uefi && !bios;
		return *both_out == wants_uefi ? "bios" : "uefi";
	}
	if (uefi != bios)
		return uefi ? "uefi" : "bios";
	if (evidence->efi_modules != evidence->bios_modules)
		return evidence->efi_modules ? "uefi" : "bios";
	if (uefi)
		return evidence->esp_mounted ? "uefi" : "bios";
	return evidence->esp && !evidence->bios_core ? "uefi" : "bios";
}

/*
 * A boot loader of its own, or any code and a partition that is active: what
 * writes partition tables puts code there that starts that one's first sector.
 */
bool
firmware_is_boot_code(const void *sector)
{
	static const char *const loaders[] = {"GRUB", "LILO"};
	const unsigned char *bytes = sector;
	bool has_code = false, is_active = false;

	for (size_t i = 0; i < CODE_BYTES; i++)
		has_code |= bytes[i] != 0;
	for (size_t i = 0; i < 4; i++)
		is_active |= bytes[TABLE_AT + 16 * i] == 0x80;
	for (size_t i = 0; i < sizeof loaders / sizeof *loaders; i++)
		if (memmem(bytes, CODE_BYTES, loaders[i], 4) != NULL)
			return true;
	return has_code && is_active;
}

static void
look_at_esp(struct firmware_evidence *evidence, guestfs_h *g,
	const struct guest *guest, const struct volume *volume)
{
	const char *const uuids[] = {guest->root_uuid[0] == '\0'
		? NULL : guest->root_uuid, NULL};
	const struct efi_owner owner = {.distro = guest->distro,
		.uuids = uuids};
	AUTO(freep) struct efi_loaders *loaders = calloc(1, sizeof *loaders);
	struct guest_files files;
	struct esp_place place;

	evidence->esp = true;
	if (loaders == NULL || !esp_place_find(&place, g, guest, volume) ||
		!esp_place_open(&place, g))
		return;
	guest_libguestfs_open(&files, g);
	loaders->files = &files;
	loaders->point = place.point;
	loaders->owner = &owner;
	efi_loaders_scan(loaders);
	evidence->esp_loader |= loaders->count > 0;
	evidence->esp_mounted |= place.is_mounted;
	esp_place_close(&place, g);
}

static void
look_at_volumes(struct firmware_evidence *evidence, guestfs_h *g,
	const struct guest *guest, const struct volumes *volumes)
{
	for (size_t i = 0; i < volumes->count; i++) {
		const struct volume *volume = &volumes->list[i];
		bool is_core = strcmp(volume->partition_type, BIOS_BOOT) == 0;
		AUTO(freep) uint8_t *sector =
			volume->kind == VOLUME_DISK || is_core
			? sectors_read(g, volume->device, 0, 1) : NULL;

		if (sector != NULL && is_core)
			evidence->bios_core |= *sector != 0;
		else if (sector != NULL)
			evidence->boot_code |= firmware_is_boot_code(sector);
		if (esp_place_is_esp(guest, volumes, volume))
			look_at_esp(evidence, g, guest, volume);
	}
}

static bool
has_either(guestfs_h *g, const char *one, const char *other)
{
	return guest_folder_is_there(g, one) || guest_folder_is_there(g, other);
}

const char *
firmware_find(guestfs_h *g, const struct guest *guest,
	const struct volumes *volumes, const json_t *inventory,
	struct findings *findings)
{
	struct firmware_evidence evidence = {
		.recorded = json_text(json_object_get(inventory, "firmware"),
			"type", NULL),
	};
	const char *choice;
	char what[96];
	bool both;

	look_at_volumes(&evidence, g, guest, volumes);
	if (strcmp(guest->os_type, "linux") == 0) {
		evidence.efi_modules = has_either(g, "/boot/grub/x86_64-efi",
			"/boot/grub2/x86_64-efi");
		evidence.bios_modules = has_either(g, "/boot/grub/i386-pc",
			"/boot/grub2/i386-pc");
	}
	choice = firmware_decide(&evidence, &both);
	snprintf(what, sizeof what, "%s; recorded at the source: %.8s", choice,
		evidence.recorded == NULL ? "nothing" : evidence.recorded);
	if (both)
		finding_add(findings, "firmware.in-doubt", "disks", 0, what,
			NULL);
	return choice;
}
