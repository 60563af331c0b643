/*
 * From a sector of a disk up to what is made of it, and from a member of an
 * array to the others.  layers-parse.c makes the table, raid.c knows where
 * arrays put what, damage.c asks.
 */
#include "convert/damage/layers.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convert/damage/raid.h"

void
layers_release(struct layers *layers)
{
	free(layers->devices);
	free(layers->spans);
	free(layers->extents);
	*layers = (struct layers){0};
}

int
layers_disk(const struct layers *layers, unsigned disk)
{
	for (size_t i = 0; i < layers->device_count; i++)
		if (layers->devices[i].disk == (int)disk)
			return (int)i;
	return LAYERS_NOWHERE;
}

/* "sda" and 1 make "sda1", "nvme0n1" and 1 "nvme0n1p1". */
static void
name_partition(struct layers *layers, struct layer_device *device)
{
	char disk[160];
	size_t n;

	memcpy(disk, layers->devices[device->partition_of].title, sizeof disk);
	n = strlen(disk);
	snprintf(device->title, sizeof device->title, "%.120s%s%u", disk,
		n > 0 && isdigit((unsigned char)disk[n - 1]) ? "p" : "",
		device->partition);
}

void
layers_name_disks(struct layers *layers, const char *const *names,
	size_t count)
{
	for (size_t i = 0; i < layers->device_count; i++) {
		struct layer_device *device = &layers->devices[i];

		if (device->disk >= 0 && (size_t)device->disk < count)
			snprintf(device->title, sizeof device->title, "%s",
				names[device->disk]);
	}
	for (size_t i = 0; i < layers->device_count; i++)
		if (layers->devices[i].partition_of != LAYERS_NOWHERE)
			name_partition(layers, &layers->devices[i]);
}

const struct layer_span *
layers_span(const struct layers *layers, struct layer_place place)
{
	const struct layer_span *best = NULL;

	for (size_t i = 0; i < layers->span_count; i++) {
		const struct layer_span *span = &layers->spans[i];

		/* Logical partitions lie within another one. */
		if (span->lower == place.device &&
			place.offset_bytes >= span->lower_start &&
			place.offset_bytes - span->lower_start < span->length &&
			(best == NULL || span->lower_start > best->lower_start))
			best = span;
	}
	return best;
}

static bool
up_plain(const struct layer_span *span, uint64_t at, uint64_t *out)
{
	(void)span;
	*out = at;
	return true;
}

static bool
up_striped(const struct layer_span *span, uint64_t at, uint64_t *out)
{
	*out = raid_striped_up(at, span->slot, span->count, span->chunk_bytes);
	return true;
}

static bool
up_raid10(const struct layer_span *span, uint64_t at, uint64_t *out)
{
	*out = raid10_up(at, span->slot, span->count, span->chunk_bytes,
		span->layout & 0xff);
	return true;
}

static bool
up_raid5(const struct layer_span *span, uint64_t at, uint64_t *out)
{
	return raid5_up(at, span->slot, span->count, span->chunk_bytes,
		span->layout, out);
}

static bool
up_opaque(const struct layer_span *span, uint64_t at, uint64_t *out)
{
	(void)span, (void)at, (void)out;
	return false;
}

bool
layers_up(const struct layer_span *span, uint64_t lower_bytes,
	uint64_t *upper_bytes_out)
{
	static bool (*const ways[])(const struct layer_span *, uint64_t,
		uint64_t *) = {
		[LAYER_PLAIN] = up_plain,   [LAYER_STRIPED] = up_striped,
		[LAYER_MIRROR] = up_plain,  [LAYER_RAID10] = up_raid10,
		[LAYER_RAID5] = up_raid5,   [LAYER_OPAQUE] = up_opaque,
	};

	if (!ways[span->way](span, lower_bytes - span->lower_start,
		    upper_bytes_out))
		return false;
	*upper_bytes_out += span->upper_start;
	return true;
}

