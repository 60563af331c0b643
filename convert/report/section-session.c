/* The copy: stages, what crossed the wire, what did not have to, the hashes. */
#include "convert/report/sections.h"

#include <string.h>

#include "common/json.h"
#include "common/progress.h"
#include "convert/emit/markup.h"
#include "convert/report/frame.h"
#include "convert/report/parts.h"
#include "convert/report/words.h"

static void
print_stages(FILE *out, const struct parts *parts)
{
	double whole = parts_total_seconds(parts);
	const json_t *stage;
	size_t i;

	if (whole <= 0)
		return;
	fputs("<h3>Stages</h3>\n<table><thead><tr><th scope=\"col\">Stage</th>"
	      "<th scope=\"col\" class=\"n\">Took</th><th scope=\"col\">Of the "
	      "whole time</th></tr></thead><tbody>\n", out);
	json_array_foreach(json_object_get(parts->session, "stages"), i, stage) {
		double seconds = parts_seconds(stage, "seconds");
		char text[WORDS_DURATION_BYTES];

		markup_print(out, "<tr><th scope=\"row\">%s</th>"
			"<td class=\"n\">%s</td><td>",
			json_text(stage, "name", "?"),
			words_duration(text, seconds));
		frame_share(out, seconds / whole);
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody></table>\n", out);
}

static double
capture_seconds(const struct parts *parts)
{
	const json_t *stage;
	size_t i;

	json_array_foreach(json_object_get(parts->session, "stages"), i, stage)
		if (strcmp(json_text(stage, "name", ""), "capture") == 0)
			return parts_seconds(stage, "seconds");
	return 0;
}

static void
print_wire(FILE *out, const struct parts *parts)
{
	const json_t *wire = json_object_get(parts->session, "wire");
	uint64_t received = json_number(wire, "received_bytes", 0);
	uint64_t captured = parts_disk_sum(parts, "captured_bytes");
	double seconds = capture_seconds(parts);
	char text[16], share[64];

	if (!json_is_object(wire))
		return;
	fputs("<h3>Wire</h3>\n<table class=\"facts\"><tbody>", out);
	frame_fact(out, "Received", progress_bytes(text, received));
	frame_fact(out, "Sent", progress_bytes(text, json_number(wire,
		"sent_bytes", 0)));
	frame_fact(out, "Disks", progress_bytes(text, parts_disk_sum(parts,
		"size_bytes")));
	frame_fact(out, "Captured", progress_bytes(text, captured));
	if (captured > 0) {
		snprintf(share, sizeof share, "%.0f bytes for each 100 captured",
			100 * (double)received / (double)captured);
		frame_fact(out, "Ratio", share);
	}
	if (seconds > 0) {
		snprintf(share, sizeof share, "%s/s captured",
			progress_bytes(text, (uint64_t)((double)captured /
				seconds)));
		frame_fact(out, "Speed", share);
	}
	fputs("</tbody></table>\n", out);
}

static void
print_estimate(FILE *out, const struct parts *parts)
{
	const json_t *estimate = json_object_get(parts->session, "estimate");
	char read[16], wire[16], time[WORDS_DURATION_BYTES];

	if (estimate == NULL)
		return;
	markup_print(out, "<p class=\"small soft\">Estimated before the copy: "
		"%s to read, %s over the wire, %s, limited by %s.</p>\n",
		progress_bytes(read, json_number(estimate, "read_bytes", 0)),
		progress_bytes(wire, json_number(estimate, "wire_bytes", 0)),
		words_duration(time, parts_seconds(estimate, "seconds")),
		json_text(estimate, "limit", "?"));
}

static void
print_skipped(FILE *out, const json_t *disk)
{
	const json_t *skipped = json_object_get(disk, "skipped");
	char text[16];

	if (json_object_size(skipped) == 0)
		return;
	markup_print(out, "<h4>Left out of %s</h4>\n<ul class=\"places\">",
		json_text(disk, "name", "?"));
	for (size_t i = 0; parts_skipped[i].key != NULL; i++) {
		uint64_t bytes = json_number(skipped, parts_skipped[i].key, 0);

		markup_print(out, "<li>%s (%ju bytes): %s</li>",
			progress_bytes(text, bytes), (uintmax_t)bytes,
			parts_skipped[i].words);
	}
	fputs("</ul>\n", out);
}

static void
print_reread(FILE *out, const json_t *reread)
{
	char read[16], differing[16], replaced[16];

	if (reread != NULL)
		markup_print(out, " Read a second time: %s of %s differed, %s "
			"of it replaced.",
			progress_bytes(differing, json_number(reread,
				"differing_bytes", 0)),
			progress_bytes(read, json_number(reread, "read_bytes",
				0)),
			progress_bytes(replaced, json_number(reread,
				"replaced_bytes", 0)));
}

static void
print_disk_row(FILE *out, const json_t *disk)
{
	static const char *const columns[] = {"size_bytes", "captured_bytes",
		"read_bytes", "shared_bytes", "zero_bytes", "skipped_bytes"};
	char text[16];

	markup_print(out, "<tr><th scope=\"row\">%s</th>",
		json_text(disk, "name", "?"));
	for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
		markup_print(out, "<td class=\"n\">%s</td>",
			progress_bytes(text, json_number(disk, columns[i], 0)));
	markup_print(out, "<td class=\"n\">%ju</td></tr>\n",
		(uintmax_t)json_number(disk, "bad_sectors", 0));
}

static void
print_disks(FILE *out, const json_t *disks)
{
	const json_t *disk;
	size_t i;

	if (json_array_size(disks) == 0)
		return;
	fputs("<h3>What was captured</h3>\n<section class=\"scroll\" tabindex=\"0\" "
	      "aria-label=\"What was captured of each disk\">"
	      "<table><thead><tr><th scope=\"col\">Disk</th>"
	      "<th scope=\"col\" class=\"n\">Size</th>"
	      "<th scope=\"col\" class=\"n\">Captured</th>"
	      "<th scope=\"col\" class=\"n\">Read</th>"
	      "<th scope=\"col\" class=\"n\">Held already</th>"
	      "<th scope=\"col\" class=\"n\">Zeros</th>"
	      "<th scope=\"col\" class=\"n\">Not read</th>"
	      "<th scope=\"col\" class=\"n\">Bad sectors</th></tr></thead>"
	      "<tbody>\n", out);
	json_array_foreach(disks, i, disk)
		print_disk_row(out, disk);
	fputs("</tbody></table></section>\n", out);
	json_array_foreach(disks, i, disk) {
		markup_print(out, "<p class=\"small\">Root hash of %s: <code>%s"
			"</code>.", json_text(disk, "name", "?"),
			json_text(disk, "root_hash", "-"));
		print_reread(out, json_object_get(disk, "reread"));
		fputs("</p>\n", out);
		print_skipped(out, disk);
	}
}

void
section_session(FILE *out, const struct parts *parts)
{
	frame_section(out, "session", "The copy");
	if (json_object_size(parts->session) == 0)
		fputs("<p>Nothing was copied yet.</p>\n", out);
	if (json_number(parts->session, "generation", 0) > 0)
		markup_print(out, "<p>Generation %ju of the capture.</p>\n",
			(uintmax_t)json_number(parts->session, "generation",
				0));
	print_stages(out, parts);
	print_wire(out, parts);
	print_estimate(out, parts);
	print_disks(out, json_object_get(parts->session, "disks"));
	frame_section_end(out);
}
