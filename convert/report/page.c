/*
 * The report for a browser.  Every value goes through markup_print(), which
 * escapes it; what is printed otherwise is a literal or was encoded here.
 * style.c has the looks, text.c the same for a terminal.
 */
#include "convert/report/page.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "common/progress.h"
#include "convert/emit/markup.h"
#include "convert/report/parts.h"

enum { PICTURE_LIMIT = 8 << 20, DIFF_LIMIT = 256 << 10 };

/* Beside the functions: the words and colours of each verdict. */
static const struct verdict {
	const char *name, *words, *class;
} verdicts[] = {
	{"boots", "Boots", "good"},
	{"boots-with-problems", "Boots, with problems", "warn"},
	{"does-not-boot", "Does not boot", "bad"},
	{"unproven", "Not proven", "info"},
};

static const struct verdict *
find_verdict(const char *name)
{
	for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++)
		if (strcmp(verdicts[i].name, name) == 0)
			return &verdicts[i];
	return &verdicts[3];
}

static void
print_duration(char text[24], double seconds)
{
	if (seconds < 60)
		snprintf(text, 24, "%.1f s", seconds);
	else
		snprintf(text, 24, "%.0f min %02.0f s",
			(double)((uint64_t)seconds / 60),
			(double)((uint64_t)seconds % 60));
}

static void
print_base64(FILE *out, const unsigned char *data, size_t bytes)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < bytes; i += 3) {
		size_t left = bytes - i;
		unsigned group = (unsigned)data[i] << 16 |
			(left > 1 ? (unsigned)data[i + 1] << 8 : 0) |
			(left > 2 ? (unsigned)data[i + 2] : 0);

		fputc(digits[group >> 18], out);
		fputc(digits[group >> 12 & 63], out);
		fputc(left > 1 ? digits[group >> 6 & 63] : '=', out);
		fputc(left > 2 ? digits[group & 63] : '=', out);
	}
}

/* The booted screen, freed by the caller; NULL when there is no picture. */
static char *
read_picture(const struct parts *parts, size_t *bytes_out)
{
	AUTO(freep) char *path = io_format("%s/boot.png", parts->folder);
	struct error ignored;
	char *data = NULL;

	if (path == NULL || io_read_file(&data, bytes_out, path, PICTURE_LIMIT,
		    &ignored) == -1)
		return NULL;
	if (*bytes_out >= 8 && memcmp(data, "\x89PNG\r\n\x1a\n", 8) == 0)
		return data;
	free(data);
	return NULL;
}

static void
print_hero(FILE *out, const struct parts *parts)
{
	const struct verdict *verdict = find_verdict(parts_verdict(parts));
	const json_t *system = json_object_get(parts->inventory, "system");
	size_t bytes = 0;
	AUTO(freep) char *picture = read_picture(parts, &bytes);

	markup_print(out, "<header class=\"card hero%s\"><div>"
		"<p class=\"eyebrow\">Migration report</p><h1>%s</h1>"
		"<p class=\"soft\">%s", picture == NULL ? " plain" : "",
		parts->machine, json_text(json_object_get(parts->guest, "os"),
			"name", "Operating system not recognised"));
	if (json_text(system, "product", NULL) != NULL)
		markup_print(out, " &middot; was a %s %s", json_text(system,
			"manufacturer", ""), json_text(system, "product", ""));
	markup_print(out, "</p><div class=\"verdict %s\">%s</div><p>%s</p>"
		"</div>", verdict->class, verdict->words,
		parts_reason(parts));
	if (picture != NULL) {
		fputs("<figure><img alt=\"The screen of the booted virtual "
		      "machine\" src=\"data:image/png;base64,", out);
		print_base64(out, (const unsigned char *)picture, bytes);
		fputs("\"><figcaption>The virtual machine&#39;s screen at the "
		      "end of the proof</figcaption></figure>", out);
	}
	fputs("</header>\n", out);
}

static void
tile(FILE *out, const char *value, const char *caption)
{
	markup_print(out, "<div class=\"tile\"><b>%s</b><span>%s</span></div>",
		value, caption);
}

