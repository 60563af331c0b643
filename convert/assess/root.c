/*
 * Which of the systems on the disks is the server?  Every file system is looked
 * into; what boot loaders start by default (boot-evidence.c) decides, then what
 * a system says about itself, then when it was used last.
 */
#include "convert/assess/root.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/boot-default.h"
#include "convert/assess/boot-entry.h"
#include "convert/assess/boot-evidence.h"
#include "convert/assess/finding.h"
#include "convert/assess/fstab.h"
#include "convert/assess/guest-file.h"
#include "convert/assess/guest.h"
#include "convert/assess/linux-root.h"
#include "convert/assess/mount-problem.h"
#include "convert/assess/sectors.h"
#include "convert/assess/shell.h"
#include "convert/assess/volume.h"
#include "drivers-inject/appliance.h"
#include "drivers-inject/guest.h"

enum { ROOT_LIMIT = 16, LOADER_LIMIT = 32, SUBVOLUME_LIMIT = 16 };

/* What looking into every file system has shown. */
struct survey {
	struct candidate *roots; /* ROOT_LIMIT of them */
	size_t root_count;
	const struct volume *boot; /* holds what belongs in /boot */
	size_t boot_count;
	struct boot_loader loaders[LOADER_LIMIT];
	size_t loader_count;
	const struct volume *started; /* has what the old firmware started */
	char program[512];	      /* which is this */
	const struct volume *mounted; /* at "/"; NULL: nothing is */
	char mounted_subvolume[ROOT_SUBVOLUME_BYTES];
};

/* A file system that holds a system; `subvolume` is empty for the default. */
struct candidate {
	const struct volume *volume;
	char subvolume[ROOT_SUBVOLUME_BYTES];
	int score;
	int64_t used_at; /* seconds; when it last ran, as far as one can see */
};

int
root_mount(guestfs_h *g, const struct volume *volume, const char *subvolume,
	const char *target)
{
	char options[ROOT_SUBVOLUME_BYTES + 8] = "";

	if (*subvolume != '\0')
		snprintf(options, sizeof options, "subvol=%s", subvolume);
	return guestfs_mount_options(g, options, volume->device, target);
}

static void
leave(struct survey *survey, guestfs_h *g)
{
	guestfs_umount_all(g);
	survey->mounted = NULL;
}

/* One at a time at "/"; the last one stays, since it is often the root. */
static int
look_into(struct survey *survey, guestfs_h *g, const struct volume *volume,
	const char *subvolume)
{
	if (survey->mounted == volume &&
		strcmp(survey->mounted_subvolume, subvolume) == 0)
		return 0;
	leave(survey, g);
	if (root_mount(g, volume, subvolume, "/") == -1)
		return -1;
	survey->mounted = volume;
	snprintf(survey->mounted_subvolume, sizeof survey->mounted_subvolume,
		"%s", subvolume);
	return 0;
}

/* Does an ext superblock say that it was not unmounted? */
static bool
is_dirty(guestfs_h *g, const struct volume *volume)
{
	AUTO(freep) uint8_t *super = NULL;

	if (!string_starts(volume->type, "ext"))
		return false;
	super = sectors_read(g, volume->device, 2, 2);
	return super != NULL && (!(super[0x3a] & 1) || (super[0x60] & 4));
}

static int64_t
time_of(guestfs_h *g, const char *path)
{
	struct guestfs_statns *stat = guestfs_statns(g, path);
	int64_t seconds = stat == NULL ? 0 : stat->st_mtime_sec;

	if (stat != NULL)
		guestfs_free_statns(stat);
	return seconds;
}

/* What a running system writes; no distribution of today has all of it. */
static int64_t
last_use(guestfs_h *g)
{
	static const char *const paths[] = {"/var/log/wtmp",
		"/var/lib/wtmpdb/wtmp.db", "/var/lib/systemd/random-seed",
		"/var/lib/urandom/random-seed", "/var/log/journal"};
	int64_t last = 0;

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		int64_t seconds = time_of(g, paths[i]);

		if (seconds > last)
			last = seconds;
	}
	return last;
}

