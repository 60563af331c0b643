/* Findings as comma-separated values; sarif.c is for other programs' tools. */
#include "convert/report/csv.h"

#include <stdarg.h>
#include <string.h>

#include "common/json.h"
#include "convert/report/parts.h"
#include "convert/report/words.h"

void
csv_cell(FILE *out, const char *text)
{
	const char *first = text + strspn(text, " \t\r\n");

	fputc('"', out);
	if (*first != '\0' && strchr("=+-@", *first) != NULL)
		fputc('\'', out);
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"')
			fputc('"', out);
		fputc((c < 0x20 && c != '\n') || c == 0x7f ? '?' : c, out);
	}
	fputc('"', out);
}

void
csv_line(FILE *out, const char *first, ...)
{
	va_list list;

	va_start(list, first);
	csv_cell(out, first);
	for (const char *text; (text = va_arg(list, const char *)) != NULL;) {
		fputc(',', out);
		csv_cell(out, text);
	}
	va_end(list);
	fputs("\r\n", out);
}

static void
print_place(FILE *out, const char *machine, const json_t *finding,
	const json_t *evidence)
{
	const json_t *remediation = json_object_get(finding, "remediation");
	const json_t *waiver = words_waiver(finding);

	csv_line(out, machine, json_text(finding, "rule", ""),
		json_text(finding, "severity", ""),
		json_text(finding, "group", ""),
		json_text(finding, "confidence", ""),
		json_text(finding, "title", ""),
		json_text(evidence, "where", ""),
		json_text(evidence, "what", ""), json_text(finding, "why", ""),
		json_text(finding, "effect", ""),
		json_text(finding, "action", ""),
		json_text(finding, "done", ""),
		json_text(remediation, "kind", ""),
		json_text(remediation, "text", ""),
		json_text(waiver, "who", ""), json_text(waiver, "why", ""),
		json_text(waiver, "until", ""), NULL);
}

void
csv_print(FILE *out, const struct parts *parts)
{
	const json_t *list = json_object_get(parts->findings, "findings");
	const json_t *finding, *evidence;
	size_t i, j;

	csv_line(out, "machine", "rule", "severity", "group", "confidence",
		"title", "where", "what", "why", "effect", "action", "done",
		"remediation_kind", "remediation", "waived_by", "waived_why",
		"waived_until", NULL);
	json_array_foreach(list, i, finding) {
		const json_t *places = json_object_get(finding, "evidence");

		if (json_array_size(places) == 0)
			print_place(out, parts->machine, finding, NULL);
		json_array_foreach(places, j, evidence)
			print_place(out, parts->machine, finding, evidence);
	}
}
