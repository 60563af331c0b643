/*
 * The fallback path of every EFI system partition: esp.c says what one lacks,
 * here it is mounted, filled, told and recorded.
 */
#include "convert/rewrite/fallback.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/error.h"
#include "common/own.h"
#include "convert/assess/array.h"
#include "convert/assess/boot-entry.h"
#include "convert/assess/efi-loaders.h"
#include "convert/assess/esp-place.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest.h"
#include "convert/assess/mount-problem.h"
#include "convert/assess/volume.h"
#include "convert/rewrite/change.h"
#include "convert/rewrite/elilo.h"
#include "convert/rewrite/esp.h"
#include "drivers-inject/guest.h"
#include "drivers-inject/inject.h"

enum { PARTITION_LIMIT = 8 };

struct partition {
	struct esp_place place;
	struct esp esp;
	struct elilo elilo; /* what takes its place */
};

struct fallback {
	struct partition list[PARTITION_LIMIT];
	size_t count;
};

void
fallback_free(struct fallback *fallback)
{
	if (fallback == NULL)
		return;
	for (size_t i = 0; i < fallback->count; i++)
		elilo_release(&fallback->list[i].elilo);
	free(fallback);
}

static void
fallback_freep(struct fallback **fallback)
{
	fallback_free(*fallback);
}

/* The partition of a boot entry: the volume, or of its members one. */
static bool
lies_on(const char *partition, const struct volumes *volumes,
	const struct volume *volume)
{
	for (size_t i = 0; i < volumes->count; i++) {
		const struct volume *part = &volumes->list[i];

		if ((part == volume || array_has_member(volume, part)) &&
			part->partition_uuid[0] != '\0' &&
			strcasecmp(partition, part->partition_uuid) == 0)
			return true;
	}
	return false;
}

/* The first entry that the old firmware had for this partition. */
static void
find_preferred(char *file, size_t room, const json_t *inventory,
	const struct volumes *volumes, const struct volume *volume)
{
	AUTO(boot_entry_release) struct boot_entry entry = {.number = 0};

	*file = '\0';
	while (*file == '\0' && boot_entry_next(&entry, inventory))
		if (load_option_is_active(&entry.option) &&
			lies_on(entry.option.partition, volumes, volume))
			snprintf(file, room, "%s", entry.option.file);
}

/* As people see it: a path of the guest, or the partition's and one on it. */
static void
name_file(char *name, size_t room, const struct partition *partition,
	const char *path)
{
	if (partition->place.is_mounted)
		snprintf(name, room, "%s", path);
	else
		snprintf(name, room, "%s:%s", partition->place.volume->source,
			path + strlen(partition->place.point));
}

/* All or nothing: shim without what it starts is worse than none. */
static bool
has_room(const struct partition *partition, const struct guest_files *files,
	struct findings *findings)
{
	return esp_has_room(&partition->esp, files, partition->place.point,
		partition->place.volume->source, findings);
}

static void
note(struct findings *findings, const struct partition *partition, bool fits)
{
	const struct esp *esp = &partition->esp;
	char loader[400], name[400];

	name_file(loader, sizeof loader, partition, esp->loader);
	for (size_t i = 0; i < esp->file_count; i++) {
		name_file(name, sizeof name, partition, esp->files[i].to);
		finding_add(findings, "firmware.uefi-no-fallback", name, 0,
			*esp->loader == '\0' ? "EFI/BOOT" : loader,
			fits ? "Filled with the guest's own boot loader."
			     : NULL);
	}
}

/* The folder that it lies in. */
static void
name_elilo(char *folder, size_t room, const struct esp *esp)
{
	snprintf(folder, room, "%s", esp->loader);
	*strrchr(folder, '/') = '\0';
}

/* Under ELILO's own name, which entries have, and where every firmware looks. */
static int
plan_elilo(struct partition *partition, guestfs_h *g,
	const struct guest *guest, struct references *references,
	struct findings *findings, struct error *err)
{
	struct elilo *elilo = &partition->elilo;
	struct esp *esp = &partition->esp;
	char folder[320], path[400];

