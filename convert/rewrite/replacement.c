/*
 * GRUB 2 in LILO's place, in three parts: a core before the first partition that
 * finds the folder /boot/unrack-grub by its file system's UUID, GRUB's modules
 * in that folder, and a menu made of lilo.conf (lilo-menu.c).  The core holds
 * only what reads that file system, because old partitions begin at sector 63.
 */
#include "convert/rewrite/replacement.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest-file.h"
#include "convert/assess/guest.h"
#include "convert/assess/lilo-config.h"
#include "convert/assess/sectors.h"
#include "convert/assess/volume.h"
#include "convert/rewrite/boot-sectors.h"
#include "convert/rewrite/change.h"
#include "convert/rewrite/host-grub.h"
#include "convert/rewrite/lilo-menu.h"
#include "drivers-inject/appliance.h"
#include "drivers-inject/guest.h"
#include "drivers-inject/inject.h"

#define PLATFORM "i386-pc"
#define FOLDER "/boot/unrack-grub"
#define MENU FOLDER "/grub.cfg"
#define LILO_CONF "/etc/lilo.conf"

enum { NEW_FOLDERS = 2 };

static const char reason[] = "LILO would start kernels by the sectors they had "
			     "on the old machine's disks.";

/* In the folder; what is not there is not loaded. */
static const char *const folder_modules[] = {"normal", "linux", "linux16",
	"chain", "echo", "test", "search", "ls", "cat", "configfile", "reboot",
	"halt", "sleep", "minicmd", "part_msdos", "part_gpt", "lvm", "mdraid09",
	"mdraid1x", "ext2", "xfs", "reiserfs", "jfs", "btrfs", "fat", "gzio",
	NULL};

/* The module that reads a file system. */
static const struct {
	const char *type, *module;
} readers[] = {{"ext2", "ext2"}, {"ext3", "ext2"}, {"ext4", "ext2"},
	{"xfs", "xfs"}, {"reiserfs", "reiserfs"}, {"jfs", "jfs"},
	{"btrfs", "btrfs"}, {"vfat", "fat"}};

void
replacement_free(struct replacement *replacement)
{
	if (replacement == NULL)
		return;
	free(replacement->core);
	names_freep(&replacement->modules);
	free(replacement);
}

static void
replacement_freep(struct replacement **replacement)
{
	replacement_free(*replacement);
}

/* ---- the plan ---- */

static bool
is_logical(const struct volumes *volumes, const char *source)
{
	for (size_t i = 0; i < volumes->count; i++)
		if (strcmp(volumes->list[i].source, source) == 0)
			return volumes->list[i].kind == VOLUME_LV;
	return false;
}

/* An array of LILO's is read as the file system that each member begins with. */
static int
make_core(struct replacement *replacement, const struct guest *guest,
	const struct volumes *volumes, struct error *err)
{
	const struct guest_mount *mount = guest_mount_of(guest, "/boot");
	const char *modules[8] = {"biosdisk", "part_msdos", "search_fs_uuid"};
	AUTO(freep) char *config = NULL;
	size_t count = 3;

	if (mount == NULL || mount->uuid[0] == '\0')
		return error_set(err, 0, "the file system of /boot has no UUID");
	for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
		if (strcmp(readers[i].type, mount->type) == 0)
			modules[count++] = readers[i].module;
	if (count == 3)
		return error_set(err, 0, "GRUB does not read %s", mount->type);
	if (is_logical(volumes, mount->device))
		modules[count++] = "lvm";
	config = io_format("search.fs_uuid %s root\nset prefix=($root)%s\n",
		mount->uuid, strcmp(mount->target, "/boot") == 0
			? &FOLDER[strlen("/boot")] : FOLDER);
	if (config == NULL)
		return error_set(err, ENOMEM, "make a boot loader");
	return host_grub_image(&replacement->core, &replacement->core_bytes,
		PLATFORM, config, modules, err);
}