static double
total_seconds(const struct parts *parts)
{
	const json_t *stage;
	double total = 0;
	size_t i;

	json_array_foreach(json_object_get(parts->session, "stages"), i, stage)
		total += parts_seconds(stage, "seconds");
	return total;
}

static void
print_tiles(FILE *out, const struct parts *parts)
{
	uint64_t received = json_number(json_object_get(parts->session, "wire"),
		"received_bytes", 0);
	uint64_t size = parts_disk_sum(parts, "size_bytes");
	double seconds = total_seconds(parts);
	char text[32], bytes[16], caption[64];

	fputs("<div class=\"tiles\">", out);
	if (seconds > 0) {
		print_duration(text, seconds);
		tile(out, text, "from start to report");
	}
	if (received > 0) {
		snprintf(caption, sizeof caption, "over the wire, for %s of "
			"disks", progress_bytes(bytes, size));
		tile(out, progress_bytes(text, received), caption);
	}
	snprintf(text, sizeof text, "%zu of %zu", parts_count_open(parts),
		json_array_size(json_object_get(parts->findings, "findings")));
	tile(out, text, "findings are left for a person");
	snprintf(text, sizeof text, "%zu", json_array_size(
		json_object_get(parts->changes, "changes")));
	tile(out, text, "changes in the guest");
	fputs("</div>\n", out);
}

static void
print_steps(FILE *out, const struct parts *parts)
{
	AUTO(json_decrefpp) json_t *steps = parts_next_steps(parts);
	const json_t *step;
	size_t i;

	if (json_array_size(steps) == 0)
		return;
	fputs("<h2>What to do next</h2><div class=\"card\"><ol class=\"next\">",
		out);
	json_array_foreach(steps, i, step)
		markup_print(out, "<li>%s</li>", json_string_value(step));
	fputs("</ol></div>\n", out);
}

static void
fact(FILE *out, const char *name, const char *value)
{
	if (value != NULL && *value != '\0')
		markup_print(out, "<tr><td>%s</td><td>%s</td></tr>", name,
			value);
}

/* A list of texts as one, with ", " between; empty for anything else. */
static char *
join(const json_t *list)
{
	char *text = NULL;
	const json_t *item;
	size_t bytes, i;
	FILE *out = open_memstream(&text, &bytes);

	if (out == NULL)
		return NULL;
	json_array_foreach(list, i, item)
		fprintf(out, "%s%s", i == 0 ? "" : ", ",
			json_string_value(item) == NULL ? "?"
				: json_string_value(item));
	fclose(out);
	return text;
}

static void
print_milestones(FILE *out, const json_t *proof)
{
	const json_t *list = json_object_get(proof, "milestones"), *milestone;
	double whole = parts_seconds(proof, "seconds");
	size_t i;

	if (json_array_size(list) == 0)
		return;
	fputs("<h3>On the way</h3><table><tr><th>Milestone</th>"
	      "<th class=\"n\">After</th><th></th></tr>", out);
	json_array_foreach(list, i, milestone) {
		double seconds = parts_seconds(milestone, "seconds");
		char text[24];

		print_duration(text, seconds);
		markup_print(out, "<tr><td>%s</td><td class=\"n\">%s</td>"
			"<td><div class=\"track\"><i style=\"width:",
			json_text(milestone, "name", "?"), text);
		fprintf(out, "%.0f%%\"></i></div></td></tr>", whole <= 0 ? 0
			: seconds >= whole ? 100 : 100 * seconds / whole);
	}
	fputs("</table>", out);
}

static void
print_expectations(FILE *out, const json_t *proof)
{
	const json_t *list = json_object_get(proof, "expectations"), *item;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	fputs("<h3>Services</h3><table><tr><th>Port</th><th>Address</th>"
	      "<th>Interface</th><th>Answers</th></tr>", out);
	json_array_foreach(list, i, item)
		markup_print(out, "<tr><td>%s</td><td>%s</td><td>%s</td>"
			"<td class=\"%s\">%s</td></tr>",
			json_text(item, "port", "?"),
			json_text(item, "address", ""),
			json_text(item, "interface", ""),
			json_flag(item, "answered", 0) ? "ok" : "no",
			json_flag(item, "answered", 0) ? "yes" : "no");
	fputs("</table>", out);
}

