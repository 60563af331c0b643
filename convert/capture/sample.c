/* Where to measure a disk of which nothing is captured; probe.c measures. */
#include "convert/capture/sample.h"

#include <errno.h>
#include <stdlib.h>

#include "common/error.h"
#include "common/json.h"

/* Enough for a second at 32 MB/s, little for an assessment. */
enum { SAMPLES = 32, SAMPLE_BYTES = 1 << 20, RANGES = 128 };

struct ranges {
	struct extent items[RANGES];
	size_t count;
	uint64_t total_bytes;
};

static void
add(struct ranges *ranges, uint64_t start, uint64_t length, uint64_t disk_bytes)
{
	start = (start + SAMPLE_BYTES - 1) / SAMPLE_BYTES * SAMPLE_BYTES;
	if (ranges->count == RANGES || start >= disk_bytes)
		return;
	if (length > disk_bytes - start)
		length = disk_bytes - start;
	length = length / SAMPLE_BYTES * SAMPLE_BYTES;
	if (length == 0)
		return;
	ranges->items[ranges->count++] = (struct extent){start, length};
	ranges->total_bytes += length;
}

static int
by_offset(const void *a, const void *b)
{
	const struct extent *left = a, *right = b;

	return left->offset_bytes < right->offset_bytes
		? -1
		: left->offset_bytes > right->offset_bytes;
}

static void
find_ranges(struct ranges *ranges, const json_t *disk, uint64_t disk_bytes)
{
	const json_t *partition;
	size_t i;

	json_array_foreach(json_object_get(disk, "partitions"), i, partition)
		if (json_text(partition, "filesystem", NULL) != NULL)
			add(ranges, json_number(partition, "start_bytes", 0),
				json_number(partition, "used_bytes",
					json_number(partition, "size_bytes",
						0)),
				disk_bytes);
	if (ranges->count == 0)
		add(ranges, 0, disk_bytes, disk_bytes);
	qsort(ranges->items, ranges->count, sizeof *ranges->items, by_offset);
}

/* Of the ranges as if they lay one behind the other. */
static uint64_t
place_of(const struct ranges *ranges, uint64_t at)
{
	size_t i = 0;

	while (i + 1 < ranges->count && at >= ranges->items[i].length_bytes)
		at -= ranges->items[i++].length_bytes;
	return ranges->items[i].offset_bytes + at;
}

int
sample_plan(struct plan *plan_out, const json_t *disk, uint64_t disk_bytes,
	struct error *err)
{
	struct ranges ranges = {.count = 0};
	uint64_t pieces, end = 0;

	*plan_out = (struct plan){calloc(SAMPLES, sizeof(struct extent)), 0};
	if (plan_out->extents == NULL)
		return error_set(err, ENOMEM, "plan the measurement");
	find_ranges(&ranges, disk, disk_bytes);
	pieces = ranges.total_bytes / SAMPLE_BYTES;
	for (uint64_t i = 0; i < SAMPLES && i < pieces; i++) {
		uint64_t piece = pieces > SAMPLES ? pieces * i / SAMPLES : i;
		uint64_t start = place_of(&ranges, piece * SAMPLE_BYTES);

		if (start < end)
			continue; /* ranges that overlap on a damaged disk */
		end = start + SAMPLE_BYTES;
		plan_out->extents[plan_out->count++] =
			(struct extent){start, SAMPLE_BYTES};
	}
	return 0;
}