/* The member of the same array in this slot. */
static const struct layer_span *
find_member(const struct layers *layers, const struct layer_span *of,
	unsigned slot)
{
	for (size_t i = 0; i < layers->span_count; i++) {
		const struct layer_span *span = &layers->spans[i];

		if (span->upper == of->upper && span->way == of->way &&
			span->slot == slot && span->is_in_sync)
			return span;
	}
	return NULL;
}

static bool
add_copy(const struct layers *layers, const struct layer_span *span,
	unsigned slot, uint64_t at, struct layer_place copies[], size_t *count)
{
	const struct layer_span *member = find_member(layers, span, slot);

	if (member == NULL || at >= member->length)
		return false;
	copies[(*count)++] = (struct layer_place){member->lower,
		member->lower_start + at};
	return true;
}

static size_t
copies_mirror(const struct layers *layers, const struct layer_span *span,
	uint64_t at, struct layer_place copies[])
{
	size_t count = 0;

	for (unsigned slot = 0; slot < span->count && count == 0; slot++)
		if (slot != span->slot)
			add_copy(layers, span, slot, at, copies, &count);
	return count;
}

static size_t
copies_raid10(const struct layers *layers, const struct layer_span *span,
	uint64_t at, struct layer_place copies[])
{
	unsigned near = span->layout & 0xff;
	uint64_t up = raid10_up(at, span->slot, span->count, span->chunk_bytes,
		near);
	size_t count = 0;

	for (unsigned i = 0; i < near && count == 0; i++) {
		unsigned slot;
		uint64_t there;

		raid10_copy(up, i, span->count, span->chunk_bytes, near, &slot,
			&there);
		if (slot != span->slot)
			add_copy(layers, span, slot, there, copies, &count);
	}
	return count;
}

/* All others; a parity follows from the data as data from the parity. */
static size_t
copies_raid5(const struct layers *layers, const struct layer_span *span,
	uint64_t at, struct layer_place copies[])
{
	size_t count = 0;

	/* A write that was cut short leaves a parity that is not of its data. */
	if (!layers->devices[span->upper].is_in_sync)
		return 0;
	for (unsigned slot = 0; slot < span->count; slot++)
		if (slot != span->slot &&
			!add_copy(layers, span, slot, at, copies, &count))
			return 0;
	return count;
}

size_t
layers_copies(const struct layers *layers, const struct layer_span *span,
	uint64_t lower_bytes, struct layer_place copies_out[LAYERS_MEMBERS])
{
	uint64_t at = lower_bytes - span->lower_start;

	if (!span->is_in_sync || span->count > LAYERS_MEMBERS)
		return 0;
	switch (span->way) {
	case LAYER_MIRROR:
		return copies_mirror(layers, span, at, copies_out);
	case LAYER_RAID10:
		return copies_raid10(layers, span, at, copies_out);
	case LAYER_RAID5:
		return copies_raid5(layers, span, at, copies_out);
	default:
		return 0;
	}
}

bool
layers_down(const struct layers *layers, struct layer_place place,
	int *disk_out, uint64_t *offset_bytes_out)
{
	for (int depth = 0; depth < LAYERS_DEPTH; depth++) {
		const struct layer_device *device =
			&layers->devices[place.device];
		size_t i;

		if (device->disk != LAYERS_NOWHERE) {
			*disk_out = device->disk;
			*offset_bytes_out = place.offset_bytes;
			return place.offset_bytes < device->size_bytes;
		}
		for (i = 0; i < layers->span_count; i++)
			if (layers->spans[i].upper == place.device)
				break;
		if (i == layers->span_count || device->partition_of == LAYERS_NOWHERE)
			return false;
		place.device = layers->spans[i].lower;
		place.offset_bytes += layers->spans[i].lower_start;
	}
	return false;
}

const struct layer_extent *
layers_extent(const struct layers *layers, struct layer_place place)
{
	for (size_t i = 0; i < layers->extent_count; i++) {
		const struct layer_extent *extent = &layers->extents[i];

		if (extent->device == place.device &&
			place.offset_bytes >= extent->start_bytes &&
			place.offset_bytes - extent->start_bytes < extent->length)
			return extent;
	}
	return NULL;
}