static void
print_facts(FILE *out, const json_t *proof)
{
	const json_t *facts = json_object_get(proof, "facts"), *item;
	AUTO(freep) char *swap = join(json_object_get(facts, "swap"));
	AUTO(freep) char *failed = join(json_object_get(facts, "failed_units"));
	size_t i;

	if (!json_is_object(facts))
		return;
	fputs("<h3>Seen from inside</h3><table class=\"facts\">", out);
	fact(out, "Kernel", json_text(facts, "kernel", NULL));
	json_array_foreach(json_object_get(facts, "interfaces"), i, item) {
		AUTO(freep) char *addresses = join(json_object_get(item,
			"addresses"));

		markup_print(out, "<tr><td>Interface %s</td><td>%s "
			"<span class=\"soft\">%s</span></td></tr>",
			json_text(item, "name", "?"), addresses == NULL ? ""
				: addresses, json_text(item, "mac", ""));
	}
	json_array_foreach(json_object_get(facts, "mounts"), i, item)
		markup_print(out, "<tr><td>Mount %s</td><td>%s "
			"<span class=\"soft\">%s</span></td></tr>",
			json_text(item, "target", "?"),
			json_text(item, "device", ""),
			json_text(item, "type", ""));
	fact(out, "Swap", swap != NULL && *swap ? swap : "none");
	fact(out, "Failed units", failed != NULL && *failed ? failed : "none");
	fputs("</table>", out);
}

static void
print_isolation(FILE *out, const json_t *proof)
{
	const json_t *isolation = json_object_get(proof, "isolation");

	if (!json_is_object(isolation))
		return;
	markup_print(out, "<h3>Isolation</h3><p>%ju frames were exchanged in "
		"the isolated network. The machine tried %ju times to reach an "
		"address outside of it; %ju frames got an answer from there."
		"</p>",
		(uintmax_t)json_number(isolation, "frames", 0),
		(uintmax_t)json_number(isolation, "attempts_to_outside", 0),
		(uintmax_t)json_number(isolation, "frames_to_outside", 0));
}

static void
print_proof(FILE *out, const struct parts *parts)
{
	const json_t *proof = parts->proof, *problem;
	size_t i;

	fputs("<h2>Boot proof</h2><div class=\"card\">", out);
	if (json_object_size(proof) == 0) {
		markup_print(out, "<p>This machine was not booted, so nothing is "
			"proven. <code>unrack verify %s</code> does it.</p>"
			"</div>\n", parts->machine);
		return;
	}
	markup_print(out, "<p class=\"soft\">Booted %s on a throw-away copy in "
		"an isolated network (%s). Evidence: <code>serial.log</code>, "
		"<code>guest.pcap</code> and <code>boot.png</code> beside this "
		"page.</p>", json_text(proof, "started", "?"),
		strcmp(json_text(proof, "accelerator", ""), "kvm") == 0
			? "KVM" : "software emulation, which is slow");
	json_array_foreach(json_object_get(proof, "problems"), i, problem)
		markup_print(out, "<p><span class=\"tag warn\">problem</span> "
			"%s</p>", json_string_value(problem) == NULL ? "?"
				: json_string_value(problem));
	print_milestones(out, proof);
	print_expectations(out, proof);
	print_facts(out, proof);
	print_isolation(out, proof);
	fputs("</div>\n", out);
}

static void
print_finding(FILE *out, const json_t *finding, const char *severity,
	const char *class)
{
	const json_t *evidence;
	size_t i;

	markup_print(out, "<article class=\"card finding %s\"><h3>"
		"<span class=\"tag %s\">%s</span>%s <code>%s</code></h3>"
		"<p class=\"soft\">%s</p>", severity, class, severity,
		json_text(finding, "title", ""), json_text(finding, "rule", ""),
		json_text(finding, "why", ""));
	if (json_text(finding, "done", NULL) != NULL)
		markup_print(out, "<p><span class=\"ok\">Done:</span> %s</p>",
			json_text(finding, "done", ""));
	else if (*json_text(finding, "action", "") != '\0')
		markup_print(out, "<p><b>To do:</b> %s</p>",
			json_text(finding, "action", ""));
	fputs("<ul class=\"evidence\">", out);
	json_array_foreach(json_object_get(finding, "evidence"), i, evidence)
		markup_print(out, "<li><code>%s</code> %s</li>",
			json_text(evidence, "where", "?"),
			json_text(evidence, "what", ""));
	fputs("</ul></article>\n", out);
}

