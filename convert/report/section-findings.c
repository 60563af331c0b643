/*
 * The findings, the gravest first, with their evidence folded away, and the
 * filters, which script.c shows when it runs.
 */
#include "convert/report/sections.h"

#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/own.h"
#include "convert/emit/markup.h"
#include "convert/report/frame.h"
#include "convert/report/parts.h"
#include "convert/report/words.h"

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Every group that occurs, once, as choices. */
static void
print_groups(FILE *out, const json_t *list)
{
	size_t count = 0, i;
	AUTO(freep) const char **groups = calloc(json_array_size(list) + 1,
		sizeof *groups);
	const json_t *finding;

	if (groups == NULL)
		return;
	json_array_foreach(list, i, finding)
		groups[count++] = json_text(finding, "group", "other");
	qsort(groups, count, sizeof *groups, by_name);
	for (i = 0; i < count; i++) {
		AUTO(freep) char *words = words_group(groups[i]);

		if (i == 0 || strcmp(groups[i], groups[i - 1]) != 0)
			markup_print(out, "<option value=\"%s\">%s</option>",
				groups[i], words == NULL ? groups[i] : words);
	}
}

static void
print_filters(FILE *out, const struct parts *parts, const json_t *list)
{
	fputs("<fieldset id=\"filters\" hidden><legend>Show</legend>\n", out);
	for (const struct word *w = word_severities; w->name != NULL; w++)
		markup_print(out, "<label><input type=\"checkbox\" "
			"name=\"severity\" value=\"%s\" checked>%s (%ju)"
			"</label>\n", w->name, w->words,
			(uintmax_t)parts_count(parts, w->name));
	fputs("<label><input type=\"checkbox\" id=\"filter-open\">"
	      "Only what is left for a person</label>\n"
	      "<label>Group <select id=\"filter-group\">"
	      "<option value=\"\">All</option>", out);
	print_groups(out, list);
	fputs("</select></label>\n<label>Text <input type=\"search\" "
	      "id=\"filter-text\"></label>\n<button type=\"button\" "
	      "id=\"filter-evidence\" aria-pressed=\"false\">Open all evidence"
	      "</button>\n<p id=\"filter-shown\" role=\"status\"></p>"
	      "</fieldset>\n", out);
}

static void
print_remediation(FILE *out, const json_t *finding)
{
	const json_t *remediation = json_object_get(finding, "remediation");
	const char *text = json_text(remediation, "text", "");
	const char *kind = json_text(remediation, "kind", "hint");

	if (*text == '\0' || strcmp(text, json_text(finding, "action", "")) == 0)
		return;
	if (strcmp(kind, "hint") == 0)
		markup_print(out, "<p><b>How:</b> %s</p>\n", text);
	else
		markup_print(out, "<details><summary>How: %s</summary><pre>"
			"<span>%s</span></pre></details>\n", kind, text);
}

static void
print_what_to_do(FILE *out, const json_t *finding)
{
	const json_t *waiver = words_waiver(finding);

	if (waiver != NULL)
		markup_print(out, "<p><b>Waived</b> by %s until %s: %s</p>\n",
			json_text(waiver, "who", "?"),
			json_text(waiver, "until", "?"),
			json_text(waiver, "why", "?"));
	if (json_text(finding, "done", NULL) != NULL)
		markup_print(out, "<p><span class=\"done\">Done:</span> %s</p>\n",
			json_text(finding, "done", ""));
	else if (*json_text(finding, "action", "") != '\0')
		markup_print(out, "<p><b>To do:</b> %s</p>\n",
			json_text(finding, "action", ""));
	print_remediation(out, finding);
}

static void
print_evidence(FILE *out, const json_t *finding)
{
	const json_t *list = json_object_get(finding, "evidence"), *evidence;
	size_t count = json_array_size(list), i;
	char places[WORDS_COUNT_BYTES];

	if (count == 0)
		return;
	markup_print(out, "<details class=\"evidence\"><summary>Evidence: "
		"%s</summary>\n<ul class=\"places\">",
		words_count(places, count, "place"));
	json_array_foreach(list, i, evidence)
		markup_print(out, "<li><code>%s</code> %s</li>",
			json_text(evidence, "where", "?"),
			json_text(evidence, "what", ""));
	fputs("</ul></details>\n", out);
}

static void
print_finding(FILE *out, const json_t *finding, const struct word *severity)
{
	const char *group = json_text(finding, "group", "other");
	const char *confidence = json_text(finding, "confidence", NULL);
	AUTO(freep) char *words = words_group(group);

	markup_print(out, "<article class=\"finding\" data-severity=\"%s\" "
		"data-group=\"%s\" data-open=\"%s\">\n<h3>", severity->name,
		group, parts_finding_is_open(finding) ? "yes" : "no");
	frame_word(out, severity, "tag");
	markup_print(out, "%s</h3>\n<p class=\"meta\">%s &middot; <code>%s"
		"</code>", json_text(finding, "title", ""),
		words == NULL ? group : words,
		json_text(finding, "rule", ""));
	if (confidence != NULL)
		markup_print(out, " &middot; %s", confidence);
	markup_print(out, "</p>\n<p>%s</p>\n", json_text(finding, "why", ""));
	if (*json_text(finding, "effect", "") != '\0')
		markup_print(out, "<p><b>unrack:</b> %s</p>\n",
			json_text(finding, "effect", ""));
	print_what_to_do(out, finding);
	print_evidence(out, finding);
	fputs("</article>\n", out);
}

void
section_findings(FILE *out, const struct parts *parts)
{
	const json_t *list = json_object_get(parts->findings, "findings");
	const json_t *finding;
	size_t i;

	frame_section(out, "findings", "Findings");
	if (json_array_size(list) == 0)
		fputs("<p>Nothing was found.</p>\n", out);
	else
		print_filters(out, parts, list);
	for (const struct word *w = word_severities; w->name != NULL; w++)
		json_array_foreach(list, i, finding)
			if (strcmp(json_text(finding, "severity", ""), w->name)
				== 0)
				print_finding(out, finding, w);
	frame_section_end(out);
}
