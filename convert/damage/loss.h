#ifndef CONVERT_DAMAGE_LOSS_H
#define CONVERT_DAMAGE_LOSS_H

#include <guestfs.h>
#include <stddef.h>
#include <stdint.h>

struct error;

enum loss_owner {
	LOSS_UNTOLD, /* nobody knew yet */
	LOSS_FILE,
	LOSS_METADATA, /* a file system's own records */
	LOSS_FREE,
	LOSS_VOLUMES, /* records of LVM or of an array */
	LOSS_BOOT,    /* partition table, boot loader */
	LOSS_ENCRYPTED,
	LOSS_MIRRORED, /* other members of an array have it */
	LOSS_UNKNOWN,
	LOSS_OWNERS
};

#define LOSS_NOWHERE UINT32_MAX /* the appliance has no such disk */

/* A sector that could not be read. */
struct loss {
	unsigned disk;
	uint64_t disk_offset;	/* bytes */
	unsigned device;	/* of struct layers: where looking up ended */
	uint64_t offset_bytes;	/* on that device */
	enum loss_owner owner;
	char *what; /* a file's path, or words; owned */
};

/* Say what a loss is, unless that was said.  `what` may be a guest's. */
int loss_tell(struct loss *loss, enum loss_owner owner, const char *what,
	struct error *err);

/* Bytes from `start` on that one of `unit` bytes has, for losses of one device. */
static inline uint64_t
loss_unit(const struct loss *loss, uint64_t unit_bytes)
{
	return loss->offset_bytes / unit_bytes;
}

/*
 * Units of `unit_bytes` that have untold losses, each once, in their order; at
 * most `limit`.  The caller frees them.  `losses` are sorted by offset.
 */
int loss_units(uint64_t **units_out, size_t *count_out,
	const struct loss *losses, size_t count, uint64_t unit_bytes,
	size_t limit, struct error *err);

/* Tell every untold loss within one unit. */
int loss_tell_unit(struct loss *losses, size_t count, uint64_t unit_bytes,
	uint64_t unit, enum loss_owner owner, const char *what,
	struct error *err);

/* Numbers with a blank before each, as words of a command. */
char *loss_words(const uint64_t *numbers, size_t count);

/* How many units an examiner looks at each: their numbers fit one argument. */
enum { LOSS_UNITS_LIMIT = 4096 };

/*
 * Examiners of what is on a device of the appliance ("dm-3"): tell what sorted
 * losses of it were.  Those that stay untold, and all when it fails, are told as
 * unknown by the caller, with the failure as reason.
 */
#define LOSS_EXAMINE(name)                                                     \
	int name(guestfs_h *g, const char *device, struct loss *losses,        \
		size_t count, struct error *err)
LOSS_EXAMINE(ext_examine);   /* ext2, ext3, ext4 */
LOSS_EXAMINE(xfs_examine);   /* free.c */
LOSS_EXAMINE(fat_examine);   /* free.c */
LOSS_EXAMINE(btrfs_examine);
LOSS_EXAMINE(walk_examine);  /* files of anything that Linux mounts */
#undef LOSS_EXAMINE

#endif
