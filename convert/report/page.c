/*
 * The report for a browser.  Every value goes through markup_print(), which
 * escapes it; what is printed otherwise is a literal or was encoded by us.
 * Read section-head.c next; text.c is the same for a terminal.
 */
#include "convert/report/page.h"

#include "common/json.h"
#include "common/own.h"
#include "convert/emit/markup.h"
#include "convert/report/frame.h"
#include "convert/report/parts.h"
#include "convert/report/sections.h"

void
page_print(FILE *out, const struct parts *parts)
{
	AUTO(freep) char *title = parts_title(parts);

	frame_begin(out, title == NULL ? parts->machine : title);
	section_head(out, parts);
	fputs("<main id=\"content\">\n", out);
	section_summary(out, parts);
	section_findings(out, parts);
	section_size(out, parts);
	section_relations(out, parts);
	section_disks(out, parts);
	section_changes(out, parts);
	section_proof(out, parts);
	section_session(out, parts);
	section_machine(out, parts);
	markup_print(out, "</main>\n<footer>Assessed %s. Written by unrack %s."
		"</footer>\n", json_text(parts->findings, "assessed",
			"at an unknown time"), UNRACK_VERSION);
	frame_end(out);
}
