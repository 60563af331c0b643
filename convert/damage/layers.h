#ifndef CONVERT_DAMAGE_LAYERS_H
#define CONVERT_DAMAGE_LAYERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;

/*
 * What lies on what: disks, their partitions, arrays and volumes made of them,
 * and ranges that carry one to the next.
 */
enum {
	LAYERS_DEVICES = 1024,
	LAYERS_SPANS = 8192,
	LAYERS_EXTENTS = 8192,
	LAYERS_DEPTH = 16,
	LAYERS_MEMBERS = 64, /* of an array that is read by all of them */
	LAYERS_NOWHERE = -1
};

struct layer_device {
	char name[32];   /* in the appliance: "sda1", "dm-3" */
	char title[160]; /* for people: "sda1", "vg/root", "RAID web" */
	char type[32], table[16], partition_type[64]; /* as blkid has them */
	unsigned major, minor;
	uint64_t size_bytes;
	int disk;      /* its index when it is one, else LAYERS_NOWHERE */
	int partition_of; /* device, or LAYERS_NOWHERE */
	unsigned partition;
	/* Of an array: */
	char level[16];
	unsigned members, layout;
	uint64_t chunk_bytes;
	bool is_in_sync;
};

enum layer_way {
	LAYER_PLAIN,
	LAYER_STRIPED,
	LAYER_MIRROR,
	LAYER_RAID10,
	LAYER_RAID5,
	LAYER_OPAQUE /* all that is known is that it is in there */
};

struct layer_span {
	enum layer_way way;
	unsigned lower, upper; /* devices */
	uint64_t lower_start, length, upper_start;
	unsigned slot, count, layout;
	uint64_t chunk_bytes;
	bool is_in_sync; /* what this member has is what the array has */
	char what[32];   /* of an opaque one: "thin-pool" */
};

/* Physical extents as LVM allots them. */
struct layer_extent {
	unsigned device;
	uint64_t first_bytes; /* where extents begin on the device */
	uint64_t start_bytes, length; /* on the device */
	char volume[160], type[32]; /* empty: free */
};

struct layers {
	struct layer_device *devices;
	struct layer_span *spans;
	struct layer_extent *extents;
	size_t device_count, span_count, extent_count;
};

struct layer_place {
	unsigned device;
	uint64_t offset_bytes;
};

/*
 * From what scene.c has the appliance print.  Lines that make no sense are
 * passed over; what exceeds the limits is refused.
 */
int layers_parse(struct layers *layers_out, char *text, struct error *err);
void layers_release(struct layers *layers);

/* Name disks, and partitions after them, as the source does. */
void layers_name_disks(struct layers *layers, const char *const *names,
	size_t count);

/* LAYERS_NOWHERE when there is none. */
int layers_disk(const struct layers *layers, unsigned disk);

/* The innermost span that begins at this place; NULL: nothing is made of it. */
const struct layer_span *layers_span(const struct layers *layers,
	struct layer_place place);

/*
 * Where a byte of the span's lower device is on its upper one.  False when that
 * cannot be told, or nothing is (a parity).
 */
bool layers_up(const struct layer_span *span, uint64_t lower_bytes,
	uint64_t *upper_bytes_out);

/*
 * Where members of an array are from which this sector of one of them follows,
 * by exclusive or.  0: there are none, or they are not in sync.
 */
size_t layers_copies(const struct layers *layers, const struct layer_span *span,
	uint64_t lower_bytes, struct layer_place copies_out[LAYERS_MEMBERS]);

/* The disk that a partition's or disk's byte is on. */
bool layers_down(const struct layers *layers, struct layer_place place,
	int *disk_out, uint64_t *offset_bytes_out);

/* The allotted or free extent that has this byte of a device. */
const struct layer_extent *layers_extent(const struct layers *layers,
	struct layer_place place);

#endif
