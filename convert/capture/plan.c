/*
 * Which ranges of a disk are worth copying.  bulk.c copies them.
 */
#include "convert/capture/plan.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include "common/error.h"
#include "common/json.h"
#include "common/own.h"
#include "common/process.h"
#include "wire/block.h"

enum { PLAN_SECONDS = 600 };

/*
 * Trimmed by the overlay (depth 0: its own), and holding no data.  What the layer
 * below says is zero was not read yet and has to be.
 */
static int
is_trimmed(const json_t *range)
{
	return json_number(range, "depth", 1) == 0 &&
		json_flag(range, "zero", 0) && !json_flag(range, "data", 1);
}

static int
read_range(struct extent *extent_out, const json_t *range, uint64_t at,
	uint64_t disk_bytes, struct error *err)
{
	uint64_t start = json_number(range, "start", UINT64_MAX);
	uint64_t length = json_number(range, "length", 0);

	if (start != at || length == 0 || length > disk_bytes - at)
		return error_set(err, EBADMSG, "qemu-img map: a range of %ju "
			"bytes at %ju after %ju of %ju", (uintmax_t)length,
			(uintmax_t)start, (uintmax_t)at, (uintmax_t)disk_bytes);
	*extent_out = (struct extent){start, length};
	return 0;
}

/* Outward to whole blocks, and one with the range before where they meet. */
static void
add(struct extent *extents, size_t *count, const struct extent *range,
	uint64_t disk_bytes)
{
	uint64_t from = range->offset_bytes / BLOCK_BYTES * BLOCK_BYTES;
	uint64_t to = (range->offset_bytes + range->length_bytes +
			      BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
	struct extent *last = *count == 0 ? NULL : &extents[*count - 1];

	if (to > disk_bytes)
		to = disk_bytes;
	if (last != NULL && from <= last->offset_bytes + last->length_bytes)
		last->length_bytes = to - last->offset_bytes;
	else
		extents[(*count)++] = (struct extent){from, to - from};
}

static int
collect(struct extent *extents, size_t *count_out, const json_t *array,
	uint64_t disk_bytes, struct error *err)
{
	const json_t *json;
	uint64_t at = 0;
	size_t index;

	*count_out = 0;
	json_array_foreach(array, index, json) {
		struct extent range = {0};

		if (read_range(&range, json, at, disk_bytes, err) == -1)
			return -1;
		at += range.length_bytes;
		if (!is_trimmed(json))
			add(extents, count_out, &range, disk_bytes);
	}
	/* A hole in the answer would be a hole in the captured disk. */
	return at == disk_bytes
		? 0
		: error_set(err, EBADMSG, "qemu-img map ends at byte %ju of %ju",
			  (uintmax_t)at, (uintmax_t)disk_bytes);
}

int
plan_parse(struct extent **extents_out, size_t *count_out, const char *text,
	uint64_t disk_bytes, struct error *err)
{
	AUTO(json_decrefpp) json_t *array = json_loads(text, 0, NULL);
	AUTO(freep) struct extent *extents = NULL;

	if (!json_is_array(array))
		return error_set(err, EBADMSG, "qemu-img map: not a JSON array");
	extents = calloc(json_array_size(array) + 1, sizeof *extents);
	if (extents == NULL)
		return error_set(err, ENOMEM, "plan the capture");
	if (collect(extents, count_out, array, disk_bytes, err) == -1)
		return -1;
	*extents_out = take(extents);
	return 0;
}

int
plan_extents(struct extent **extents_out, size_t *count_out,
	const char *overlay, uint64_t disk_bytes, struct error *err)
{
	const char *const argv[] = {"qemu-img", "map", "--output=json", "-f",
		"qcow2", overlay, NULL};
	AUTO(freep) char *text = NULL;

	if (process_run(argv, &text, PLAN_SECONDS, err) == -1 ||
		plan_parse(extents_out, count_out, text, disk_bytes, err) == -1)
		return error_add(err, "plan the capture of %s", overlay);
	return 0;
}