	name_elilo(folder, sizeof folder, esp);
	if (elilo_replace(elilo, g, guest, folder,
		    partition->place.volume->uuid, references, findings,
		    err) == -1)
		return -1;
	if (elilo->menu == NULL)
		return 0;
	esp_add_text(esp, esp->loader, elilo->image, elilo->image_bytes);
	snprintf(path, sizeof path, "%s/EFI/BOOT/BOOTX64.EFI",
		partition->place.point);
	esp_add_text(esp, path, elilo->image, elilo->image_bytes);
	snprintf(path, sizeof path, "%s/EFI/unrack/grub.cfg",
		partition->place.point);
	esp_add_text(esp, path, elilo->menu, strlen(elilo->menu));
	return 0;
}

/* Without room for it ELILO stays, and what else was planned. */
static int
try_elilo(struct partition *partition, guestfs_h *g, const struct guest *guest,
	const struct guest_files *files, struct references *references,
	struct findings *findings, struct error *err)
{
	const struct esp before = partition->esp;
	char folder[320];

	if (plan_elilo(partition, g, guest, references, findings, err) == -1)
		return -1;
	if (has_room(partition, files, findings))
		return 0;
	partition->esp = before;
	name_elilo(folder, sizeof folder, &before);
	elilo_keep(folder, "there is no room for GRUB", findings);
	return 0;
}

static int
look(struct fallback *fallback, guestfs_h *g, const struct guest *guest,
	const struct volumes *volumes, const struct volume *volume,
	const json_t *inventory, struct references *references,
	struct findings *findings, struct error *err)
{
	struct partition *partition = &fallback->list[fallback->count];
	const char *uuids[GUEST_MOUNTS + 2] = {NULL};
	char preferred[512];
	struct efi_owner owner = {.distro = guest->distro, .uuids = uuids};
	struct guest_files files;
	char why[MOUNT_PROBLEM_BYTES];
	size_t count = 0;
	bool fits;
	int result;

	if (!esp_place_find(&partition->place, g, guest, volume) ||
		!esp_place_open(&partition->place, g)) {
		finding_add(findings, "storage.not-mounted", volume->source, 0,
			mount_problem(why, guestfs_last_error(g)), NULL);
		return 0;
	}
	if (guest->root_uuid[0] != '\0')
		uuids[count++] = guest->root_uuid;
	for (size_t i = 0; i < guest->mount_count; i++)
		if (guest->mounts[i].uuid[0] != '\0' &&
			strcmp(guest->mounts[i].type, "vfat") != 0)
			uuids[count++] = guest->mounts[i].uuid;
	find_preferred(preferred, sizeof preferred, inventory, volumes, volume);
	if (*preferred != '\0')
		owner.preferred = preferred;
	guest_libguestfs_open(&files, g);
	result = esp_plan(&partition->esp, &files, partition->place.point, &owner,
		err);
	fallback->count++;
	fits = has_room(partition, &files, findings);
	note(findings, partition, fits);
	if (!fits)
		partition->esp.file_count = 0;
	if (result == 0 && partition->esp.state == ESP_ELILO)
		result = try_elilo(partition, g, guest, &files, references,
			findings, err);
	esp_place_close(&partition->place, g);
	return result;
}

int
fallback_plan(struct fallback **fallback_out, guestfs_h *g,
	const struct guest *guest, const struct volumes *volumes,
	const json_t *inventory, struct references *references,
	struct findings *findings, struct error *err)
{
	AUTO(fallback_freep) struct fallback *fallback = calloc(1, sizeof *fallback);
	bool boots = false;

