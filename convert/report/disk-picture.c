/*
 * A disk map as inline SVG: partitions in proportion, in each the share that
 * its file system uses, beneath it what the capture holds and where sectors
 * could not be read.  Patterns and shapes say what colours say.
 */
#include "convert/report/disk-map.h"

#include <stdbool.h>
#include <string.h>

#include "common/progress.h"
#include "convert/emit/markup.h"
#include "convert/source/bad.h"

enum {
	WIDTH = 1000,
	BAR_TOP = 24,
	BAR_HEIGHT = 46,
	BAD_TOP = 74,
	STRIP_TOP = 108,
	STRIP_HEIGHT = 14,
	LETTER = 8, /* about as wide as one is */
	MARKS_LIMIT = 400
};

static double
place(const struct disk_map *map, uint64_t bytes)
{
	return map->size_bytes == 0 ? 0
		: WIDTH * ((double)bytes / (double)map->size_bytes);
}

static void
rectangle(FILE *out, const char *class, double x, int y, double width,
	int height)
{
	fprintf(out, "<rect class=\"%s\" x=\"%.2f\" y=\"%d\" width=\"%.2f\" "
		"height=\"%d\"/>", class, x, y, width < 0 ? 0 : width, height);
}

/* Only where there is room for it. */
static void
label(FILE *out, const char *class, double x, int y, double width,
	const char *text)
{
	if (width < (double)(LETTER * strlen(text)))
		return;
	fprintf(out, "<text class=\"%s\" x=\"%.2f\" y=\"%d\">", class, x, y);
	markup_text(out, text);
	fputs("</text>", out);
}

static bool
is_swap(const struct disk_segment *segment)
{
	return strcmp(segment->filesystem, "swap") == 0 ||
		strcmp(segment->filesystem, "swsuspend") == 0;
}

static void
print_content(FILE *out, const struct disk_segment *segment, double x,
	double width)
{
	uint64_t all = segment->used_bytes + segment->free_bytes;
	double used;

	if (segment->name == NULL) {
		rectangle(out, "nothing", x, BAR_TOP, width, BAR_HEIGHT);
	} else if (is_swap(segment)) {
		rectangle(out, "unknown", x, BAR_TOP, width, BAR_HEIGHT);
		for (double at = x + 8; at < x + width; at += 8)
			fprintf(out, "<path class=\"hatch\" d=\"M%.2f %dL%.2f "
				"%d\"/>", at, BAR_TOP, at - 8,
				BAR_TOP + BAR_HEIGHT);
	} else if (all < segment->used_bytes || all == 0) {
		rectangle(out, "unknown", x, BAR_TOP, width, BAR_HEIGHT);
	} else {
		used = width * ((double)segment->used_bytes / (double)all);
		rectangle(out, "used", x, BAR_TOP, used, BAR_HEIGHT);
		rectangle(out, "free", x + used, BAR_TOP, width - used,
			BAR_HEIGHT);
	}
}

static void
print_segment(FILE *out, const struct disk_map *map,
	const struct disk_segment *segment)
{
	double x = place(map, segment->start_bytes);
	double width = place(map, segment->size_bytes);
	char text[160];

	print_content(out, segment, x, width);
	rectangle(out, "frame", x, BAR_TOP, width, BAR_HEIGHT);
	snprintf(text, sizeof text, "%.40s", segment->name == NULL
			? "not partitioned" : segment->name);
	label(out, segment->name == NULL ? "small" : "label", x + 2,
		BAR_TOP - 8, width, text);
	snprintf(text, sizeof text, "%.24s%s%.60s", segment->filesystem,
		*segment->target == '\0' ? "" : " on ", segment->target);
	label(out, "small", x + 2, BAR_TOP + BAR_HEIGHT + 20, width, text);
}

static void
print_bad(FILE *out, const struct disk_map *map)
{
	for (size_t i = 0; i < map->bad_count && i < MARKS_LIMIT; i++) {
		double x = place(map, map->bad[i].offset_bytes);

		if (map->bad[i].offset_bytes < map->size_bytes)
			fprintf(out, "<path class=\"damage\" d=\"M%.2f %dl-5 "
				"9h10z\"/><path class=\"damage\" d=\"M%.2f "
				"%dh1.5v%dh-1.5z\"/>", x, BAD_TOP - 2, x,
				BAR_TOP, BAR_HEIGHT);
	}
}

/* The higher, the more of a cell is held. */
static void
print_strip(FILE *out, const struct disk_map *map)
{
	const double cell = (double)WIDTH / DISK_CELLS;

	if (!map->has_capture)
		return;
	rectangle(out, "nothing", 0, STRIP_TOP, WIDTH, STRIP_HEIGHT);
	for (size_t i = 0, next; i < DISK_CELLS; i = next) {
		double height = STRIP_HEIGHT * (double)map->held[i];

		for (next = i + 1; next < DISK_CELLS && map->held[next] >= 0.99f
			&& map->held[i] >= 0.99f;)
			next++;
		if (map->held[i] <= 0)
			continue;
		height = height < 2 ? 2 : height > STRIP_HEIGHT ? STRIP_HEIGHT
								: height;
		fprintf(out, "<rect class=\"used\" x=\"%.2f\" y=\"%.2f\" "
			"width=\"%.2f\" height=\"%.2f\"/>", cell * (double)i,
			STRIP_TOP + STRIP_HEIGHT - height,
			cell * (double)(next - i), height);
	}
}

void
disk_map_print(FILE *out, const struct disk_map *map)
{
	size_t partitions = 0;
	char size[16];

	for (size_t i = 0; i < map->count; i++)
		partitions += map->segments[i].name != NULL;
	fprintf(out, "<svg class=\"map\" viewBox=\"0 0 %d %d\" role=\"img\" "
		"aria-label=\"", WIDTH, map->has_capture
			? STRIP_TOP + STRIP_HEIGHT : STRIP_TOP - 10);
	markup_print(out, "Map of %s: %s in %ju partitions, %ju unreadable "
		"sectors; the table beneath says the same\">", map->name,
		progress_bytes(size, map->size_bytes), (uintmax_t)partitions,
		(uintmax_t)map->bad_sectors);
	rectangle(out, "nothing", 0, BAR_TOP, WIDTH, BAR_HEIGHT);
	for (size_t i = 0; i < map->count; i++)
		print_segment(out, map, &map->segments[i]);
	print_bad(out, map);
	print_strip(out, map);
	fputs("</svg>\n", out);
}
