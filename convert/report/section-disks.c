/* The disks as pictures (disk-picture.c), and the same as tables. */
#include "convert/report/sections.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "common/progress.h"
#include "convert/emit/markup.h"
#include "convert/report/disk-map.h"
#include "convert/report/frame.h"
#include "convert/report/parts.h"

enum { DISKS_LIMIT = 64 };

static void
print_legend(FILE *out)
{
	static const struct {
		const char *shape, *words;
	} keys[] = {
		{"<rect class=\"used\" width=\"24\" height=\"12\"/>",
			"used by a file system (its share, not its place)"},
		{"<rect class=\"free\" width=\"24\" height=\"12\"/>",
			"free in a file system"},
		{"<rect class=\"unknown\" width=\"24\" height=\"12\"/>"
			"<path class=\"hatch\" d=\"M8 0L0 12M16 0L8 12M24 0L16 "
			"12\"/>", "swap"},
		{"<rect class=\"unknown\" width=\"24\" height=\"12\"/>"
			"<rect class=\"frame\" width=\"24\" height=\"12\"/>",
			"content not known"},
		{"<rect class=\"nothing\" width=\"24\" height=\"12\"/>",
			"not partitioned, or not captured"},
		{"<path class=\"damage\" d=\"M12 1l-6 10h12z\"/>",
			"unreadable sectors"},
	};

	fputs("<ul class=\"legend\">", out);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		fputs("<li><svg class=\"map\" viewBox=\"0 0 24 12\" "
		      "aria-hidden=\"true\">", out);
		fputs(keys[i].shape, out);
		markup_print(out, "</svg>%s</li>", keys[i].words);
	}
	fputs("<li>The strip beneath a disk: what its capture holds</li>",
		out);
	fputs("</ul>\n", out);
}

static void
print_cell(FILE *out, uint64_t bytes, bool known)
{
	char text[16];

	if (known)
		markup_print(out, "<td class=\"n\">%s</td>",
			progress_bytes(text, bytes));
	else
		fputs("<td class=\"n\">-</td>", out);
}

static void
print_row(FILE *out, const char *name, const char *filesystem,
	const char *target, const uint64_t bytes[4])
{
	bool known = bytes[2] + bytes[3] > 0;

	markup_print(out, "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td>",
		name, filesystem, target);
	print_cell(out, bytes[0], bytes[0] != UINT64_MAX);
	print_cell(out, bytes[1], true);
	print_cell(out, bytes[2], known);
	print_cell(out, bytes[3], known);
	fputs("</tr>\n", out);
}

static void
begin_table(FILE *out, const char *label)
{
	markup_print(out, "<section class=\"scroll\" tabindex=\"0\" "
		"aria-label=\"%s\"><table><thead><tr><th scope=\"col\">Name</th>"
		"<th scope=\"col\">Holds</th><th scope=\"col\">Mounted on</th>"
		"<th scope=\"col\" class=\"n\">At</th>"
		"<th scope=\"col\" class=\"n\">Size</th>"
		"<th scope=\"col\" class=\"n\">Used</th>"
		"<th scope=\"col\" class=\"n\">Free</th></tr></thead><tbody>\n",
		label);
}

static void
print_table(FILE *out, const struct disk_map *map)
{
	AUTO(freep) char *label = io_format("What is on %s", map->name);

	if (map->count == 0)
		return;
	begin_table(out, label == NULL ? "What is on it" : label);
	for (size_t i = 0; i < map->count; i++) {
		const struct disk_segment *s = &map->segments[i];

		print_row(out, s->name == NULL ? "not partitioned" : s->name,
			s->filesystem, s->target, (uint64_t[4]){s->start_bytes,
				s->size_bytes, s->used_bytes, s->free_bytes});
	}
	fputs("</tbody></table></section>\n", out);
}

static void
print_disk(FILE *out, const struct disk_map *map)
{
	char size[16];

	markup_print(out, "<h3>%s, %s</h3>\n", map->name,
		progress_bytes(size, map->size_bytes));
	if (map->bad_sectors > 0)
		markup_print(out, "<p><span class=\"open\">%ju unreadable "
			"sectors</span>, which are zeros in the capture.</p>\n",
			(uintmax_t)map->bad_sectors);
	markup_print(out, "<section class=\"scroll\" tabindex=\"0\" "
		"aria-label=\"Map of %s\">", map->name);
	disk_map_print(out, map);
	fputs("</section>\n", out);
	print_table(out, map);
}

/* Logical volumes and arrays lie on several disks, so on no map. */
static void
print_volumes(FILE *out, const struct parts *parts)
{
	const json_t *list = json_object_get(parts->layout, "volumes"), *item;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	fputs("<h3>Volumes and arrays</h3>\n", out);
	begin_table(out, "Volumes and arrays");
	json_array_foreach(list, i, item)
		print_row(out, json_text(item, "name", "?"),
			json_text(item, "filesystem", ""),
			json_text(item, "target", ""),
			(uint64_t[4]){UINT64_MAX,
				json_number(item, "size_bytes", 0),
				json_number(item, "used_bytes", 0),
				json_number(item, "free_bytes", 0)});
	fputs("</tbody></table></section>\n", out);
}

void
section_disks(FILE *out, const struct parts *parts)
{
	AUTO(freep) struct disk_map *map = malloc(sizeof *map);
	size_t count = 0;

	frame_section(out, "disks", "Disks");
	while (map != NULL && count < DISKS_LIMIT &&
		disk_map_read(map, parts, count)) {
		if (count == 0)
			print_legend(out);
		print_disk(out, map);
		disk_map_release(map);
		count++;
	}
	if (count == 0)
		fputs("<p>Their layout is not known yet.</p>\n", out);
	print_volumes(out, parts);
	frame_section_end(out);
}
