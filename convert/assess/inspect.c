/*
 * What is on these disks?  libguestfs' own inspection maps names by the order
 * of disks and reads package lists; both are avoided here.  root.c finds the
 * system, wish.c and reference.c tell what else is mounted.  The
 * facts about a mounted system come from system.c and service.c, the kernels from
 * the injection (rewrite/injection.c).
 */
#include "convert/assess/inspect.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/boot-disk.h"
#include "convert/assess/evidence.h"
#include "convert/assess/finding.h"
#include "convert/assess/firmware.h"
#include "convert/assess/guest-file.h"
#include "convert/assess/guest.h"
#include "convert/assess/linux-root.h"
#include "convert/assess/luks.h"
#include "convert/assess/mount-problem.h"
#include "convert/assess/root.h"
#include "convert/assess/service.h"
#include "convert/assess/storage.h"
#include "convert/assess/swap-wish.h"
#include "convert/assess/system.h"
#include "convert/assess/unlock.h"
#include "convert/assess/volume.h"
#include "convert/assess/wish.h"
#include "drivers-inject/appliance.h"
#include "drivers-inject/guest.h"

/* ---- mounting the rest ---- */

typedef void evidence_function(struct references *references,
	const char *text);

static void
learn_files(guestfs_h *g, struct references *references, const char *pattern,
	evidence_function *learn_text, struct findings *findings)
{
	AUTO(strings_freep) char **files = guest_files(g, pattern);

	for (char **file = files; file != NULL && *file != NULL; file++) {
		AUTO(freep) char *text = guest_file_text(g, *file, findings);

		if (text != NULL)
			learn_text(references, text);
	}
}