static bool
is_linux_root(guestfs_h *g)
{
	struct guest_files files;

	guest_libguestfs_open(&files, g);
	return linux_root_is_there(&files);
}

/* Its fstab names it as "/" by content, it has drivers, it has a kernel. */
static int
score_root(guestfs_h *g, const struct volume *volume)
{
	AUTO(freep) char *fstab = NULL;
	AUTO(strings_freep) char **kernels =
		guest_folder_files(g, "/boot", "");
	struct fstab_place place = {0, 0};
	struct fstab_line line;
	size_t bytes;
	int score = 0;

	fstab = guest_file_head(g, "/etc/fstab", GUEST_FILE_LIMIT, &bytes);
	while (fstab != NULL && fstab_next(fstab, &place, &line)) {
		if (strcmp(line.field[FSTAB_TARGET], "/") == 0 &&
			volume->uuid[0] != '\0' &&
			strstr(line.field[FSTAB_SPEC], volume->uuid) != NULL)
			score += 4;
	}
	score += guest_folder_is_there(g, "/lib/modules") ? 2 : 0;
	score += kernels != NULL && kernels[0] != NULL ? 1 : 0;
	return score;
}

/* Is it one that is mounted at /boot? */
static bool
is_boot(guestfs_h *g)
{
	return guest_folder_is_there(g, "/grub") ||
		guest_folder_is_there(g, "/grub2");
}

/* The entry that GRUB keeps in its environment; empty when it keeps none. */
static void
read_saved(guestfs_h *g, const char *path, char saved[256],
	struct findings *findings)
{
	AUTO(freep) char *text = guest_file_text(g, path, findings);

	*saved = '\0';
	if (text != NULL)
		shell_value(text, "saved_entry", saved, 256);
}

/* The environment lies beside the menu. */
static void
read_saved_of(guestfs_h *g, const char *menu, char saved[256],
	struct findings *findings)
{
	AUTO(freep) char *path = io_format("%.*s/grubenv",
		(int)(strrchr(menu, '/') - menu), menu);

	*saved = '\0';
	if (path != NULL && string_ends(menu, "/grub.cfg"))
		read_saved(g, path, saved, findings);
}

/* Two systems may have their entries in one folder. */
static void
keep_default_entries(guestfs_h *g, const char *pattern, char **files,
	struct findings *findings)
{
	static const struct {
		const char *pattern, *environment, *config;
	} places[] = {{"/boot/loader/entries/*.conf", "/boot/grub2/grubenv",
		"/boot/loader/loader.conf"},
		{"/loader/entries/*.conf", "/grub2/grubenv",
		"/loader/loader.conf"}};

	for (size_t i = 0; files != NULL && i < sizeof places / sizeof *places;
		i++) {
		AUTO(freep) char *config = NULL;
		char wanted[256];

		if (strcmp(pattern, places[i].pattern) != 0)
			continue;
		read_saved(g, places[i].environment, wanted, findings);
		if (*wanted != '\0')
			entries_keep(files, BOOT_ORDER_GRUB, wanted);
		config = guest_file_text(g, places[i].config, findings);
		if (config == NULL)
			continue;
		loader_conf_default(config, wanted, sizeof wanted);
		if (*wanted != '\0')
			entries_keep(files, BOOT_ORDER_SYSTEMD, wanted);
	}
}

/*
 * On the root's own file system, on one that is mounted at /boot, and on an EFI
 * system partition.
 */
static void
note_loaders(guestfs_h *g, const struct volume *volume, struct survey *survey,
	struct findings *findings)
{
	static const char *const patterns[] = {"/boot/grub*/grub.cfg",
		"/boot/grub/menu.lst", "/boot/grub/grub.conf",
		"/boot/extlinux/extlinux.conf", "/boot/loader/entries/*.conf",
		"/boot/grub2/grubenv", "/grub*/grub.cfg", "/grub/menu.lst",
		"/grub/grub.conf", "/extlinux/extlinux.conf",
		"/loader/entries/*.conf", "/grub2/grubenv", "/etc/lilo.conf",
		"/EFI/*/grub.cfg", "/EFI/*/grub.conf", "/EFI/*/elilo.conf"};

	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
		AUTO(strings_freep) char **files = guest_files(g, patterns[i]);