	if (fallback == NULL)
		return error_set(err, ENOMEM, "look for boot loaders");
	for (size_t i = 0; strcmp(guest->firmware, "uefi") == 0 &&
		i < volumes->count && fallback->count < PARTITION_LIMIT; i++)
		if (esp_place_is_esp(guest, volumes, &volumes->list[i]) &&
			look(fallback, g, guest, volumes, &volumes->list[i],
				inventory, references, findings, err) == -1)
			return -1;
	for (size_t i = 0; i < fallback->count; i++)
		boots |= fallback->list[i].esp.state != ESP_EMPTY;
	if (!boots && strcmp(guest->firmware, "uefi") == 0)
		finding_add(findings, "firmware.uefi-no-loader",
			fallback->count == 0 ? "disks"
				: fallback->list[0].place.volume->source, 0,
			fallback->count == 0 ? "no EFI system partition"
				: "no loader for x86-64 in EFI/", NULL);
	*fallback_out = take(fallback);
	return 0;
}

static const char reason[] =
	"The old machine's firmware had an entry for its boot loader; another "
	"firmware looks here.";

static int
record(struct changes *changes, const char *name, const char *before,
	size_t before_bytes, const void *data, size_t bytes, unsigned mode,
	struct error *err)
{
	struct inject_change change = {
		.path = name,
		.kind = before == NULL ? INJECT_CREATED : INJECT_REPLACED,
		.mode = mode,
		.reason = reason,
		.after.bytes = bytes,
		.before.bytes = before_bytes,
	};

	if (hash_block(data, bytes, change.after.hash, err) == -1 ||
		(before != NULL && hash_block(before, before_bytes,
			change.before.hash, err) == -1))
		return -1;
	return changes_note(changes, &change, err);
}

/* Its file system keeps no mode: what all its files have. */
static unsigned
mode_of(const struct guest_files *files, const char *path)
{
	struct guest_stat stat = {.mode = 0644};
	struct error ignored;

	files->stat(files->handle, path, &stat, &ignored);
	return stat.mode & 07777;
}

/* Those below the place where the partition is mounted. */
static int
make_folders(const struct partition *partition, const char *path, guestfs_h *g,
	struct changes *changes, struct error *err)
{
	AUTO(freep) char *folder = strdup(path);
	char name[400];

	if (folder == NULL)
		return error_set(err, ENOMEM, "create %s", path);
	for (char *slash = folder + strlen(partition->place.point);
		(slash = strchr(slash + 1, '/')) != NULL; *slash = '/') {
		*slash = '\0';
		name_file(name, sizeof name, partition, folder);
		if (changes_make_folder(changes, g, folder, name, reason,
			    err) == -1)
			return -1;
	}
	return 0;
}

static int
fill(const struct partition *partition, const struct esp_file *file,
	guestfs_h *g, struct findings *findings, struct changes *changes,
	struct error *err)
{
	AUTO(freep) char *before = NULL;
	AUTO(freep) void *data = NULL;
	struct guest_files files;
	size_t bytes, before_bytes = 0;
	struct error why = {.code = 0};
	char name[400];

	guest_libguestfs_open(&files, g);
	name_file(name, sizeof name, partition, file->to);
	before = efi_read_program(&files, file->to, &before_bytes);
	if (make_folders(partition, file->to, g, changes, &why) == -1 ||
		esp_make(file, &files, &data, &bytes, &why) == -1) {
		finding_add(findings, "guest.file-not-written", name, 0,
			why.text, NULL);
		return 0;
	}
	return record(changes, name, before, before_bytes, data, bytes,
		mode_of(&files, file->to), err);
}

int
fallback_apply(const struct fallback *fallback, guestfs_h *g,
	struct findings *findings, struct changes *changes, struct error *err)
{
	int result = 0;

	for (size_t i = 0; i < fallback->count && result == 0; i++) {
		const struct partition *partition = &fallback->list[i];
		const struct esp *esp = &partition->esp;

		if (esp->file_count == 0 ||
			!esp_place_open(&partition->place, g))
			continue;
		for (size_t f = 0; f < esp->file_count && result == 0; f++)
			result = fill(partition, &esp->files[f], g, findings,
				changes, err);
		esp_place_close(&partition->place, g);
	}
	return result;
}
