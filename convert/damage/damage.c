/*
 * What a failing disk cost: from unreadable sectors (list.c), up through
 * partitions, RAID and LVM (layers.c), to file systems (ext.c and the others),
 * and to findings.  The libguestfs appliance assembles everything and reads it;
 * it is started only when there is something to look at.
 */
#include "convert/damage/damage.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "common/log.h"
#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/damage/layers.h"
#include "convert/damage/list.h"
#include "convert/damage/loss.h"
#include "convert/damage/scene.h"
#include "convert/damage/told.h"
#include "convert/source/reread.h"
#include "convert/state/machine.h"
#include "drivers-inject/appliance.h"
#include "wire/block.h"

struct damage {
	const struct machine *machine;
	const struct machine_disk *disks;
	size_t disk_count;
	struct appliance_disk *images;
	char **paths; /* what `images` point to */
	struct findings *findings;
	struct loss_list list;
	struct layers layers;
	guestfs_h *g;
};

/* What looks into what is on a device. */
static const struct {
	const char *type;
	int (*examine)(guestfs_h *g, const char *device, struct loss *losses,
		size_t count, struct error *err);
} examiners[] = {
	{"ext2", ext_examine},	   {"ext3", ext_examine},
	{"ext4", ext_examine},	   {"xfs", xfs_examine},
	{"vfat", fat_examine},	   {"btrfs", btrfs_examine},
	{"reiserfs", walk_examine}, {"jfs", walk_examine},
	{"f2fs", walk_examine},	   {"ntfs", walk_examine},
	{"exfat", walk_examine},
};

static const char *const rules[LOSS_OWNERS] = {
	[LOSS_UNTOLD] = "disk.bad-sectors.unknown",
	[LOSS_FILE] = "disk.bad-sectors.file",
	[LOSS_METADATA] = "disk.bad-sectors.metadata",
	[LOSS_FREE] = "disk.bad-sectors.free",
	[LOSS_VOLUMES] = "disk.bad-sectors.volumes",
	[LOSS_BOOT] = "disk.bad-sectors.boot",
	[LOSS_ENCRYPTED] = "disk.bad-sectors.encrypted",
	[LOSS_MIRRORED] = "disk.bad-sectors.mirrored",
	[LOSS_UNKNOWN] = "disk.bad-sectors.unknown",
};

static void
add(struct damage *damage, enum loss_owner owner, const char *title,
	const char *what, unsigned disk, uint64_t offset, uint64_t sectors)
{
	bool is_file = owner == LOSS_FILE;
	AUTO(freep) char *where = is_file ? io_format("%s:%s", title, what) : NULL;
	AUTO(freep) char *text = io_format("%s%s%ju sector%s from byte %ju of %s",
		is_file ? "" : what, is_file || *what == '\0' ? "" : ": ",
		(uintmax_t)sectors, sectors == 1 ? "" : "s", (uintmax_t)offset,
		damage->disks[disk].name);

	finding_add(damage->findings, rules[owner], where ? where : title, 0,
		text ? text : what, NULL);
}

/*
 * Whether others of an array have it; then it needs no more looking up.  Not when
 * one of those could not be read either.
 */
static bool
has_copies(const struct damage *damage, const struct layer_span *span,
	uint64_t offset)
{
	struct layer_place places[LAYERS_MEMBERS];
	size_t count = layers_copies(&damage->layers, span, offset, places);

	for (size_t i = 0; i < count; i++) {
		int disk;
		uint64_t at;

		if (!layers_down(&damage->layers, places[i], &disk, &at) ||
			(size_t)disk >= damage->disk_count ||
			loss_list_has(&damage->list, (unsigned)disk, at))
			return false;
	}
	return count > 0;
}

static int
tell_copies(const struct damage *damage, struct loss *loss,
	const struct layer_span *span, struct error *err)
{
	char what[256];

	snprintf(what, sizeof what, "the other members of %s have them",
		damage->layers.devices[span->upper].title);
	return loss_tell(loss, LOSS_MIRRORED, what, err);
}

/* Where a way of several layers ended that cannot be followed. */
static int
tell_dead_end(struct damage *damage, struct loss *loss,
	const struct layer_span *span, struct error *err)
{
	bool is_parity = span->way == LAYER_RAID5;
	char what[256];

	snprintf(what, sizeof what, "%s%s%s in %s",
		is_parity ? "the parity" : "data", span->what[0] ? " of " : "",
		span->what, damage->layers.devices[span->upper].title);
	return loss_tell(loss, is_parity ? LOSS_VOLUMES : LOSS_UNKNOWN, what,
		err);
}

