/* A fleet as text, CSV and JSON. */
#include "convert/report/fleet.h"

#include <errno.h>
#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "common/own.h"
#include "common/progress.h"
#include "convert/report/csv.h"
#include "convert/report/words.h"

static const json_t *
size_of(const struct parts *parts)
{
	return json_object_get(parts->findings, "size");
}

/* Control characters of a guest do not reach the terminal. */
static void
safely(FILE *out, const char *text)
{
	for (; *text != '\0'; text++)
		fputc((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text,
			out);
}

static void
print_text_machines(FILE *out, const struct fleet *fleet)
{
	char used[16];

	fprintf(out, "%-20s %-18s %8s %8s %8s  %-10s %s\n", "MACHINE", "TIER",
		"BLOCKERS", "WARNINGS", "IN USE", "WAY", "SYSTEM");
	for (size_t i = 0; i < fleet->count; i++) {
		const struct parts *parts = &fleet->parts[i];
		const char *mode = json_text(size_of(parts), "mode", "-");

		fprintf(out, "%-20s %-18s %8zu %8zu %8s  ", parts->machine,
			word_tier(fleet_tier(fleet, i))->words,
			parts_count(parts, "blocker"),
			parts_count(parts, "warning"),
			progress_bytes(used, json_number(size_of(parts),
				"used_bytes", 0)));
		safely(out, mode);
		fprintf(out, "%*s ", (int)(strlen(mode) < 10
				? 10 - strlen(mode) : 0), "");
		safely(out, parts_system(parts));
		fputc('\n', out);
	}
}

static void
print_text_links(FILE *out, const struct fleet *fleet)
{
	if (fleet->link_count > 0)
		fputs("\nNeeds\n-----\n", out);
	for (size_t i = 0; i < fleet->link_count; i++) {
		const struct fleet_link *link = &fleet->links[i];

		fprintf(out, "%s -> ", fleet->parts[link->from].machine);
		if (link->to == FLEET_OUTSIDE)
			fputs("(outside) ", out);
		else
			fprintf(out, "%s ", fleet->parts[link->to].machine);
		safely(out, link->host);
		if (link->port > 0)
			fprintf(out, " port %u", link->port);
		fputs(", ", out);
		safely(out, link->kind);
		fputs(" (", out);
		safely(out, link->where);
		fputs(")\n", out);
	}
}

static void
text_print(FILE *out, const struct fleet *fleet)
{
	print_text_machines(out, fleet);
	if (fleet->rule_count > 0)
		fputs("\nFindings, the most common first\n"
		      "-------------------------------\n", out);
	for (size_t i = 0; i < fleet->rule_count; i++) {
		const json_t *finding = fleet->rules[i].finding;

		fprintf(out, "%3zu of %zu  ", fleet->rules[i].count,
			fleet->count);
		safely(out, json_text(finding, "severity", "?"));
		fputs("  ", out);
		safely(out, json_text(finding, "title", "?"));
		fputs(" (", out);
		safely(out, json_text(finding, "rule", "?"));
		fputs(")\n", out);
	}
	print_text_links(out, fleet);
}

/* What is not known is empty, and not 0. */
static void
print_number(char text[24], const json_t *object, const char *key)
{
	*text = '\0';
	if (json_is_number(json_object_get(object, key)))
		snprintf(text, 24, "%ju",
			(uintmax_t)json_number(object, key, 0));
}

static void
csv_print_machines(FILE *out, const struct fleet *fleet)
{
	static const char *const keys[] = {"vcpus", "memory_bytes",
		"disk_bytes", "used_bytes", "downtime_seconds"};

	csv_line(out, "machine", "tier", "verdict", "system", "mode",
		"cpu_model", "blockers", "warnings", "open", "vcpus",
		"memory_bytes", "disk_bytes", "used_bytes", "downtime_seconds",
		NULL);
	for (size_t i = 0; i < fleet->count; i++) {
		const struct parts *parts = &fleet->parts[i];
		char counts[3][24], numbers[5][24];

		snprintf(counts[0], 24, "%zu", parts_count(parts, "blocker"));
		snprintf(counts[1], 24, "%zu", parts_count(parts, "warning"));
		snprintf(counts[2], 24, "%zu", parts_count_open(parts));
		for (size_t j = 0; j < 5; j++)
			print_number(numbers[j], size_of(parts), keys[j]);
		csv_line(out, parts->machine, fleet_tier(fleet, i),
			parts_verdict(parts), parts_system(parts),
			json_text(size_of(parts), "mode", ""),
			json_text(size_of(parts), "cpu_model", ""), counts[0],
			counts[1], counts[2], numbers[0], numbers[1],
			numbers[2], numbers[3], numbers[4], NULL);
	}
}

static json_t *
machine_json(const struct fleet *fleet, size_t i)
{
	const struct parts *parts = &fleet->parts[i];
	json_t *size = json_object_get(parts->findings, "size");

	return json_pack("{s:s, s:s?, s:s, s:s?, s:I, s:I, s:I, s:O}", "name",
		parts->machine, "tier", parts_tier(parts), "verdict",
		parts_verdict(parts), "system", parts_system(parts), "blockers",
		(json_int_t)parts_count(parts, "blocker"), "warnings",
		(json_int_t)parts_count(parts, "warning"), "open",
		(json_int_t)parts_count_open(parts), "size",
		size == NULL ? json_null() : size);
}

static json_t *
link_json(const struct fleet *fleet, const struct fleet_link *link)
{
	return json_pack("{s:s, s:s?, s:s, s:o, s:s, s:s}", "from",
		fleet->parts[link->from].machine, "to",
		link->to == FLEET_OUTSIDE ? NULL
					  : fleet->parts[link->to].machine,
		"host", link->host, "port", link->port == 0
			? json_null() : json_integer(link->port), "kind", link->kind,
		"where", link->where);
}

static json_t *
rule_json(const struct fleet *fleet, const struct fleet_rule *rule)
{
	json_t *machines = json_array();

	for (size_t i = 0; i < rule->count; i++)
		json_array_append_new(machines, json_string(
			fleet->parts[rule->machines[i]].machine));
	return json_pack("{s:s, s:s, s:s, s:o}", "rule",
		json_text(rule->finding, "rule", "?"), "title",
		json_text(rule->finding, "title", "?"), "severity",
		json_text(rule->finding, "severity", "?"), "machines", machines);
}

static void
json_print(FILE *out, const struct fleet *fleet)
{
	json_t *machines = json_array(), *links = json_array();
	json_t *rules = json_array();
	AUTO(json_decrefpp) json_t *whole = NULL;

	for (size_t i = 0; i < fleet->count; i++)
		json_array_append_new(machines, machine_json(fleet, i));
	for (size_t i = 0; i < fleet->link_count; i++)
		json_array_append_new(links, link_json(fleet, &fleet->links[i]));
	for (size_t i = 0; i < fleet->rule_count; i++)
		json_array_append_new(rules, rule_json(fleet, &fleet->rules[i]));
	whole = json_pack("{s:s, s:o, s:o, s:o}", "format", "unrack-fleet/1",
		"machines", machines, "findings", rules, "dependencies", links);
	if (whole != NULL && json_dumpf(whole, out, JSON_INDENT(2)) == 0)
		fputc('\n', out);
}

static const struct {
	const char *name;
	void (*print)(FILE *out, const struct fleet *fleet);
} formats[] = {
	{"text", text_print},
	{"html", fleet_page_print},
	{"json", json_print},
	{"csv", csv_print_machines},
};

static size_t
find_format(const char *format)
{
	size_t i = 0;

	while (i < sizeof formats / sizeof formats[0] &&
		strcmp(formats[i].name, format) != 0)
		i++;
	return i;
}

int
fleet_check_format(const char *format, struct error *err)
{
	if (find_format(format) < sizeof formats / sizeof formats[0])
		return 0;
	error_set(err, 0, "no report of several machines in the format "
		"\"%s\"", format);
	return error_hint(err, "There are text, html, json and csv.");
}

int
fleet_print(const struct fleet *fleet, const char *format, FILE *out,
	struct error *err)
{
	if (fleet_check_format(format, err) == -1)
		return -1;
	formats[find_format(format)].print(out, fleet);
	if (fflush(out) != 0 || ferror(out))
		return error_set(err, errno, "write the report");
	return 0;
}