static int
check_disks(const struct replacement *replacement, guestfs_h *g,
	struct error *err)
{
	for (size_t i = 0; i < replacement->disk_count; i++) {
		const struct volume *disk = replacement->disks[i];
		AUTO(freep) uint8_t *sector = sectors_read(g, disk->device, 0,
			1);
		AUTO(freep) uint8_t *made = NULL;
		AUTO(freep) char *boot = NULL;
		size_t bytes, boot_bytes;

		if (sector == NULL)
			return guest_error(err, g, "read %s", disk->source);
		if (host_grub_file(&boot, &boot_bytes, PLATFORM, "boot.img",
			    err) == -1 ||
			boot_sectors_make(&made, &bytes, sector, boot,
				boot_bytes, replacement->core,
				replacement->core_bytes, err) == -1)
			return error_add(err, "%s", disk->source);
	}
	return 0;
}

/* The modules' names, and room for all of them. */
static int
check_room(struct replacement *replacement, guestfs_h *g, struct error *err)
{
	AUTO(freep) char *moddep = NULL;
	struct guest_files files;
	size_t total = 0, bytes;

	if (host_grub_file(&moddep, &bytes, PLATFORM, "moddep.lst", err) ==
			-1 ||
		host_grub_closure(&replacement->modules, moddep,
			folder_modules, err) == -1)
		return -1;
	for (size_t i = 0; i < replacement->modules.count; i++) {
		AUTO(freep) char *name = io_format("%s.mod",
			replacement->modules.items[i]);
		AUTO(freep) char *data = NULL;

		if (name == NULL)
			return error_set(err, ENOMEM, "read GRUB's modules");
		if (host_grub_file(&data, &bytes, PLATFORM, name, err) == -1)
			return -1;
		total += guest_file_room(bytes);
	}
	guest_libguestfs_open(&files, g);
	return guest_check_room(&files, "/boot/unrack", total,
		replacement->modules.count + NEW_FOLDERS, 0, err);
}

static int
plan_menu(guestfs_h *g, const struct guest *guest,
	const struct lilo_config *config, struct references *references,
	struct findings *findings, struct changes *changes, struct error *err)
{
	AUTO(freep) char *menu = NULL;
	AUTO(freep) char *before =
		guest_file_text(g, MENU, findings);

	if (lilo_menu_make(&menu, g, guest, config, LILO_CONF, false,
		    references, findings, err) == -1)
		return -1;
	if (menu == NULL)
		return error_set(err, 0, "none of the entries in " LILO_CONF
			" leads to a kernel");
	return changes_plan(changes, MENU, before, menu, reason, err);
}

int
replacement_plan(struct replacement **replacement_out, guestfs_h *g,
	const struct guest *guest, const struct volumes *volumes,
	struct references *references, struct findings *findings,
	struct changes *changes, struct error *err)
{
	AUTO(replacement_freep) struct replacement *replacement =
		calloc(1, sizeof *replacement);
	AUTO(freep) char *text = guest_file_text(g, LILO_CONF, findings);
	AUTO(freep) struct lilo_config *config = NULL;
	struct error why = {.code = 0};

	*replacement_out = NULL;
	if (replacement == NULL)
		return error_set(err, ENOMEM, "look for LILO");
	if (text == NULL || strcmp(guest->firmware, "bios") != 0)
		return 0;
	if (lilo_config_read(&config, text, err) == -1)
		return -1;
	replacement->disk_count = lilo_disks_find(replacement->disks, g, volumes,
		guest, config, references);
	if (replacement->disk_count == 0)
		return 0;
	if (make_core(replacement, guest, volumes, &why) == -1 ||
		check_disks(replacement, g, &why) == -1 ||
		check_room(replacement, g, &why) == -1 ||
		plan_menu(g, guest, config, references, findings, changes,
			&why) == -1) {
		finding_add(findings, "linux.loader.not-replaced", LILO_CONF, 0,
			why.text, NULL);
		return why.code == ENOMEM ? error_set(err, ENOMEM,
			"replace LILO") : 0;
	}
	for (size_t i = 0; i < replacement->disk_count; i++)
		finding_add(findings, "linux.loader.replaced",
			replacement->disks[i]->source, 0, "LILO",
			"Replaced by GRUB 2 with the same menu.");
	if (config->asks_password)
		finding_add(findings, "linux.loader.password", LILO_CONF, 0,
			"password", NULL);
	*replacement_out = take(replacement);
	return 0;
}

/* ---- writing ---- */

static int
write_modules(const struct replacement *replacement, guestfs_h *g,
	struct changes *changes, struct error *err)
{
	struct guest_files files;