/* From the disk up to what nothing else is made of. */
static int
trace(struct damage *damage, struct loss *loss, struct error *err)
{
	int disk = layers_disk(&damage->layers, loss->disk);
	struct layer_place place = {(unsigned)disk, loss->disk_offset};

	if (disk == LAYERS_NOWHERE)
		return 0;
	for (int level = 0; level < LAYERS_DEPTH; level++) {
		const struct layer_span *span =
			layers_span(&damage->layers, place);
		uint64_t up;

		loss->device = place.device;
		loss->offset_bytes = place.offset_bytes;
		if (span == NULL)
			return told_by_layers(&damage->layers, loss, err);
		if (has_copies(damage, span, place.offset_bytes))
			return tell_copies(damage, loss, span, err);
		if (!layers_up(span, place.offset_bytes, &up))
			return tell_dead_end(damage, loss, span, err);
		place = (struct layer_place){span->upper, up};
	}
	return 0;
}

static int
by_place(const void *a, const void *b)
{
	const struct loss *one = a, *two = b;

	if (one->device != two->device)
		return one->device < two->device ? -1 : 1;
	return (one->offset_bytes > two->offset_bytes) -
		(one->offset_bytes < two->offset_bytes);
}

/* What one device's file system says of those that are not told yet. */
static int
examine(struct damage *damage, struct loss *losses, size_t count,
	struct error *err)
{
	const struct layer_device *device;
	struct error why = {0};
	char what[700];
	size_t i;

	if (losses[0].device == LOSS_NOWHERE)
		return 0;
	device = &damage->layers.devices[losses[0].device];
	for (i = 0; i < sizeof examiners / sizeof *examiners; i++)
		if (strcmp(device->type, examiners[i].type) == 0)
			break;
	if (i < sizeof examiners / sizeof *examiners)
		examiners[i].examine(damage->g, device->name, losses, count,
			&why);
	snprintf(what, sizeof what, "%s%s%.500s", device->type[0] == '\0'
			? "no known file system"
			: device->type,
		why.text[0] == '\0' ? "" : ", ", why.text);
	for (i = 0; i < count; i++)
		if (loss_tell(&losses[i], LOSS_UNKNOWN, what, err) == -1)
			return -1;
	return 0;
}

static bool
any_untold(const struct loss *losses, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (losses[i].owner == LOSS_UNTOLD)
			return true;
	return false;
}

static const char *
title_of(const struct damage *damage, const struct loss *loss)
{
	return loss->device < damage->layers.device_count
		? damage->layers.devices[loss->device].title
		: damage->disks[loss->disk].name;
}

/* One finding's evidence for each thing on a device, at its first sector. */
static void
report(struct damage *damage, struct loss *losses, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t sectors = 0;

		if (losses[i].what == NULL)
			continue;
		for (size_t j = i; j < count; j++) {
			if (j > i && (losses[j].what == NULL ||
				losses[j].owner != losses[i].owner ||
				losses[j].disk != losses[i].disk ||
				strcmp(losses[j].what, losses[i].what) != 0))
				continue;
			sectors++;
			if (j > i)
				free(take(losses[j].what));
		}
		add(damage, losses[i].owner, title_of(damage, &losses[i]),
			losses[i].what, losses[i].disk, losses[i].disk_offset,
			sectors);
		free(take(losses[i].what));
	}
}

/* Device by device. */
static int
examine_all(struct damage *damage, struct error *err)
{
	struct loss *losses = damage->list.losses;
	size_t count = damage->list.count, first = 0;

	qsort(losses, count, sizeof *losses, by_place);
	for (size_t i = 1; i <= count; i++) {
		if (i < count && losses[i].device == losses[first].device)
			continue;
		if (any_untold(losses + first, i - first) &&
			examine(damage, losses + first, i - first, err) == -1)
			return -1;
		first = i;
	}
	return 0;
}

static int
look(struct damage *damage, struct error *err)
{
	if (appliance_open(&damage->g, damage->images, damage->disk_count, false,
		    err) == -1)
		return -1;
	if (scene_layers(&damage->layers, damage->g, err) == -1)
		return -1;
	for (size_t i = 0; i < damage->list.count; i++)
		if (trace(damage, &damage->list.losses[i], err) == -1)
			return -1;
	return examine_all(damage, err);
}