/* What the guest's configuration says about names. */
static void
learn(guestfs_h *g, struct references *references, const char *fstab,
	const struct root *root, struct findings *findings)
{
	static const struct {
		const char *pattern;
		evidence_function *learn;
	} texts[] = {
		{"/etc/mdadm.conf", evidence_of_mdadm},
		{"/etc/mdadm/mdadm.conf", evidence_of_mdadm},
		{"/etc/multipath/bindings", evidence_of_bindings},
		{"/var/lib/multipath/bindings", evidence_of_bindings},
		{"/etc/multipath.conf", evidence_of_multipath},
		{"/etc/multipath/conf.d/*.conf", evidence_of_multipath},
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		learn_files(g, references, texts[i].pattern, texts[i].learn,
			findings);
	evidence_of_fstab(references, fstab, root->volume, root->boot);
}

static void
note_mount(struct guest *guest, guestfs_h *g, const struct volume *volume,
	const char *target, bool is_noauto, struct findings *findings)
{
	struct guestfs_statvfs *space = guestfs_statvfs(g, target);
	struct guest_mount *mount;
	char what[64];

	if (space != NULL && space->blocks > 0 &&
		space->bavail < space->blocks / 50) {
		snprintf(what, sizeof what, "%jd MB free",
			(intmax_t)(space->bavail * space->bsize / 1000000));
		finding_add(findings, "fs.near-full", target, 0, what, NULL);
	}
	if (space != NULL)
		guestfs_free_statvfs(space);
	if (guest->mount_count == GUEST_MOUNTS)
		return;
	mount = &guest->mounts[guest->mount_count++];
	snprintf(mount->target, sizeof mount->target, "%s", target);
	snprintf(mount->device, sizeof mount->device, "%s", volume->source);
	snprintf(mount->type, sizeof mount->type, "%s", volume->type);
	snprintf(mount->uuid, sizeof mount->uuid, "%s", volume->uuid);
	mount->is_noauto = is_noauto;
}

/*
 * NULL, or why it is not mounted.  libguestfs runs the appliance's mount(8)
 * outside of the guest's root: a link or "..", followed there, would cover the
 * appliance's programs with the guest's.
 */
static const char *
mount_wish(guestfs_h *g, struct wish *wish)
{
	AUTO(freep) char *real = guestfs_realpath(g, wish->target);

	if (real == NULL)
		return guestfs_last_error(g);
	if (strlen(real) >= sizeof wish->target || strcmp(real, "/") == 0 ||
		!guest_folder_is_there(g, real))
		return "its mount point is no folder of the guest";
	strcpy(wish->target, real);
	return root_mount(g, wish->volume, wish->subvolume, wish->target) == -1
		? guestfs_last_error(g)
		: NULL;
}

static int
mount_others(guestfs_h *g, struct guest *guest, const char *fstab,
	struct references *references, struct findings *findings,
	struct error *err)
{
	AUTO(freep) struct wish *wishes = calloc(GUEST_MOUNTS, sizeof *wishes);
	size_t count;

	if (wishes == NULL)
		return error_set(err, ENOMEM, "mount the guest");
	count = fstab == NULL ? 0
			      : wishes_read(wishes, fstab, guest, references);
	for (size_t i = 0; i < count; i++) {
		const char *why = mount_wish(g, &wishes[i]);
		char text[MOUNT_PROBLEM_BYTES];

		if (why != NULL)
			finding_add(findings, "storage.not-mounted",
				wishes[i].target, 0, mount_problem(text, why),
				NULL);
		else
			note_mount(guest, g, wishes[i].volume,
				wishes[i].target, wishes[i].is_noauto,
				findings);
	}
	return 0;
}

static void
note_root(struct guest *guest, const struct volume *root)
{
	guest->os_type = "linux";
	snprintf(guest->root_device, sizeof guest->root_device, "%s",
		root->source);
	snprintf(guest->root_uuid, sizeof guest->root_uuid, "%s", root->uuid);
	snprintf(guest->root_type, sizeof guest->root_type, "%s", root->type);
}

/*
 * A system whose root is encrypted and stays so: what is in its /boot tells what
 * can start it.
 */
static int
mount_locked(guestfs_h *g, struct guest *guest, const struct volumes *volumes,
	const struct volume *boot, struct findings *findings, struct error *err)
{
	const struct volume *locked = NULL;

	for (size_t i = 0; i < volumes->count && locked == NULL; i++) {
		const struct volume *volume = &volumes->list[i];

		if (strcmp(volume->type, "crypto_LUKS") == 0 &&
			!volume->is_open)
			locked = volume;
	}
	if (locked == NULL || boot == NULL)
		return 0;
	if (guestfs_mkmountpoint(g, "/boot") == -1 ||
		guestfs_mount(g, boot->device, "/boot") == -1)
		return guest_error(err, g, "mount %s", boot->device);
	note_root(guest, locked);
	guest->locked = true;
	snprintf(guest->name, sizeof guest->name, "Linux, encrypted");
	note_mount(guest, g, boot, "/boot", false, findings);
	return 0;
}

/* Where all programs are in /usr, nothing starts without it. */
static void
check_init(const struct guest_files *files, struct findings *findings)
{
	if (!linux_root_has_init(files))
		finding_add(findings, "storage.usr-missing", "/usr", 0,
			"no init on any file system that is mounted",
			NULL);
}

static void
note_storage(guestfs_h *g, const struct volumes *volumes,
	const struct guest *guest, struct findings *findings)
{
	storage_check(volumes, guest, findings);
	for (size_t i = 0; i < volumes->count; i++) {
		if (strcmp(volumes->list[i].type, "crypto_LUKS") == 0)
			luks_note(g, &volumes->list[i], findings);
	}
}

int
inspect_mount(const struct volume **root_out, guestfs_h *g,
	struct guest *guest, struct volumes *volumes,
	struct references *references, const json_t *inventory,
	struct findings *findings, struct error *err)
{
	AUTO(freep) char *fstab = NULL;
	AUTO(freep) char *crypttab = NULL;
	struct guest_files files;
	struct root root;
	int found = root_find(&root, g, guest, volumes, inventory, findings,
		err);

	*root_out = NULL;
	if (found == -1)
		return -1;
	if (found == 0) {
		if (mount_locked(g, guest, volumes, root.boot, findings, err) ==
			-1)
			return -1;
		note_storage(g, volumes, guest, findings);
		return 0;
	}
	note_root(guest, root.volume);
	note_mount(guest, g, root.volume, "/", false, findings);
	fstab = guest_file_text(g, "/etc/fstab", findings);
	crypttab = guest_file_text(g, "/etc/crypttab", findings);
	learn(g, references, fstab, &root, findings);
	if (unlock_by_crypttab(volumes, g, crypttab, references, findings,
		    err) == -1)
		return -1;
	evidence_of_crypttab(references, crypttab, volumes);
	*root_out = root.volume;
	guest_libguestfs_open(&files, g);
	if (mount_others(g, guest, fstab, references, findings, err) == -1 ||
		swap_wishes_read(guest, &files, references, findings, err) ==
			-1)
		return -1;
	check_init(&files, findings);
	note_storage(g, volumes, guest, findings);
	return 0;
}

/* ---- facts ---- */

void
inspect_facts(guestfs_h *g, struct guest *guest,
	const struct volumes *volumes, const json_t *inventory,
	struct findings *findings)
{
	guest->firmware = firmware_find(g, guest, volumes, inventory, findings);
	boot_disk_find(g, guest, volumes);
	for (size_t i = 0; i < volumes->count; i++) {
		if (strcmp(volumes->list[i].type, "swsuspend") == 0)
			finding_add(findings, "swap.hibernated",
				volumes->list[i].source, 0, "swsuspend", NULL);
	}
	if (strcmp(guest->os_type, "linux") != 0 || guest->locked)
		return;
	system_read(g, guest, findings);
	services_read(g, guest);
}