static void
print_findings(FILE *out, const struct parts *parts)
{
	static const struct {
		const char *severity, *class;
	} kinds[] = {{"blocker", "bad"}, {"warning", "warn"},
		{"information", "info"}};
	const json_t *list = json_object_get(parts->findings, "findings");
	const json_t *finding;
	size_t i;

	fputs("<h2>Findings</h2>\n", out);
	if (json_array_size(list) == 0)
		fputs("<div class=\"card\"><p>Nothing was found.</p></div>\n",
			out);
	for (size_t j = 0; j < sizeof kinds / sizeof kinds[0]; j++)
		json_array_foreach(list, i, finding)
			if (strcmp(json_text(finding, "severity", ""),
				    kinds[j].severity) == 0)
				print_finding(out, finding, kinds[j].severity,
					kinds[j].class);
}

/* One line of a diff in its colour. */
static void
print_diff_line(FILE *out, char *line)
{
	const char *class = "";

	if (strncmp(line, "+++", 3) == 0 || strncmp(line, "---", 3) == 0 ||
		line[0] == '@')
		class = "h";
	else if (line[0] == '+')
		class = "a";
	else if (line[0] == '-')
		class = "d";
	markup_print(out, "<span class=\"%s\">%s</span>", class, line);
}

/* The file names come from our own index, but stay within the folder. */
static void
print_diff(FILE *out, const struct parts *parts, const char *name)
{
	AUTO(freep) char *path = NULL;
	AUTO(freep) char *text = NULL;
	struct error ignored;
	char *rest = NULL;

	if (name == NULL || strchr(name, '/') != NULL)
		return;
	path = io_format("%s/changes/%s", parts->folder, name);
	if (path == NULL || io_read_file(&text, NULL, path, DIFF_LIMIT,
		&ignored) == -1) {
		markup_print(out, "<p class=\"soft small\">The difference is in "
			"<code>changes/%s</code>.</p>", name);
		return;
	}
	fputs("<pre>", out);
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest))
		print_diff_line(out, line);
	fputs("</pre>", out);
}

static void
print_changes(FILE *out, const struct parts *parts)
{
	const json_t *list = json_object_get(parts->changes, "changes");
	const json_t *change;
	size_t i;

	fputs("<h2>Changes in the guest</h2><div class=\"card\">", out);
	if (json_array_size(list) == 0)
		fputs("<p>Nothing was changed.</p>", out);
	json_array_foreach(list, i, change) {
		markup_print(out, "<details><summary><code>%s</code> "
			"<span class=\"tag info\">%s</span> "
			"<span class=\"soft\">%s</span></summary>",
			json_text(change, "path", "?"),
			json_text(change, "kind", "?"),
			json_text(change, "reason", ""));
		print_diff(out, parts, json_text(change, "diff", NULL));
		fputs("</details>", out);
	}
	fputs("</div>\n", out);
}

static void
print_processor(FILE *out, const json_t *cpu)
{
	char text[256];

	if (!json_is_object(cpu))
		return;
	snprintf(text, sizeof text, "%.160s, %" PRIu64 " logical",
		json_text(cpu, "model", "unknown"),
		json_number(cpu, "logical", 0));
	fact(out, "Processor", text);
}

static void
print_source_disks(FILE *out, const json_t *disks)
{
	const json_t *disk;
	char size[16];
	size_t i;

	json_array_foreach(disks, i, disk)
		markup_print(out, "<tr><td>Disk %s</td><td>%s %s "
			"<span class=\"soft\">%s</span></td></tr>",
			json_text(disk, "name", "?"),
			progress_bytes(size, json_number(disk, "size_bytes", 0)),
			json_text(disk, "model", ""),
			json_text(disk, "bus", ""));
}

static void
print_source_nics(FILE *out, const json_t *nics)
{
	const json_t *nic;
	size_t i;

	json_array_foreach(nics, i, nic)
		markup_print(out, "<tr><td>Network %s</td><td>%s "
			"<span class=\"soft\">%s</span></td></tr>",
			json_text(nic, "name", "?"), json_text(nic, "mac", ""),
			json_text(nic, "driver", ""));
}

