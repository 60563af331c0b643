/* Whom the machine needs, and where it listens. */
#include "convert/report/sections.h"

#include "common/json.h"
#include "convert/emit/markup.h"
#include "convert/report/frame.h"
#include "convert/report/parts.h"

static void
print_port(FILE *out, const json_t *item)
{
	uint64_t port = json_number(item, "port", 0);

	if (port == 0)
		fputs("<td class=\"n\"></td>", out);
	else
		markup_print(out, "<td class=\"n\">%ju</td>", (uintmax_t)port);
}

static void
print_dependencies(FILE *out, const json_t *list)
{
	const json_t *item;
	size_t i;

	if (json_array_size(list) == 0) {
		fputs("<p>No other machine is named in its configuration.</p>\n",
			out);
		return;
	}
	fputs("<h3>It needs</h3>\n<section class=\"scroll\" tabindex=\"0\" "
	      "aria-label=\"What it needs\"><table><thead><tr>"
	      "<th scope=\"col\">Kind</th><th scope=\"col\">Host</th>"
	      "<th scope=\"col\" class=\"n\">Port</th><th scope=\"col\">Named in"
	      "</th></tr></thead><tbody>\n", out);
	json_array_foreach(list, i, item) {
		markup_print(out, "<tr><td>%s</td><th scope=\"row\">%s</th>",
			json_text(item, "kind", "?"),
			json_text(item, "host", "?"));
		print_port(out, item);
		markup_print(out, "<td><code>%s</code></td></tr>\n",
			json_text(item, "where", "?"));
	}
	fputs("</tbody></table></section>\n", out);
}

static void
print_listeners(FILE *out, const json_t *list)
{
	const json_t *item;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	fputs("<h3>It listens</h3>\n<section class=\"scroll\" tabindex=\"0\" "
	      "aria-label=\"Where it listens\"><table><thead>"
	      "<tr><th scope=\"col\">Program</th><th scope=\"col\">Protocol</th>"
	      "<th scope=\"col\" class=\"n\">Port</th><th scope=\"col\">Said in"
	      "</th></tr></thead><tbody>\n", out);
	json_array_foreach(list, i, item) {
		markup_print(out, "<tr><th scope=\"row\">%s</th><td>%s</td>",
			json_text(item, "program", "?"),
			json_text(item, "protocol", ""));
		print_port(out, item);
		markup_print(out, "<td><code>%s</code></td></tr>\n",
			json_text(item, "where", "?"));
	}
	fputs("</tbody></table></section>\n", out);
}

void
section_relations(FILE *out, const struct parts *parts)
{
	frame_section(out, "relations", "Connections");
	print_dependencies(out, json_object_get(parts->findings,
		"dependencies"));
	print_listeners(out, json_object_get(parts->findings, "listeners"));
	frame_section_end(out);
}
