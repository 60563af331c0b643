#ifndef CONVERT_ASSESS_VOLUME_H
#define CONVERT_ASSESS_VOLUME_H

#include <guestfs.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;

enum volume_kind {
	VOLUME_DISK,
	VOLUME_PARTITION,
	VOLUME_LV,
	VOLUME_ARRAY,
	VOLUME_CRYPT /* what is inside of an encrypted volume */
};
enum { VOLUME_NO_DISK = 0xffff };

/*
 * A block device as the appliance sees it, and what is on it.  Texts are empty
 * when unknown and cut when a guest made them absurdly long.
 */
struct volume {
	enum volume_kind kind;
	char device[128];   /* the appliance's name: "/dev/sda1", "/dev/vg/lv" */
	char source[160];   /* the same by the source's name of the disk */
	unsigned disk;	    /* index of the request's disk, or VOLUME_NO_DISK */
	unsigned partition; /* its number, or 0 */
	uint64_t start_bytes; /* of a partition; 0: unknown */
	uint64_t size_bytes;  /* of a disk or partition; 0: unknown */
	char type[32];	    /* blkid's TYPE: "ext4", "swap", "crypto_LUKS" */
	char uuid[64], label[128];	   /* of what is on it */
	char partition_uuid[64], partition_label[128];
	char partition_type[64]; /* "0x83" or a GUID */
	char table[16];		 /* of a disk: "dos", "gpt" */
	bool has_raid_mark; /* of a firmware's array; raid-mark.c */
	bool is_open;	 /* an encrypted one, whose content is listed too */
	/* of an array: "aaaaaaaa:bbbbbbbb:...", "host:0", "raid1" */
	char array_uuid[64], array_name[128], array_level[16];
	char array_minor[8]; /* "0", by metadata that has no name */
	char array_metadata[16]; /* "1.2": its version, which tells its place */
	unsigned array_devices; /* how many it should have; 0: unknown */
	char lv_uuid[64]; /* of a VOLUME_LV: "Oxkd3X-0Kwp-..." */
	char group[128];  /* of that, and of a physical volume: "vg" */
	char inside[64]; /* of a VOLUME_CRYPT: the encrypted volume's UUID */
};

struct volumes {
	struct volume *list;
	size_t count;
};

/*
 * Look at every disk, partition, logical volume and array.  `disk_names` are
 * the disks' names on the source ("sda"), in the appliance's order.
 */
int volumes_scan(struct volumes *volumes_out, guestfs_h *g,
	const char *const *disk_names, size_t disk_count, struct error *err);
/* Look at one more device, or at those of a list that are new. */
int volumes_add(struct volumes *volumes, guestfs_h *g, enum volume_kind kind,
	const char *device, struct error *err);
int volumes_add_new(struct volumes *volumes, guestfs_h *g,
	enum volume_kind kind, char **(*list)(guestfs_h *g),
	struct error *err);
void volumes_release(struct volumes *volumes);

/* By the appliance's name; NULL when there is none. */
const struct volume *volumes_find(const struct volumes *volumes,
	const char *device);

/* Is it but a box for logical partitions? */
bool volume_is_extended(const struct volume *volume);

/* Is it an EFI system partition, by its type? */
bool volume_is_esp(const struct volume *volume);

/*
 * Whose firmware made an array of which this is a member ("Intel Matrix RAID");
 * NULL: nobody's.
 */
const char *volume_raid_maker(const struct volume *volume);

/* Does it hold a file system that Linux mounts? */
bool volume_is_mountable(const struct volume *volume);

#endif