		keep_default_entries(g, patterns[i], files, findings);
		for (char **file = files; file != NULL && *file != NULL &&
			survey->loader_count < LOADER_LIMIT;
			file++) {
			struct boot_loader *next =
				&survey->loaders[survey->loader_count];
			AUTO(freep) char *text =
				guest_file_text(g, *file, findings);
			char saved[256];

			read_saved_of(g, *file, saved, findings);
			next->volume = volume;
			next->is_started = volume == survey->started &&
				boot_evidence_is_of(survey->program, *file);
			survey->loader_count += text != NULL &&
				boot_evidence_read(&next->says, *file, text,
					saved);
		}
	}
}

/* Try a file system; what it is leaves through *candidate and *survey. */
static bool
try(guestfs_h *g, struct guest *guest, struct candidate *candidate,
	struct survey *survey, struct findings *findings)
{
	char why[MOUNT_PROBLEM_BYTES];
	bool found;

	if (look_into(survey, g, candidate->volume, candidate->subvolume) ==
		-1) {
		if (candidate->subvolume[0] == '\0')
			finding_add(findings, "storage.not-mounted",
				candidate->volume->source, 0,
				mount_problem(why, guestfs_last_error(g)),
				NULL);
		return false;
	}
	found = is_linux_root(g);
	if (found) {
		candidate->score = score_root(g, candidate->volume);
		candidate->used_at = last_use(g);
	} else if (guest_folder_is_there(g, "/Windows/System32")) {
		guest->os_type = "windows";
	} else if (is_boot(g)) {
		survey->boot = candidate->volume;
		survey->boot_count++;
	}
	if (found || is_boot(g) || volume_is_esp(candidate->volume))
		note_loaders(g, candidate->volume, survey, findings);
	return found;
}

static bool
try_subvolume(guestfs_h *g, struct guest *guest, const struct volume *volume,
	const char *subvolume, struct survey *survey, struct findings *findings)
{
	struct candidate *next = &survey->roots[survey->root_count];

	if (strlen(subvolume) >= sizeof next->subvolume)
		return false;
	memset(next, 0, sizeof *next);
	next->volume = volume;
	strcpy(next->subvolume, subvolume);
	if (!try(g, guest, next, survey, findings))
		return false;
	survey->root_count++;
	return true;
}

/* Names that nobody expects, but no snapshot. */
static bool
try_other_subvolumes(guestfs_h *g, struct guest *guest,
	const struct volume *volume, struct survey *survey,
	struct findings *findings)
{
	struct guestfs_btrfssubvolume_list *list = NULL;
	bool found = false;

	leave(survey, g);
	if (guestfs_mount_options(g, "subvolid=5", volume->device, "/") == 0)
		list = guestfs_btrfs_subvolume_list(g, "/");
	leave(survey, g);
	for (uint32_t i = 0; list != NULL && !found && i < list->len &&
		i < SUBVOLUME_LIMIT;
		i++) {
		const char *path = list->val[i].btrfssubvolume_path;

		if (strstr(path, "snapshot") == NULL &&
			strstr(path, "timeshift") == NULL)
			found = try_subvolume(g, guest, volume, path, survey,
				findings);
	}
	if (list != NULL)
		guestfs_free_btrfssubvolume_list(list);
	return found;
}

static void
try_volume(guestfs_h *g, struct guest *guest, const struct volume *volume,
	struct survey *survey, struct findings *findings)
{
	static const char *const subvolumes[] = {"", "@", "@rootfs", "root"};
	bool is_btrfs = strcmp(volume->type, "btrfs") == 0;

	for (size_t s = 0; s < (is_btrfs ? 4 : 1); s++) {
		if (try_subvolume(g, guest, volume, subvolumes[s], survey,
			    findings))
			return;
	}
	if (is_btrfs)
		try_other_subvolumes(g, guest, volume, survey, findings);
}

