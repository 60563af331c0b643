/*
 * The report: one account of a migration in several formats, put together from
 * what the stages left (parts.c).  Read text.c for the order of things.
 */
#include "convert/report/report.h"

#include <errno.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/report/csv.h"
#include "convert/report/page.h"
#include "convert/report/parts.h"
#include "convert/report/sarif.h"
#include "convert/report/text.h"
#include "convert/state/machine.h"

/* Everything in one object, each part under its name; null where missing. */
static void
json_print(FILE *out, const struct parts *parts)
{
	AUTO(json_decrefpp) json_t *whole = json_object();
	AUTO(json_decrefpp) json_t *steps = parts_next_steps(parts);
	const struct {
		const char *name;
		json_t *part;
	} list[] = {
		{"inventory", parts->inventory}, {"guest", parts->guest},
		{"layout", parts->layout},
		{"findings", parts->findings}, {"changes", parts->changes},
		{"session", parts->session}, {"proof", parts->proof},
	};

	json_set_text(whole, "format", "unrack-report/1");
	json_set_text(whole, "machine", parts->machine);
	json_set_text(whole, "verdict", parts_verdict(parts));
	json_set_text(whole, "reason", parts_reason(parts));
	json_object_set(whole, "next_steps", steps);
	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
		json_object_set_new(whole, list[i].name,
			json_object_size(list[i].part) == 0 ? json_null()
				: json_incref(list[i].part));
	if (json_dumpf(whole, out, JSON_INDENT(2)) == -1)
		return;
	fputc('\n', out);
}

static const struct format {
	const char *name, *file;
	void (*print)(FILE *out, const struct parts *parts);
} formats[] = {
	{"text", "report.txt", text_print},
	{"html", "report.html", page_print},
	{"json", NULL, json_print},
	{"sarif", NULL, sarif_print},
	{"csv", NULL, csv_print},
};

static int
write_one(const struct format *format, const struct parts *parts,
	struct error *err)
{
	AUTO(freep) char *path = io_format("%s/%s", parts->folder,
		format->file);
	AUTO(freep) char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	if (out == NULL || path == NULL) {
		if (out != NULL)
			fclose(out);
		return error_set(err, ENOMEM, "write the report");
	}
	format->print(out, parts);
	if (fclose(out) != 0)
		return error_set(err, ENOMEM, "write the report");
	return io_write_file(path, text, bytes, 0600, err);
}

int
report_write(const struct machine *machine, struct error *err)
{
	AUTO(parts_release) struct parts parts = {0};

	if (parts_read(&parts, machine, err) == -1)
		return error_add(err, "report on %s", machine->name);
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
		if (formats[i].file != NULL &&
			write_one(&formats[i], &parts, err) == -1)
			return error_add(err, "report on %s", machine->name);
	return 0;
}

static const struct format *
find_format(const char *name)
{
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}

int
report_check_format(const char *format, struct error *err)
{
	if (find_format(format) != NULL)
		return 0;
	error_set(err, 0, "no report in the format \"%s\"", format);
	return error_hint(err, "There are text, json, html, sarif and csv.");
}

int
report_print(const struct machine *machine, const char *format, FILE *out,
	struct error *err)
{
	AUTO(parts_release) struct parts parts = {0};
	const struct format *chosen = find_format(format);

	if (chosen == NULL)
		return report_check_format(format, err);
	if (parts_read(&parts, machine, err) == -1)
		return error_add(err, "report on %s", machine->name);
	chosen->print(out, &parts);
	if (fflush(out) != 0 || ferror(out))
		return error_set(err, errno, "write the report");
	return 0;
}
