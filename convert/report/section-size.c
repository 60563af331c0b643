/* What the VM needs, how long the move takes, and whether the host can give it. */
#include "convert/report/sections.h"

#include <string.h>

#include "common/json.h"
#include "common/progress.h"
#include "convert/emit/markup.h"
#include "convert/report/frame.h"
#include "convert/report/parts.h"
#include "convert/report/words.h"

static const struct {
	const char *name, *words;
} modes[] = {
	{"offline", "Copy while it stands still"},
	{"precopy", "Copy while it runs, then what changed"},
	{"carry", "Carry a disk"},
	{"rebuild", "Build it anew"},
};

static const char *
mode_words(const char *name)
{
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
		if (strcmp(modes[i].name, name) == 0)
			return modes[i].words;
	return name;
}

static void
bytes_fact(FILE *out, const char *name, const json_t *object, const char *key,
	const char *behind)
{
	uint64_t bytes = json_number(object, key, 0);
	char text[16], value[64];

	if (bytes == 0)
		return;
	snprintf(value, sizeof value, "%s%s", progress_bytes(text, bytes),
		behind);
	frame_fact(out, name, value);
}

static void
seconds_fact(FILE *out, const char *name, const json_t *size, const char *key)
{
	double seconds = parts_seconds(size, key);
	char text[WORDS_DURATION_BYTES];

	if (seconds > 0)
		frame_fact(out, name, words_duration(text, seconds));
}

static void
print_needs(FILE *out, const json_t *size)
{
	uint64_t vcpus = json_number(size, "vcpus", 0);
	char text[24];

	fputs("<table class=\"facts\"><tbody>", out);
	if (vcpus > 0) {
		snprintf(text, sizeof text, "%ju", (uintmax_t)vcpus);
		frame_fact(out, "Processors", text);
	}
	frame_fact(out, "Processor model", json_text(size, "cpu_model", NULL));
	bytes_fact(out, "Memory", size, "memory_bytes", "");
	bytes_fact(out, "Disks", size, "disk_bytes", "");
	bytes_fact(out, "In use on them", size, "used_bytes", "");
	bytes_fact(out, "Link, measured", size, "link_bytes_per_second", "/s");
	frame_fact(out, "What limits", json_text(size, "limit", NULL));
	seconds_fact(out, "Boot", size, "boot_seconds");
	seconds_fact(out, "Downtime, estimated", size, "downtime_seconds");
	fputs("</tbody></table>\n", out);
}

static void
print_host(FILE *out, const json_t *host)
{
	const json_t *problems = json_object_get(host, "problems"), *problem;
	size_t i;

	if (!json_is_object(host))
		return;
	fputs("<h3>This conversion host</h3>\n<table class=\"facts\"><tbody>",
		out);
	bytes_fact(out, "Free space", host, "free_bytes", "");
	bytes_fact(out, "Memory", host, "memory_bytes", "");
	frame_fact(out, "QEMU", json_text(host, "qemu", "none"));
	frame_fact(out, "UEFI firmware", json_text(host, "ovmf", "none"));
	frame_fact(out, "libvirt", json_text(host, "libvirt", "none"));
	fputs("</tbody></table>\n", out);
	json_array_foreach(problems, i, problem)
		markup_print(out, "<p><span class=\"open\">Problem:</span> %s"
			"</p>\n", json_is_string(problem)
				? json_string_value(problem) : "?");
	if (json_array_size(problems) == 0)
		fputs("<p><span class=\"done\">It can take this machine.</span>"
		      "</p>\n", out);
}

void
section_size(FILE *out, const struct parts *parts)
{
	const json_t *size = json_object_get(parts->findings, "size");

	frame_section(out, "size", "Size and way");
	if (json_object_size(size) == 0) {
		fputs("<p>Nothing was reckoned.</p>\n", out);
		frame_section_end(out);
		return;
	}
	if (json_text(size, "mode", NULL) != NULL)
		markup_print(out, "<p class=\"lead\"><b>%s.</b> %s</p>\n",
			mode_words(json_text(size, "mode", "")),
			json_text(size, "mode_reason", ""));
	fputs("<h3>The virtual machine</h3>\n", out);
	print_needs(out, size);
	print_host(out, json_object_get(size, "host"));
	frame_section_end(out);
}
