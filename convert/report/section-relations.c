/* Whom the machine needs, and where it listens. */
#include "convert/report/sections.h"

#include "common/json.h"
#include "convert/report/frame.h"
#include "convert/report/parts.h"

static void
print_dependencies(FILE *out, const json_t *list)
{
	static const struct frame_column columns[] = {
		{"Kind", "kind", FRAME_TEXT}, {"Host", "host", FRAME_HEADING},
		{"Port", "port", FRAME_NUMBER},
		{"Named in", "where", FRAME_CODE}, {0}};

	if (json_array_size(list) == 0)
		fputs("<p>No other machine is named in its configuration.</p>\n",
			out);
	else
		frame_table(out, "It needs", columns, list);
}

static void
print_listeners(FILE *out, const json_t *list)
{
	static const struct frame_column columns[] = {
		{"Program", "program", FRAME_HEADING},
		{"Protocol", "protocol", FRAME_TEXT},
		{"Port", "port", FRAME_NUMBER}, {"Said in", "where", FRAME_CODE},
		{0}};

	if (json_array_size(list) > 0)
		frame_table(out, "It listens", columns, list);
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