static void
look_around(guestfs_h *g, struct guest *guest, const struct volumes *volumes,
	struct survey *survey, struct findings *findings)
{
	for (size_t i = 0; i < volumes->count && survey->root_count < ROOT_LIMIT;
		i++) {
		const struct volume *volume = &volumes->list[i];

		if (!volume_is_mountable(volume))
			continue;
		if (is_dirty(g, volume))
			finding_add(findings, "fs.dirty", volume->source, 0,
				volume->type, "The journal was replayed.");
		try_volume(g, guest, volume, survey, findings);
	}
}

/* What the old firmware tried first, of what is on these disks. */
static void
find_started(struct survey *survey, const struct volumes *volumes,
	const json_t *inventory)
{
	AUTO(boot_entry_release) struct boot_entry entry = {.number = 0};

	while (survey->started == NULL && boot_entry_next(&entry, inventory)) {
		if (!load_option_is_active(&entry.option) ||
			entry.option.partition[0] == '\0')
			continue;
		for (size_t i = volumes->count; i-- > 0;)
			if (strcasecmp(volumes->list[i].partition_uuid,
				    entry.option.partition) == 0)
				survey->started = &volumes->list[i];
		snprintf(survey->program, sizeof survey->program, "%s",
			entry.option.file);
	}
}

static void
weigh_loaders(struct survey *survey, const struct volumes *volumes)
{
	for (size_t i = 0; i < survey->root_count; i++)
		survey->roots[i].score += boot_evidence_weigh(survey->loaders,
			survey->loader_count, volumes,
			survey->roots[i].volume);
}

static const struct candidate *
choose(const struct candidate *candidates, size_t count,
	struct findings *findings)
{
	const struct candidate *best = &candidates[0];

	for (size_t i = 1; i < count; i++) {
		if (candidates[i].score > best->score ||
			(candidates[i].score == best->score &&
				candidates[i].used_at > best->used_at))
			best = &candidates[i];
	}
	for (size_t i = 0; count > 1 && i < count; i++)
		finding_add(findings, "boot.several-systems",
			candidates[i].volume->source, 0,
			&candidates[i] == best ? "converted" : "left as it is",
			NULL);
	return best;
}

/* The default entry may start another subvolume than was found. */
static void
follow_loader(struct root *root, guestfs_h *g, struct survey *survey,
	const struct volumes *volumes)
{
	for (size_t i = 0; i < survey->loader_count; i++) {
		const struct boot_evidence *says = &survey->loaders[i].says;

		if (says->subvolume[0] == '\0' ||
			strcmp(says->subvolume, root->subvolume) == 0 ||
			!boot_evidence_names(says, volumes, root->volume))
			continue;
		if (look_into(survey, g, root->volume, says->subvolume) == 0 &&
			is_linux_root(g))
			strcpy(root->subvolume, says->subvolume);
		return;
	}
}

int
root_find(struct root *root_out, guestfs_h *g, struct guest *guest,
	const struct volumes *volumes, const json_t *inventory,
	struct findings *findings, struct error *err)
{
	struct candidate candidates[ROOT_LIMIT];
	AUTO(freep) struct survey *survey = calloc(1, sizeof *survey);
	const struct candidate *best;

	*root_out = (struct root){.volume = NULL};
	if (survey == NULL)
		return error_set(err, ENOMEM, "look for the system");
	survey->roots = candidates;
	find_started(survey, volumes, inventory);
	look_around(g, guest, volumes, survey, findings);
	root_out->boot = survey->boot_count == 1 ? survey->boot : NULL;
	if (survey->root_count == 0) {
		leave(survey, g);
		return 0;
	}
	weigh_loaders(survey, volumes);
	best = choose(candidates, survey->root_count, findings);
	root_out->volume = best->volume;
	strcpy(root_out->subvolume, best->subvolume);
	follow_loader(root_out, g, survey, volumes);
	if (look_into(survey, g, root_out->volume, root_out->subvolume) == -1)
		return guest_error(err, g, "mount %s",
			root_out->volume->device);
	return 1;
}