static void
print_machine(FILE *out, const struct parts *parts)
{
	const json_t *inventory = parts->inventory;
	const json_t *system = json_object_get(inventory, "system");
	const json_t *hardware = json_object_get(parts->guest, "hardware");
	uint64_t memory = json_number(inventory, "memory_bytes", 0);
	char text[128];

	fputs("<h2>The machine</h2><div class=\"card\">"
	      "<table class=\"facts\">", out);
	fact(out, "Host name", json_text(parts->guest, "hostname", NULL));
	fact(out, "Serial number", json_text(system, "serial", NULL));
	fact(out, "Firmware", json_text(parts->guest, "firmware",
		json_text(json_object_get(inventory, "firmware"), "type",
			NULL)));
	print_processor(out, json_object_get(inventory, "cpu"));
	if (memory > 0)
		fact(out, "Memory", progress_bytes(text, memory));
	print_source_disks(out, json_object_get(inventory, "disks"));
	print_source_nics(out, json_object_get(inventory, "nics"));
	if (json_is_object(hardware)) {
		snprintf(text, sizeof text, "%.20s, disks on %.20s, network "
			"cards %.20s", json_text(hardware, "machine", "pc"),
			json_text(hardware, "disk_bus", "?"),
			json_text(hardware, "nic_model", "?"));
		fact(out, "Now virtual", text);
	}
	fputs("</table></div>\n", out);
}

/* The disks' bytes by what became of them, as one bar. */
static void
print_ratio(FILE *out, const struct parts *parts)
{
	const json_t *wire = json_object_get(parts->session, "wire");
	uint64_t size = parts_disk_sum(parts, "size_bytes");
	uint64_t captured = parts_disk_sum(parts, "captured_bytes");
	uint64_t received = json_number(wire, "received_bytes", 0);
	char a[16], b[16], c[16];

	if (size == 0)
		return;
	if (captured > size)
		captured = size;
	if (received > captured)
		received = captured;
	fprintf(out, "<div class=\"bar\"><i class=\"c1\" style=\"width:%.2f%%\">"
		"</i><i class=\"c2\" style=\"width:%.2f%%\"></i><i class=\"c3\" "
		"style=\"flex:1\"></i></div>", 100.0 * (double)received /
			(double)size, 100.0 * (double)(captured - received) /
			(double)size);
	markup_print(out, "<p class=\"small soft\"><span class=\"key c1\">"
		"</span>%s over the wire &nbsp; <span class=\"key c2\"></span>"
		"%s captured in all, compressed on the way &nbsp; "
		"<span class=\"key c3\"></span>%s of disks</p>",
		progress_bytes(a, received), progress_bytes(b, captured),
		progress_bytes(c, size));
}

static void
print_stages(FILE *out, const struct parts *parts)
{
	double whole = total_seconds(parts);
	const json_t *stage;
	size_t i;

	if (whole <= 0)
		return;
	fputs("<table><tr><th>Stage</th><th class=\"n\">Took</th><th></th>"
	      "</tr>", out);
	json_array_foreach(json_object_get(parts->session, "stages"), i, stage) {
		double seconds = parts_seconds(stage, "seconds");
		char text[24];

		print_duration(text, seconds);
		markup_print(out, "<tr><td>%s</td><td class=\"n\">%s</td>"
			"<td><div class=\"track\"><i style=\"width:",
			json_text(stage, "name", "?"), text);
		fprintf(out, "%.1f%%\"></i></div></td></tr>",
			100 * seconds / whole);
	}
	fputs("</table>", out);
}

static void
print_skipped(FILE *out, const json_t *disk)
{
	const json_t *skipped = json_object_get(disk, "skipped");
	char text[16];

	if (json_object_size(skipped) == 0)
		return;
	fputs("<tr><td colspan=\"8\" class=\"soft small\">Left out:", out);
	for (size_t i = 0; parts_skipped[i].key != NULL; i++) {
		uint64_t bytes = json_number(skipped, parts_skipped[i].key, 0);

		markup_print(out, "%s %s (%ju bytes) %s", i == 0 ? "" : ";",
			progress_bytes(text, bytes), (uintmax_t)bytes,
			parts_skipped[i].words);
	}
	fputs("</td></tr>", out);
}

