/* A fleet for a browser: tiers, what is common, every machine, who needs whom. */
#include "convert/report/fleet.h"

#include <string.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "common/progress.h"
#include "convert/emit/markup.h"
#include "convert/report/frame.h"
#include "convert/report/uri.h"
#include "convert/report/words.h"

static size_t
count_tier(const struct fleet *fleet, const char *tier)
{
	size_t count = 0;

	for (size_t i = 0; i < fleet->count; i++)
		count += strcmp(word_tier(fleet_tier(fleet, i))->name, tier) == 0;
	return count;
}

static void
print_head(FILE *out, const struct fleet *fleet)
{
	char machines[WORDS_COUNT_BYTES];

	markup_print(out, "<header>\n<p class=\"eyebrow\">Fleet report</p>\n"
		"<h1>%s</h1>\n<nav class=\"contents\" "
		"aria-label=\"Sections\"><ul><li><a href=\"#tiers\">In short</a>"
		"</li><li><a href=\"#common\">Findings</a></li>"
		"<li><a href=\"#machines\">Machines</a></li>"
		"<li><a href=\"#needs\">Who needs whom</a></li></ul></nav>\n"
		"</header>\n", words_count(machines, fleet->count, "machine"));
}

static void
print_tiers(FILE *out, const struct fleet *fleet)
{
	frame_section(out, "tiers", "In short");
	fputs("<ul class=\"tiers\">\n", out);
	for (const struct word *w = word_tiers; w->name != NULL; w++) {
		size_t count = count_tier(fleet, w->name);

		if (count == 0 && *w->name == '\0')
			continue;
		markup_print(out, "<li><strong>%ju</strong>", (uintmax_t)count);
		frame_word(out, w, "badge");
		fputs("</li>\n", out);
	}
	fputs("</ul>\n", out);
	frame_section_end(out);
}

/* Its name; a link when its page is there. */
static void
print_machine_name(FILE *out, const struct parts *parts)
{
	AUTO(freep) char *path = io_format("%s/report.html", parts->folder);
	AUTO(freep) char *uri = path == NULL ? NULL
		: uri_encode(path, strlen(path));

	if (uri != NULL && *path == '/' && access(path, F_OK) == 0)
		markup_print(out, "<a href=\"file://%s\">%s</a>", uri,
			parts->machine);
	else
		markup_print(out, "%s", parts->machine);
}

static void
begin_table(FILE *out, const char *label, const char *const *columns)
{
	markup_print(out, "<section class=\"scroll\" tabindex=\"0\" "
		"aria-label=\"%s\"><table><thead><tr>", label);
	for (; *columns != NULL; columns++)
		if (**columns == '#')
			markup_print(out, "<th scope=\"col\" class=\"n\">%s</th>",
				*columns + 1);
		else
			markup_print(out, "<th scope=\"col\">%s</th>", *columns);
	fputs("</tr></thead><tbody>\n", out);
}

static void
end_table(FILE *out)
{
	fputs("</tbody></table></section>\n", out);
}

static void
print_common(FILE *out, const struct fleet *fleet)
{
	static const char *const columns[] = {"Severity", "Finding",
		"#Machines", "Which", NULL};

	frame_section(out, "common", "Findings, the most common first");
	if (fleet->rule_count == 0)
		fputs("<p>Nothing was found.</p>\n", out);
	else
		begin_table(out, "Table of findings", columns);
	for (size_t i = 0; i < fleet->rule_count; i++) {
		const struct fleet_rule *rule = &fleet->rules[i];

		fputs("<tr><td>", out);
		frame_word(out, word_severity(json_text(rule->finding,
			"severity", "")), "tag");
		markup_print(out, "</td><th scope=\"row\">%s <code>%s</code>"
			"</th><td class=\"n\">%ju of %ju</td><td>",
			json_text(rule->finding, "title", "?"),
			json_text(rule->finding, "rule", "?"),
			(uintmax_t)rule->count, (uintmax_t)fleet->count);
		for (size_t j = 0; j < rule->count; j++)
			markup_print(out, "%s%s", j == 0 ? "" : ", ",
				fleet->parts[rule->machines[j]].machine);
		fputs("</td></tr>\n", out);
	}
	if (fleet->rule_count > 0)
		end_table(out);
	frame_section_end(out);
}

