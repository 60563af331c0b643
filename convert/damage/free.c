/*
 * XFS and FAT: files by walk.c; whether what no file has is free, their own
 * records say.
 */
#include "convert/damage/free.h"

#include "convert/damage/loss.h"
#include "convert/damage/scene.h"

struct device {
	guestfs_h *g;
	const char *name;
};

static int
read_device(void *context, uint64_t offset_bytes, void *data, size_t bytes,
	struct error *err)
{
	const struct device *device = context;

	return scene_read(device->g, device->name, offset_bytes, data, bytes,
		err);
}

static const struct {
	enum loss_owner owner;
	const char *what;
} answers[] = {
	[FREE_YES] = {LOSS_FREE, "free space"},
	[FREE_RECORDS] = {LOSS_METADATA, "the file system's records or folders"},
	[FREE_JOURNAL] = {LOSS_METADATA, "the file system's journal"},
	[FREE_OUTSIDE] = {LOSS_FREE, "behind the end of the file system"},
};

static int
examine(guestfs_h *g, const char *name, struct loss *losses, size_t count,
	int (*ask)(const struct free_reader *reader, uint64_t offset_bytes,
		enum free_answer *answer_out, struct error *err),
	struct error *err)
{
	struct device device = {g, name};
	const struct free_reader reader = {read_device, &device};
	enum free_answer answer;
	int walked, failed;

	if (count > LOSS_UNITS_LIMIT)
		count = LOSS_UNITS_LIMIT;
	walked = failed = walk_examine(g, name, losses, count, err);
	for (size_t i = 0; i < count; i++) {
		if (losses[i].owner != LOSS_UNTOLD)
			continue;
		/* What is damaged in one place may be whole in another. */
		if (ask(&reader, losses[i].offset_bytes, &answer,
			    failed ? NULL : err) == -1)
			failed = -1;
		else if (answer == FREE_RECORDS && walked == -1)
			continue; /* or a file's */
		else if (loss_tell(&losses[i], answers[answer].owner,
				 answers[answer].what, err) == -1)
			return -1;
	}
	return failed;
}

int
xfs_examine(guestfs_h *g, const char *device, struct loss *losses,
	size_t count, struct error *err)
{
	return examine(g, device, losses, count, free_ask_xfs, err);
}

int
fat_examine(guestfs_h *g, const char *device, struct loss *losses,
	size_t count, struct error *err)
{
	return examine(g, device, losses, count, free_ask_fat, err);
}
