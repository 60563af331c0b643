/*
 * Which ranges of a disk are worth copying.  bulk.c copies them.
 */
#include "convert/capture/plan.h"

#include <ctype.h>
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

struct extents {
	struct extent *list;
	size_t count, room;
};

/* Outward to whole blocks, and one with the range before where they meet. */
static int
add(struct extents *extents, const struct extent *range, uint64_t disk_bytes,
	struct error *err)
{
	uint64_t from = range->offset_bytes / BLOCK_BYTES * BLOCK_BYTES;
	uint64_t to = (range->offset_bytes + range->length_bytes +
			      BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
	struct extent *last = extents->count == 0
		? NULL
		: &extents->list[extents->count - 1];

	if (to > disk_bytes)
		to = disk_bytes;
	if (last != NULL && from <= last->offset_bytes + last->length_bytes) {
		last->length_bytes = to - last->offset_bytes;
		return 0;
	}
	if (extents->count == extents->room) {
		size_t room = extents->room * 2 + 64;
		struct extent *larger = reallocarray(extents->list, room,
			sizeof *larger);

		if (larger == NULL)
			return error_set(err, ENOMEM, "plan the capture");
		extents->list = larger;
		extents->room = room;
	}
	extents->list[extents->count++] = (struct extent){from, to - from};
	return 0;
}

/* The next character that is no space; EOF at the end. */
static int
next_character(FILE *map)
{
	int c;

	do
		c = getc(map);
	while (c != EOF && isspace(c));
	return c;
}

static int
collect(struct extents *extents, FILE *map, uint64_t disk_bytes,
	struct error *err)
{
	uint64_t at = 0;
	int mark = next_character(map);

	/* A '[' before the first range, a ',' before each other one. */
	for (int expected = '['; mark == expected; expected = ',') {
		AUTO(json_decrefpp) json_t *json =
			json_loadf(map, JSON_DISABLE_EOF_CHECK, NULL);
		struct extent range = {0};

		if (read_range(&range, json, at, disk_bytes, err) == -1)
			return -1;
		at += range.length_bytes;
		if (!is_trimmed(json) &&
			add(extents, &range, disk_bytes, err) == -1)
			return -1;
		mark = next_character(map);
	}
	/* A hole in the answer would be a hole in the captured disk. */
	return mark == ']' && at == disk_bytes
		? 0
		: error_set(err, EBADMSG, "qemu-img map ends at byte %ju of %ju",
			  (uintmax_t)at, (uintmax_t)disk_bytes);
}

int
plan_parse(struct extent **extents_out, size_t *count_out, FILE *map,
	uint64_t disk_bytes, struct error *err)
{
	struct extents extents = {0};

	if (collect(&extents, map, disk_bytes, err) == -1) {
		free(extents.list);
		return -1;
	}
	*extents_out = extents.list;
	*count_out = extents.count;
	return 0;
}

int
plan_extents(struct extent **extents_out, size_t *count_out,
	const char *overlay, uint64_t disk_bytes, struct error *err)
{
	const char *const argv[] = {"qemu-img", "map", "--output=json", "-f",
		"qcow2", overlay, NULL};
	AUTO(file_closep) FILE *map = tmpfile();

	*extents_out = NULL;
	*count_out = 0;
	if (disk_bytes == 0)
		return 0;
	if (map == NULL)
		return error_set(err, errno, "make a temporary file");
	if (process_run_into(argv, fileno(map), PLAN_SECONDS, err) == -1)
		return error_add(err, "plan the capture of %s", overlay);
	rewind(map);
	if (plan_parse(extents_out, count_out, map, disk_bytes, err) == -1)
		return error_add(err, "plan the capture of %s", overlay);
	return 0;
}

int
plan_whole(struct extent **extents_out, size_t *count_out, uint64_t disk_bytes,
	struct error *err)
{
	*extents_out = malloc(sizeof **extents_out);
	if (*extents_out == NULL)
		return error_set(err, ENOMEM, "plan the capture");
	**extents_out = (struct extent){0, disk_bytes};
	*count_out = 1;
	return 0;
}
