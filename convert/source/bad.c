/*
 * The list of sectors that could not be read.  A crash may leave lines twice or
 * for a block that was not recorded; the readers here allow for both.
 */
#include "convert/source/bad.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"

enum { BAD_FILE_LIMIT = 64 << 20 };

struct ranges {
	struct bad_range *items;
	size_t count;
};

static int
is_bad(const uint8_t *bad_map, unsigned sector)
{
	return bad_map[sector / 8] >> (sector % 8) & 1;
}

size_t
bad_format(char text[BAD_TEXT_BYTES], uint64_t block,
	const uint8_t bad_map[BLOCK_BAD_MAP_BYTES])
{
	enum { SECTORS = BLOCK_BYTES / BLOCK_SECTOR_BYTES };
	size_t used = 0;

	text[0] = '\0';
	for (unsigned sector = 0; sector < SECTORS; sector++) {
		unsigned first = sector;

		while (sector < SECTORS && is_bad(bad_map, sector))
			sector++;
		if (sector == first)
			continue;
		used += (size_t)snprintf(text + used, BAD_TEXT_BYTES - used,
			"%ju %u\n",
			(uintmax_t)(block * BLOCK_BYTES +
				first * BLOCK_SECTOR_BYTES),
			(sector - first) * BLOCK_SECTOR_BYTES);
	}
	return used;
}

/* Lines that are not as we write them (cut by a crash) are passed over. */
static int
read_ranges(struct ranges *ranges_out, const char *path, struct error *err)
{
	AUTO(freep) char *text = NULL;
	char *rest, *line;
	size_t lines = 1;

	*ranges_out = (struct ranges){NULL, 0};
	if (io_read_file(&text, NULL, path, BAD_FILE_LIMIT, err) == -1) {
		if (err->code != ENOENT)
			return -1;
		error_clear(err);
		return 0;
	}
	for (const char *at = text; *at != '\0'; at++)
		lines += *at == '\n';
	ranges_out->items = calloc(lines, sizeof *ranges_out->items);
	if (ranges_out->items == NULL)
		return error_set(err, ENOMEM, "read %s", path);
	for (rest = text; (line = strsep(&rest, "\n")) != NULL;) {
		uintmax_t offset, length;

		if (rest != NULL && sscanf(line, "%ju %ju", &offset, &length) == 2 &&
			length > 0 && length <= BLOCK_BYTES &&
			offset <= INT64_MAX - length)
			ranges_out->items[ranges_out->count++] =
				(struct bad_range){offset, length};
	}
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const struct bad_range *one = a, *two = b;

	return (one->offset_bytes > two->offset_bytes) -
		(one->offset_bytes < two->offset_bytes);
}

/* Sort, leave out what is not kept, join what touches or overlaps. */
static void
settle(struct ranges *ranges,
	int (*keep)(const void *context, uint64_t block), const void *context)
{
	struct bad_range *items = ranges->items;
	size_t used = 0;

	if (ranges->count > 0)
		qsort(items, ranges->count, sizeof *items, compare);
	for (size_t i = 0; i < ranges->count; i++) {
		struct bad_range *last = used > 0 ? &items[used - 1] : NULL;
		uint64_t end = items[i].offset_bytes + items[i].length_bytes;

		if (!keep(context, items[i].offset_bytes / BLOCK_BYTES))
			continue;
		if (last == NULL || items[i].offset_bytes >
				last->offset_bytes + last->length_bytes)
			items[used++] = items[i];
		else if (end > last->offset_bytes + last->length_bytes)
			last->length_bytes = end - last->offset_bytes;
	}
	ranges->count = used;
}

int
bad_read(struct bad_range **ranges_out, size_t *count_out, const char *path,
	int (*keep)(const void *context, uint64_t block), const void *context,
	struct error *err)
{
	struct ranges ranges;

	if (read_ranges(&ranges, path, err) == -1)
		return -1;
	settle(&ranges, keep, context);
	*ranges_out = ranges.items;
	*count_out = ranges.count;
	return 0;
}

int
bad_count(uint64_t *count_out, const char *path,
	int (*keep)(const void *context, uint64_t block), const void *context,
	struct error *err)
{
	AUTO(freep) struct bad_range *ranges = NULL;
	size_t count;

	*count_out = 0;
	if (bad_read(&ranges, &count, path, keep, context, err) == -1)
		return -1;
	for (size_t i = 0; i < count; i++)
		*count_out += ranges[i].length_bytes / BLOCK_SECTOR_BYTES;
	return 0;
}

static size_t
print_kept(char *text, const struct ranges *ranges,
	int (*keep)(const void *context, uint64_t block), const void *context)
{
	size_t used = 0;

	for (size_t i = 0; i < ranges->count; i++)
		if (keep(context, ranges->items[i].offset_bytes / BLOCK_BYTES))
			used += (size_t)sprintf(text + used, "%ju %ju\n",
				(uintmax_t)ranges->items[i].offset_bytes,
				(uintmax_t)ranges->items[i].length_bytes);
	return used;
}

int
bad_prune(const char *path,
	int (*keep)(const void *context, uint64_t block), const void *context,
	struct error *err)
{
	return bad_join(path, keep, NULL, NULL, context, err);
}

int
bad_join(const char *path,
	int (*keep)(const void *context, uint64_t block), const char *other,
	int (*keep_other)(const void *context, uint64_t block),
	const void *context, struct error *err)
{
	AUTO(freep) struct bad_range *items = NULL;
	AUTO(freep) struct bad_range *other_items = NULL;
	AUTO(freep) char *text = NULL;
	struct ranges ranges, others = {NULL, 0};
	size_t used;

	if (read_ranges(&ranges, path, err) == -1)
		return -1;
	items = ranges.items;
	if (other != NULL && read_ranges(&others, other, err) == -1)
		return -1;
	other_items = others.items;
	if (ranges.count == 0 && others.count == 0)
		return 0;
	text = malloc((ranges.count + others.count) * 44 + 1);
	if (text == NULL)
		return error_set(err, ENOMEM, "write %s", path);
	used = print_kept(text, &ranges, keep, context);
	if (others.count > 0)
		used += print_kept(text + used, &others, keep_other, context);
	return io_write_file(path, text, used, 0600, err);
}
