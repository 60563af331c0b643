/* The report as plain text; page.c is the same for a browser. */
#include "convert/report/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/own.h"
#include "common/progress.h"
#include "convert/report/parts.h"
#include "convert/report/words.h"

/* printf, but control characters that came in by a value become '?'. */
static void
line(FILE *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void
line(FILE *out, const char *format, ...)
{
	AUTO(freep) char *text = NULL;
	va_list list;

	va_start(list, format);
	if (vasprintf(&text, format, list) == -1)
		text = NULL;
	va_end(list);
	for (char *at = text; at != NULL && *at != '\0'; at++)
		fputc((unsigned char)*at < 0x20 || *at == 0x7f ? '?' : *at,
			out);
	fputc('\n', out);
}

static void
heading(FILE *out, const char *title)
{
	fprintf(out, "\n%s\n", title);
	for (size_t i = 0; i < strlen(title); i++)
		fputc('-', out);
	fputc('\n', out);
}

static void
print_summary(FILE *out, const struct parts *parts)
{
	const json_t *system = json_object_get(parts->inventory, "system");
	const json_t *os = json_object_get(parts->guest, "os");
	uint64_t received = json_number(json_object_get(parts->session, "wire"),
		"received_bytes", 0);
	const char *tier = parts_tier(parts);
	AUTO(freep) char *lead = parts_lead(parts);
	char blockers[WORDS_COUNT_BYTES], warnings[WORDS_COUNT_BYTES];
	char a[16], b[16];

	line(out, "%s  %s", parts->machine,
		tier == NULL || parts_is_migrated(parts) ? parts_verdict(parts)
			: word_tier(tier)->words);
	line(out, "  %s", lead == NULL ? parts_reason(parts) : lead);
	fputc('\n', out);
	if (tier != NULL)
		line(out, "  Tier      %s, confidence %s",
			word_tier(tier)->words, json_text(json_object_get(
				parts->findings, "confidence"), "level",
				"unknown"));
	if (json_text(os, "name", NULL) != NULL)
		line(out, "  System    %s", json_text(os, "name", ""));
	if (json_text(system, "product", NULL) != NULL)
		line(out, "  Was       %s %s", json_text(system, "manufacturer",
			""), json_text(system, "product", ""));
	if (received > 0)
		line(out, "  Wire      %s for %s of disks",
			progress_bytes(a, received), progress_bytes(b,
				parts_disk_sum(parts, "size_bytes")));
	line(out, "  Findings  %s, %s, %zu for information; %zu left for a person",
		words_count(blockers, parts_count(parts, "blocker"), "blocker"),
		words_count(warnings, parts_count(parts, "warning"), "warning"),
		parts_count(parts, "information"), parts_count_open(parts));
	line(out, "  Changes   %zu", json_array_size(
		json_object_get(parts->changes, "changes")));
}

static void
print_steps(FILE *out, const struct parts *parts)
{
	AUTO(json_decrefpp) json_t *steps = parts_next_steps(parts);
	const json_t *step;
	size_t i;

	if (json_array_size(steps) == 0)
		return;
	heading(out, "What to do next");
	json_array_foreach(steps, i, step)
		line(out, "%2zu. %s", i + 1, json_string_value(step));
}

static void
print_size(FILE *out, const struct parts *parts)
{
	const json_t *size = json_object_get(parts->findings, "size");
	const json_t *problem;
	char a[16], b[16], c[16], time[WORDS_DURATION_BYTES];
	size_t i;

	if (json_object_size(size) == 0)
		return;
	heading(out, "Size and way");
	line(out, "%ju processors (%s), %s memory, %s of %s disks in use",
		(uintmax_t)json_number(size, "vcpus", 0),
		json_text(size, "cpu_model", "any model"),
		progress_bytes(a, json_number(size, "memory_bytes", 0)),
		progress_bytes(b, json_number(size, "used_bytes", 0)),
		progress_bytes(c, json_number(size, "disk_bytes", 0)));
	line(out, "%s: %s", json_text(size, "mode", "?"),
		json_text(size, "mode_reason", ""));
	if (parts_seconds(size, "downtime_seconds") > 0)
		line(out, "estimated downtime: %s", words_duration(time,
			parts_seconds(size, "downtime_seconds")));
	json_array_foreach(json_object_get(json_object_get(size, "host"),
		"problems"), i, problem)
		line(out, "host: %s", json_is_string(problem)
				? json_string_value(problem) : "?");
}

static void
print_relations(FILE *out, const struct parts *parts)
{
	const json_t *list = json_object_get(parts->findings, "dependencies");
	const json_t *item;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	heading(out, "Connections");
	json_array_foreach(list, i, item)
	{
		uint64_t port = json_number(item, "port", 0);
		char text[32] = "";

		if (port > 0)
			snprintf(text, sizeof text, " port %ju",
				(uintmax_t)port);
		line(out, "%-10s  %s%s (%s)", json_text(item, "kind", "?"),
			json_text(item, "host", "?"), text,
			json_text(item, "where", "?"));
	}
}

static void
print_finding(FILE *out, const json_t *finding)
{
	const json_t *waiver = words_waiver(finding);
	const json_t *evidence;
	size_t i;

	line(out, "%-11s  %s (%s)", json_text(finding, "severity", "?"),
		json_text(finding, "title", ""), json_text(finding, "rule", ""));
	json_array_foreach(json_object_get(finding, "evidence"), i, evidence)
		line(out, "             %s: %s", json_text(evidence, "where",
			"?"), json_text(evidence, "what", ""));
	if (waiver != NULL)
		line(out, "             waived by %s until %s: %s",
			json_text(waiver, "who", "?"),
			json_text(waiver, "until", "?"),
			json_text(waiver, "why", "?"));
	if (json_text(finding, "done", NULL) != NULL)
		line(out, "             done: %s", json_text(finding, "done",
			""));
	else if (*json_text(finding, "action", "") != '\0')
		line(out, "             do: %s", json_text(finding, "action",
			""));
}

static void
print_findings(FILE *out, const struct parts *parts)
{
	static const char *const severities[] = {"blocker", "warning",
		"information"};
	const json_t *list = json_object_get(parts->findings, "findings");
	const json_t *finding;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	heading(out, "Findings");
	for (size_t j = 0; j < 3; j++)
		json_array_foreach(list, i, finding)
			if (strcmp(json_text(finding, "severity", ""),
				    severities[j]) == 0)
				print_finding(out, finding);
}

static void
print_services(FILE *out, const struct parts *parts)
{
	const json_t *list = json_object_get(parts->changes, "services");
	const json_t *service;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	heading(out, "Services that do not start");
	json_array_foreach(list, i, service) {
		const char *name = json_text(service, "name", "?");

		line(out, "%s: %s", name, json_text(service, "title", ""));
		line(out, "    %s %s", json_text(service, "why", ""),
			json_text(service, "advice", ""));
		line(out, "    Back, inside the VM: /var/lib/unrack/undo %s",
			name);
	}
}

static void
print_changes(FILE *out, const struct parts *parts)
{
	const json_t *list = json_object_get(parts->changes, "changes");
	const json_t *change;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	heading(out, "Changes in the guest");
	json_array_foreach(list, i, change)
		line(out, "%-8s  %s: %s", json_text(change, "kind", "?"),
			json_text(change, "path", "?"),
			json_text(change, "reason", ""));
}

static void
print_proof(FILE *out, const struct parts *parts)
{
	const json_t *proof = parts->proof, *item;
	const json_t *isolation = json_object_get(proof, "isolation");
	size_t i;

	if (json_object_size(proof) == 0)
		return;
	heading(out, "Boot proof");
	line(out, "booted %s under %s, watched for %.0f s",
		json_text(proof, "started", "?"),
		json_text(proof, "accelerator", "?"),
		parts_seconds(proof, "seconds"));
	json_array_foreach(json_object_get(proof, "milestones"), i, item)
		line(out, "%7.1f s  %s", parts_seconds(item, "seconds"),
			json_text(item, "name", "?"));
	json_array_foreach(json_object_get(proof, "expectations"), i, item)
		line(out, "%s of %s: %s", json_text(item, "port", "?"),
			json_text(item, "address", "?"),
			json_flag(item, "answered", 0) ? "answers"
						       : "does not answer");
	json_array_foreach(json_object_get(proof, "excused"), i, item)
		line(out, "%s", json_string_value(item) == NULL ? "?"
			: json_string_value(item));
	json_array_foreach(json_object_get(proof, "problems"), i, item)
		line(out, "problem: %s", json_string_value(item) == NULL ? "?"
			: json_string_value(item));
	line(out, "isolation: %" PRIu64 " frames, %" PRIu64
		" attempts to reach the outside, %" PRIu64 " got there",
		json_number(isolation, "frames", 0),
		json_number(isolation, "attempts_to_outside", 0),
		json_number(isolation, "frames_to_outside", 0));
}

static void
print_skipped(FILE *out, const json_t *disk)
{
	const json_t *skipped = json_object_get(disk, "skipped");
	char text[16];

	for (size_t i = 0; parts_skipped[i].key != NULL; i++) {
		uint64_t bytes = json_number(skipped, parts_skipped[i].key, 0);

		if (bytes > 0)
			line(out, "    %" PRIu64 " bytes (%s) %s", bytes,
				progress_bytes(text, bytes),
				parts_skipped[i].words);
	}
}

static void
print_estimate(FILE *out, const struct parts *parts)
{
	const json_t *estimate = json_object_get(parts->session, "estimate");
	char read[16], wire[16];

	if (estimate != NULL)
		line(out, "estimated: %s to read, %s over the wire, %.0f s, "
			"limited by %s", progress_bytes(read,
				json_number(estimate, "read_bytes", 0)),
			progress_bytes(wire, json_number(estimate,
				"wire_bytes", 0)),
			parts_seconds(estimate, "seconds"),
			json_text(estimate, "limit", "?"));
}

/* Rounds of a machine that ran, and the offline pass that is still to come. */
static void
print_pre_copy(FILE *out, const struct parts *parts)
{
	const json_t *pre_copy = json_object_get(parts->session, "pre_copy");
	const json_t *forecast = json_object_get(pre_copy, "forecast"), *round;
	char changed[16], fetched[16], bytes[16];
	size_t i;

	if (pre_copy == NULL)
		return;
	json_array_foreach(json_object_get(pre_copy, "rounds"), i, round)
		line(out, "round %zu: %s changed meanwhile, %s copied in %.0f s",
			i + 1, progress_bytes(changed, json_number(round,
				"changed_bytes", 0)),
			progress_bytes(fetched, json_number(round,
				"fetched_bytes", 0)),
			parts_seconds(round, "compare_seconds") +
				parts_seconds(round, "fetch_seconds"));
	line(out, "pre-copied while it ran, which is no capture: an offline "
		"pass at that moment would have sent about %s in %.0f s",
		progress_bytes(bytes, json_number(forecast, "bytes", 0)),
		parts_seconds(forecast, "seconds"));
}

static void
print_reread(FILE *out, const json_t *reread)
{
	char read[16], differing[16], replaced[16];

	if (reread == NULL)
		return;
	line(out, "    a second read of %s: %s differed, %s of it replaced",
		progress_bytes(read, json_number(reread, "read_bytes", 0)),
		progress_bytes(differing, json_number(reread, "differing_bytes",
			0)),
		progress_bytes(replaced, json_number(reread, "replaced_bytes",
			0)));
}

static void
print_disks(FILE *out, const struct parts *parts)
{
	const json_t *disk;
	size_t i;

	json_array_foreach(json_object_get(parts->session, "disks"), i, disk) {
		char size[16], captured[16], shared[16], skipped[16];

		line(out, "%s: %s, of which %s captured (%s of it held "
			"already), %s never read, %" PRIu64 " bad sectors",
			json_text(disk, "name",
				"?"),
			progress_bytes(size, json_number(disk, "size_bytes", 0)),
			progress_bytes(captured, json_number(disk,
				"captured_bytes", 0)),
			progress_bytes(shared, json_number(disk,
				"shared_bytes", 0)),
			progress_bytes(skipped, json_number(disk,
				"skipped_bytes", 0)),
			json_number(disk, "bad_sectors", 0));
		print_skipped(out, disk);
		line(out, "    root hash %s", json_text(disk, "root_hash", "-"));
		print_reread(out, json_object_get(disk, "reread"));
	}
}

static void
print_session(FILE *out, const struct parts *parts)
{
	const json_t *stages = json_object_get(parts->session, "stages");
	const json_t *stage;
	size_t i;

	if (json_object_size(parts->session) == 0)
		return;
	heading(out, "Migration");
	if (json_number(parts->session, "generation", 0) > 0)
		line(out, "generation %" PRIu64 " of the capture",
			json_number(parts->session, "generation", 0));
	json_array_foreach(stages, i, stage)
		line(out, "%7.1f s  %s", parts_seconds(stage, "seconds"),
			json_text(stage, "name", "?"));
	print_estimate(out, parts);
	print_pre_copy(out, parts);
	if (json_flag(parts->session, "all", 0))
		line(out, "everything was copied (--all): free space, swap and "
			"what is in no partition as well");
	print_disks(out, parts);
}

void
text_print(FILE *out, const struct parts *parts)
{
	print_summary(out, parts);
	print_steps(out, parts);
	print_findings(out, parts);
	print_size(out, parts);
	print_relations(out, parts);
	print_services(out, parts);
	print_changes(out, parts);
	print_proof(out, parts);
	print_session(out, parts);
}
