/* What one has to know within ten seconds, and what to do next. */
#include "convert/report/sections.h"

#include "common/json.h"
#include "common/own.h"
#include "common/progress.h"
#include "convert/emit/markup.h"
#include "convert/report/frame.h"
#include "convert/report/parts.h"
#include "convert/report/words.h"

static void
number(FILE *out, const char *value, const char *caption)
{
	markup_print(out, "<div><dt>%s</dt><dd>%s</dd></div>", caption, value);
}

static void
print_wire(FILE *out, const struct parts *parts)
{
	uint64_t received = json_number(json_object_get(parts->session, "wire"),
		"received_bytes", 0);
	char value[16], size[16], caption[64];

	if (received == 0)
		return;
	snprintf(caption, sizeof caption, "over the wire, for %s of disks",
		progress_bytes(size, parts_disk_sum(parts, "size_bytes")));
	number(out, progress_bytes(value, received), caption);
}

static void
print_severity(FILE *out, const struct parts *parts, const char *severity)
{
	size_t count = parts_count(parts, severity);
	char text[24], noun[WORDS_NOUN_BYTES];

	snprintf(text, sizeof text, "%zu", count);
	number(out, text, words_noun(noun, count, severity));
}

static void
print_numbers(FILE *out, const struct parts *parts)
{
	const json_t *size = json_object_get(parts->findings, "size");
	double seconds = parts_total_seconds(parts);
	double downtime = parts_seconds(size, "downtime_seconds");
	char text[64];

	fputs("<dl class=\"numbers\">", out);
	print_severity(out, parts, "blocker");
	print_severity(out, parts, "warning");
	snprintf(text, sizeof text, "%zu of %zu", parts_count_open(parts),
		json_array_size(json_object_get(parts->findings, "findings")));
	number(out, text, "findings left for a person");
	snprintf(text, sizeof text, "%zu", json_array_size(
		json_object_get(parts->changes, "changes")));
	if (parts_is_migrated(parts))
		number(out, text, "changes in the guest");
	print_wire(out, parts);
	if (parts_is_migrated(parts) && seconds > 0)
		number(out, words_duration(text, seconds),
			"from start to report");
	else if (downtime > 0)
		number(out, words_duration(text, downtime),
			"estimated downtime");
	fputs("</dl>\n", out);
}

static void
print_steps(FILE *out, const struct parts *parts)
{
	AUTO(json_decrefpp) json_t *steps = parts_next_steps(parts);
	const json_t *step;
	size_t i;

	if (json_array_size(steps) == 0)
		return;
	fputs("<h3>What to do next</h3>\n<ol class=\"next\">", out);
	json_array_foreach(steps, i, step)
		markup_print(out, "<li>%s</li>", json_string_value(step));
	fputs("</ol>\n", out);
}

/* What the assessment could not see, so that nobody takes silence for health. */
static void
print_confidence(FILE *out, const struct parts *parts)
{
	const json_t *confidence = json_object_get(parts->findings,
		"confidence");
	const json_t *limits = json_object_get(confidence, "limits"), *limit;
	size_t i;

	if (json_text(confidence, "level", NULL) == NULL)
		return;
	markup_print(out, "<h3>How sure this is</h3>\n<p>Confidence in this "
		"assessment: <b>%s</b>.</p>\n",
		json_text(confidence, "level", "?"));
	if (json_array_size(limits) == 0)
		return;
	fputs("<ul class=\"places\">", out);
	json_array_foreach(limits, i, limit)
		markup_print(out, "<li>%s</li>", json_is_string(limit)
				? json_string_value(limit) : "?");
	fputs("</ul>\n", out);
}

void
section_summary(FILE *out, const struct parts *parts)
{
	frame_section(out, "summary", "In short");
	print_numbers(out, parts);
	print_steps(out, parts);
	print_confidence(out, parts);
	frame_section_end(out);
}