static void
print_estimate(FILE *out, const struct parts *parts)
{
	const json_t *estimate = json_object_get(parts->session, "estimate");
	char read[16], wire[16], time[24];

	if (estimate == NULL)
		return;
	print_duration(time, parts_seconds(estimate, "seconds"));
	markup_print(out, "<p class=\"small soft\">Estimated before the copy: "
		"%s to read, %s over the wire, %s, limited by %s.</p>",
		progress_bytes(read, json_number(estimate, "read_bytes", 0)),
		progress_bytes(wire, json_number(estimate, "wire_bytes", 0)),
		time, json_text(estimate, "limit", "?"));
}

static void
print_reread(FILE *out, const json_t *reread)
{
	char read[16], differing[16];

	if (reread != NULL)
		markup_print(out, ", read a second time: %s of %s differed",
			progress_bytes(differing, json_number(reread,
				"differing_bytes", 0)),
			progress_bytes(read, json_number(reread, "read_bytes",
				0)));
}

static void
print_captured_disks(FILE *out, const json_t *disks)
{
	static const char *const columns[] = {"size_bytes", "captured_bytes",
		"read_bytes", "shared_bytes", "zero_bytes", "skipped_bytes"};
	const json_t *disk;
	char text[16];
	size_t i;

	if (json_array_size(disks) == 0)
		return;
	fputs("<h3>Disks</h3><table><tr><th>Disk</th><th class=\"n\">Size</th>"
	      "<th class=\"n\">Captured</th><th class=\"n\">Read</th>"
	      "<th class=\"n\">Held already</th><th class=\"n\">Zeros</th>"
	      "<th class=\"n\">Not read</th>"
	      "<th class=\"n\">Bad sectors</th></tr>", out);
	json_array_foreach(disks, i, disk) {
		markup_print(out, "<tr class=\"first\"><td>%s</td>",
			json_text(disk, "name", "?"));
		for (size_t j = 0; j < sizeof columns / sizeof *columns; j++)
			markup_print(out, "<td class=\"n\">%s</td>",
				progress_bytes(text, json_number(disk,
					columns[j], 0)));
		markup_print(out, "<td class=\"n\">%ju</td></tr><tr>"
			"<td colspan=\"8\" class=\"soft small\">Root hash "
			"<code>%s</code>",
			(uintmax_t)json_number(disk, "bad_sectors", 0),
			json_text(disk, "root_hash", "-"));
		print_reread(out, json_object_get(disk, "reread"));
		fputs("</td></tr>", out);
		print_skipped(out, disk);
	}
	fputs("</table>", out);
}

static void
print_session(FILE *out, const struct parts *parts)
{
	if (json_object_size(parts->session) == 0)
		return;
	fputs("<h2>Migration</h2><div class=\"card\">", out);
	if (json_is_object(json_object_get(parts->session, "wire")))
		print_ratio(out, parts);
	print_stages(out, parts);
	print_estimate(out, parts);
	print_captured_disks(out, json_object_get(parts->session, "disks"));
	fputs("</div>\n", out);
}

void
page_print(FILE *out, const struct parts *parts)
{
	markup_print(out, "<!DOCTYPE html>\n<html lang=\"en\"><head>"
		"<meta charset=\"utf-8\"><meta name=\"viewport\" "
		"content=\"width=device-width,initial-scale=1\">"
		"<meta http-equiv=\"Content-Security-Policy\" content=\""
		"default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; "
		"img-src data:\"><title>%s: %s</title>\n<style>\n",
		parts->machine, parts_verdict(parts));
	fputs(page_style, out);
	fputs("</style></head><body><main>\n", out);
	print_hero(out, parts);
	print_tiles(out, parts);
	print_steps(out, parts);
	print_proof(out, parts);
	print_findings(out, parts);
	print_changes(out, parts);
	print_machine(out, parts);
	print_session(out, parts);
	markup_print(out, "<footer>Assessed %s. Written by unrack %s.</footer>\n"
		"</main></body></html>\n", json_text(parts->findings,
			"assessed", "at an unknown time"), UNRACK_VERSION);
}