static const char **
disk_names(const struct damage *damage)
{
	const char **names = calloc(damage->disk_count + 1, sizeof *names);

	for (size_t i = 0; names != NULL && i < damage->disk_count; i++)
		names[i] = damage->disks[i].name;
	return names;
}

/* The disks as they were captured. */
static int
choose_images(struct damage *damage, const json_t *inventory,
	struct error *err)
{
	for (size_t i = 0; i < damage->disk_count; i++) {
		const struct machine_disk *disk = &damage->disks[i];

		damage->paths[i] = disk->image != NULL
			? strdup(disk->image)
			: machine_path(damage->machine, "capture/%s.raw",
				  disk->name);
		if (damage->paths[i] == NULL)
			return error_set(err, ENOMEM, "disk %s", disk->name);
		damage->images[i] = (struct appliance_disk){
			.path = damage->paths[i],
			.format = disk->image != NULL ? disk->image_format
						      : "raw",
			.sector_bytes =
				machine_sector_bytes(inventory, disk->name),
			.read_only = true,
		};
	}
	return 0;
}

/* What the failure left untold is told with it. */
static int
tell_rest(struct damage *damage, const char *why, struct error *err)
{
	for (size_t i = 0; i < damage->list.count; i++)
		if (loss_tell(&damage->list.losses[i], LOSS_UNKNOWN, why, err) ==
				-1)
			return -1;
	return 0;
}

static void
report_all(struct damage *damage)
{
	struct loss *losses = damage->list.losses;
	size_t count = damage->list.count, first = 0;

	for (size_t i = 1; i <= count; i++) {
		if (i < count && losses[i].device == losses[first].device)
			continue;
		report(damage, losses + first, i - first);
		first = i;
	}
	for (size_t i = 0; i < damage->disk_count; i++)
		if (damage->list.lost[i].sectors > 0)
			add(damage, LOSS_UNKNOWN, damage->disks[i].name,
				"too many to look at each", (unsigned)i,
				damage->list.lost[i].offset_bytes,
				damage->list.lost[i].sectors);
}

static int
find(struct damage *damage, const json_t *inventory, struct error *err)
{
	AUTO(freep) const char **names = disk_names(damage);
	struct error why = {0};

	if (names == NULL)
		return error_set(err, ENOMEM, "look at unreadable sectors");
	if (choose_images(damage, inventory, err) == -1)
		return -1;
	if (look(damage, &why) == -1)
		log_warn("%s: %s", damage->machine->name, why.text);
	appliance_kill(damage->g);
	damage->g = NULL;
	layers_name_disks(&damage->layers, names, damage->disk_count);
	if (tell_rest(damage, why.text, err) == -1)
		return -1;
	report_all(damage);
	return 0;
}

static void
release(struct damage *damage)
{
	appliance_kill(damage->g);
	layers_release(&damage->layers);
	loss_list_release(&damage->list);
	for (size_t i = 0; damage->paths != NULL && i < damage->disk_count; i++)
		free(damage->paths[i]);
	free(damage->paths);
	free(damage->images);
}

int
damage_find(const struct machine *machine, const struct machine_disk *disks,
	size_t disk_count, const json_t *inventory, struct findings *findings,
	struct error *err)
{
	struct damage damage = {
		.machine = machine,
		.disks = disks,
		.disk_count = disk_count,
		.findings = findings,
		.images = calloc(disk_count + 1, sizeof *damage.images),
		.paths = calloc(disk_count + 1, sizeof *damage.paths),
	};
	int result = -1;

	if (damage.images == NULL || damage.paths == NULL)
		error_set(err, ENOMEM, "look at unreadable sectors");
	else if (loss_list_read(&damage.list, machine, disks, disk_count, err) ==
			0)
		result = damage.list.count == 0
			? 0
			: find(&damage, inventory, err);
	release(&damage);
	return result;
}

bool
damage_is_listed(const struct machine *machine,
	const struct machine_disk *disk)
{
	AUTO(freep) char *list =
		machine_path(machine, "capture/%s.bad", disk->name);
	struct stat st;

	return list != NULL && disk->image == NULL && stat(list, &st) == 0 &&
		st.st_size > 0;
}

void
damage_note_reread(const char *disk, const struct reread_count *count,
	struct findings *findings)
{
	for (size_t i = 0; i < count->place_count; i++) {
		char what[64];

		snprintf(what, sizeof what, "a block of 64 KiB at byte %ju",
			(uintmax_t)count->places[i]);
		finding_add(findings, "disk.reread-differs", disk, 0, what,
			NULL);
	}
}
