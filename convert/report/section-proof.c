/* Whether the virtual machine booted, and what was seen of it. */
#include "convert/report/sections.h"

#include <inttypes.h>
#include <string.h>

#include "common/json.h"
#include "common/own.h"
#include "convert/emit/markup.h"
#include "convert/report/frame.h"
#include "convert/report/parts.h"
#include "convert/report/words.h"

static void
print_milestones(FILE *out, const json_t *proof)
{
	const json_t *list = json_object_get(proof, "milestones"), *milestone;
	double whole = parts_seconds(proof, "seconds");
	size_t i;

	if (json_array_size(list) == 0)
		return;
	fputs("<h3>On the way</h3>\n<table><thead><tr><th scope=\"col\">"
	      "Milestone</th><th scope=\"col\" class=\"n\">After</th>"
	      "<th scope=\"col\">Of the whole time</th></tr></thead>"
	      "<tbody>\n", out);
	json_array_foreach(list, i, milestone) {
		double seconds = parts_seconds(milestone, "seconds");
		char text[WORDS_DURATION_BYTES];

		markup_print(out, "<tr><th scope=\"row\">%s</th>"
			"<td class=\"n\">%s</td><td>",
			json_text(milestone, "name", "?"),
			words_duration(text, seconds));
		frame_share(out, whole > 0 ? seconds / whole : 0);
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody></table>\n", out);
}

static void
print_expectations(FILE *out, const json_t *proof)
{
	const json_t *list = json_object_get(proof, "expectations"), *item;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	fputs("<h3>Services</h3>\n<table><thead><tr><th scope=\"col\">Port</th>"
	      "<th scope=\"col\">Address</th><th scope=\"col\">Interface</th>"
	      "<th scope=\"col\">Answers</th></tr></thead><tbody>\n", out);
	json_array_foreach(list, i, item) {
		int answered = json_flag(item, "answered", 0);

		markup_print(out, "<tr><th scope=\"row\">%s</th><td>%s</td>"
			"<td>%s</td><td class=\"%s\">%s</td></tr>\n",
			json_text(item, "port", "?"),
			json_text(item, "address", ""),
			json_text(item, "interface", ""),
			answered ? "done" : "open", answered ? "yes" : "no");
	}
	fputs("</tbody></table>\n", out);
}

static void
print_interface(FILE *out, const json_t *interface)
{
	AUTO(freep) char *addresses = words_join(json_object_get(interface,
		"addresses"));

	markup_print(out, "<tr><th scope=\"row\">Interface %s</th><td>%s "
		"<span class=\"soft\">%s</span></td></tr>",
		json_text(interface, "name", "?"),
		addresses == NULL ? "" : addresses,
		json_text(interface, "mac", ""));
}

static void
print_facts(FILE *out, const json_t *proof)
{
	const json_t *facts = json_object_get(proof, "facts"), *item;
	AUTO(freep) char *swap = words_join(json_object_get(facts, "swap"));
	AUTO(freep) char *failed = words_join(json_object_get(facts,
		"failed_units"));
	size_t i;

	if (!json_is_object(facts))
		return;
	fputs("<h3>Seen from inside</h3>\n<table class=\"facts\"><tbody>", out);
	frame_fact(out, "Kernel", json_text(facts, "kernel", NULL));
	json_array_foreach(json_object_get(facts, "interfaces"), i, item)
		print_interface(out, item);
	json_array_foreach(json_object_get(facts, "mounts"), i, item)
		markup_print(out, "<tr><th scope=\"row\">Mount %s</th><td>%s "
			"<span class=\"soft\">%s</span></td></tr>",
			json_text(item, "target", "?"),
			json_text(item, "device", ""),
			json_text(item, "type", ""));
	frame_fact(out, "Swap", swap != NULL && *swap ? swap : "none");
	frame_fact(out, "Failed units",
		failed != NULL && *failed ? failed : "none");
	fputs("</tbody></table>\n", out);
}

static void
print_isolation(FILE *out, const json_t *proof)
{
	const json_t *isolation = json_object_get(proof, "isolation");

	if (!json_is_object(isolation))
		return;
	markup_print(out, "<h3>Isolation</h3>\n<p>%ju frames were exchanged in "
		"the isolated network. The machine tried %ju times to reach an "
		"address outside of it; %ju frames got an answer from there."
		"</p>\n",
		(uintmax_t)json_number(isolation, "frames", 0),
		(uintmax_t)json_number(isolation, "attempts_to_outside", 0),
		(uintmax_t)json_number(isolation, "frames_to_outside", 0));
}

static void
print_run(FILE *out, const json_t *proof)
{
	const json_t *problem;
	size_t i;

	markup_print(out, "<p class=\"soft\">Booted %s on a throw-away copy in "
		"an isolated network (%s). Evidence: <code>serial.log</code>, "
		"<code>guest.pcap</code> and <code>boot.png</code> beside this "
		"page.</p>\n", json_text(proof, "started", "?"),
		strcmp(json_text(proof, "accelerator", ""), "kvm") == 0
			? "KVM" : "software emulation, which is slow");
	json_array_foreach(json_object_get(proof, "excused"), i, problem)
		markup_print(out, "<p>%s</p>\n", json_is_string(problem)
			? json_string_value(problem) : "?");
	json_array_foreach(json_object_get(proof, "problems"), i, problem)
		markup_print(out, "<p><span class=\"open\">Problem:</span> %s"
			"</p>\n", json_is_string(problem)
				? json_string_value(problem) : "?");
}

void
section_proof(FILE *out, const struct parts *parts)
{
	const json_t *proof = parts->proof;

	frame_section(out, "proof", "Boot proof");
	if (!parts_is_migrated(parts)) {
		markup_print(out, "<p>An assessment boots nothing. Once it is "
			"converted, the virtual machine is started in isolation "
			"and judged.</p>\n");
	} else if (json_object_size(proof) == 0) {
		markup_print(out, "<p>This machine was not booted, so nothing is "
			"proven. <code>unrack verify %s</code> does it.</p>\n",
			parts->machine);
	} else {
		print_run(out, proof);
		print_milestones(out, proof);
		print_expectations(out, proof);
		print_facts(out, proof);
		print_isolation(out, proof);
	}
	frame_section_end(out);
}