static void
print_machine(FILE *out, const struct fleet *fleet, size_t i)
{
	const struct parts *parts = &fleet->parts[i];
	const json_t *size = json_object_get(parts->findings, "size");
	double downtime = parts_seconds(size, "downtime_seconds");
	char used[16], time[WORDS_DURATION_BYTES];

	fputs("<tr><th scope=\"row\">", out);
	print_machine_name(out, parts);
	fputs("</th><td>", out);
	frame_word(out, word_tier(fleet_tier(fleet, i)), "tag");
	fputs("</td><td>", out);
	frame_word(out, word_verdict(parts_verdict(parts)), "tag");
	markup_print(out, "</td><td class=\"n\">%ju</td><td class=\"n\">%ju</td>"
		"<td class=\"n\">%ju</td><td class=\"n\">%s</td><td>%s</td>"
		"<td class=\"n\">%s</td><td>%s</td></tr>\n",
		(uintmax_t)parts_count(parts, "blocker"),
		(uintmax_t)parts_count(parts, "warning"),
		(uintmax_t)parts_count_open(parts),
		json_number(size, "used_bytes", 0) == 0 ? "-"
			: progress_bytes(used, json_number(size, "used_bytes",
				0)),
		json_text(size, "mode", "-"),
		downtime > 0 ? words_duration(time, downtime) : "-",
		*parts_system(parts) == '\0' ? "not recognised"
					    : parts_system(parts));
}

static void
print_machines(FILE *out, const struct fleet *fleet)
{
	static const char *const columns[] = {"Machine", "Tier", "Boot proof",
		"#Blockers", "#Warnings", "#Left", "#In use", "Way", "#Downtime",
		"System", NULL};

	frame_section(out, "machines", "Machines");
	begin_table(out, "Table of machines", columns);
	for (size_t i = 0; i < fleet->count; i++)
		print_machine(out, fleet, i);
	end_table(out);
	frame_section_end(out);
}

static void
print_links(FILE *out, const struct fleet *fleet)
{
	static const char *const columns[] = {"Machine", "Needs", "Which is",
		"#Port", "For", "Named in", NULL};

	begin_table(out, "Table of who needs whom", columns);
	for (size_t i = 0; i < fleet->link_count; i++) {
		const struct fleet_link *link = &fleet->links[i];
		char port[16] = "";

		if (link->port > 0)
			snprintf(port, sizeof port, "%u", link->port);
		markup_print(out, "<tr><th scope=\"row\">%s</th><td>%s</td>"
			"<td>%s</td><td class=\"n\">%s</td><td>%s</td>"
			"<td><code>%s</code></td></tr>\n",
			fleet->parts[link->from].machine, link->host,
			link->to == FLEET_OUTSIDE ? "none of these"
				: fleet->parts[link->to].machine,
			port, link->kind, link->where);
	}
	end_table(out);
}

void
fleet_page_print(FILE *out, const struct fleet *fleet)
{
	char machines[WORDS_COUNT_BYTES];
	AUTO(freep) char *title = io_format("unrack: %s",
		words_count(machines, fleet->count, "machine"));

	frame_begin(out, title == NULL ? "unrack" : title);
	print_head(out, fleet);
	fputs("<main id=\"content\">\n", out);
	print_tiers(out, fleet);
	print_common(out, fleet);
	print_machines(out, fleet);
	frame_section(out, "needs", "Who needs whom");
	if (fleet->link_count == 0) {
		fputs("<p>None of them names another machine.</p>\n", out);
	} else {
		fleet_graph_print(out, fleet);
		print_links(out, fleet);
	}
	frame_section_end(out);
	fputs("</main>\n<footer>Written by unrack " UNRACK_VERSION ".</footer>\n",
		out);
	frame_end(out);
}