	guest_libguestfs_open(&files, g);
	if (changes_make_folders(changes, g, FOLDER "/" PLATFORM "/", reason,
		    err) == -1)
		return -1;
	for (size_t i = 0; i < replacement->modules.count; i++) {
		const char *module = replacement->modules.items[i];
		AUTO(freep) char *name = io_format("%s.mod", module);
		AUTO(freep) char *path = io_format(FOLDER "/" PLATFORM "/%s.mod",
			module);
		AUTO(freep) char *data = NULL;
		struct inject_change change = {.kind = INJECT_CREATED,
			.mode = 0644, .path = path, .reason = reason};

		if (name == NULL || path == NULL)
			return error_set(err, ENOMEM, "write GRUB's modules");
		if (host_grub_file(&data, &change.after.bytes, PLATFORM, name,
			    err) == -1 ||
			guest_replace(&files, path, NULL, 0, data,
				change.after.bytes, err) == -1 ||
			hash_block(data, change.after.bytes,
				change.after.hash, err) == -1 ||
			changes_note(changes, &change, err) == -1)
			return -1;
	}
	return 0;
}

static int
write_disk(const struct replacement *replacement, guestfs_h *g,
	const struct volume *disk, struct changes *changes, struct error *err)
{
	AUTO(freep) uint8_t *sector = sectors_read(g, disk->device, 0, 1);
	AUTO(freep) uint8_t *before = NULL;
	AUTO(freep) uint8_t *made = NULL;
	AUTO(freep) char *boot = NULL;
	size_t bytes, boot_bytes;
	struct error again;

	if (sector == NULL)
		return guest_error(err, g, "read %s", disk->source);
	if (host_grub_file(&boot, &boot_bytes, PLATFORM, "boot.img", err) ==
			-1 ||
		boot_sectors_make(&made, &bytes, sector, boot, boot_bytes,
			replacement->core, replacement->core_bytes, err) == -1)
		return -1;
	before = sectors_read(g, disk->device, 0, bytes / SECTOR_BYTES);
	if (before == NULL)
		return guest_error(err, g, "read %s", disk->source);
	if (sectors_write(g, disk->device, disk->source, 0, made,
		    bytes / SECTOR_BYTES, err) == -1) {
		if (sectors_write(g, disk->device, disk->source, 0, before,
			    bytes / SECTOR_BYTES, &again) == -1)
			err->code = ENOTRECOVERABLE;
		return -1;
	}
	/* Now, since the last page may reach over a partition that is mounted. */
	if (guestfs_sync(g) == -1)
		return guest_error(err, g, "write %s", disk->source);
	return changes_note_sectors(changes, disk->source, 0, before, made,
		bytes, reason, err);
}

/* LILO stays on the disks from `first` on. */
static void
take_back(const struct replacement *replacement, size_t first, const char *why,
	struct findings *findings)
{
	for (size_t i = first; i < replacement->disk_count; i++)
		finding_take_back(findings, "linux.loader.replaced",
			replacement->disks[i]->source);
	finding_add(findings, "linux.loader.not-replaced", LILO_CONF, 0, why,
		NULL);
}

void
replacement_check(struct replacement *replacement,
	const struct changes *changes, struct findings *findings)
{
	if (replacement == NULL || changes_have(changes, MENU))
		return;
	take_back(replacement, 0, MENU " cannot be written", findings);
	finding_take_back(findings, "linux.loader.password", LILO_CONF);
	replacement->disk_count = 0;
}

int
replacement_apply(const struct replacement *replacement, guestfs_h *g,
	struct findings *findings, struct changes *changes, struct error *err)
{
	struct error why = {.code = 0};
	size_t done = 0;
	int result;

	if (replacement == NULL || replacement->disk_count == 0)
		return 0;
	result = write_modules(replacement, g, changes, &why);
	while (result == 0 && done < replacement->disk_count) {
		result = write_disk(replacement, g, replacement->disks[done],
			changes, &why);
		done += result == 0;
	}
	if (result == 0)
		return 0;
	if (why.code == ENOMEM || why.code == ENOTRECOVERABLE) {
		*err = why;
		return error_add(err, "replace LILO");
	}
	take_back(replacement, done, why.text, findings);
	return 0;
}
