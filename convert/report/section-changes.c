/* What the conversion changed in the guest: each file, before and after. */
#include "convert/report/sections.h"

#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/emit/markup.h"
#include "convert/report/frame.h"
#include "convert/report/parts.h"

enum { DIFF_LIMIT = 256 << 10 };

/* One line of a diff in its colour; its first character says the same. */
static void
print_line(FILE *out, const char *line)
{
	const char *class = "";

	if (strncmp(line, "+++", 3) == 0 || strncmp(line, "---", 3) == 0 ||
		line[0] == '@')
		class = "h";
	else if (line[0] == '+')
		class = "a";
	else if (line[0] == '-')
		class = "d";
	markup_print(out, "<span class=\"%s\">%s</span>", class, line);
}

/* The file names come from our own index, but stay within the folder. */
static void
print_diff(FILE *out, const struct parts *parts, const char *name)
{
	AUTO(freep) char *path = NULL;
	AUTO(freep) char *text = NULL;
	struct error ignored;
	char *rest = NULL;

	if (name == NULL || strchr(name, '/') != NULL)
		return;
	path = io_format("%s/changes/%s", parts->folder, name);
	if (path == NULL || io_read_file(&text, NULL, path, DIFF_LIMIT,
		&ignored) == -1) {
		markup_print(out, "<p class=\"soft small\">The difference is in "
			"<code>changes/%s</code>.</p>", name);
		return;
	}
	fputs("<pre>", out);
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest))
		print_line(out, line);
	fputs("</pre>", out);
}

static void
print_content(FILE *out, const char *name, const json_t *content)
{
	const char *target = json_text(content, "target", NULL);

	if (target != NULL)
		markup_print(out, "<p class=\"soft small\">%s: to "
			"<code>%s</code></p>", name, target);
	else if (json_is_object(content))
		markup_print(out, "<p class=\"soft small\">%s: %ju bytes, "
			"<code>%s</code></p>", name,
			(uintmax_t)json_number(content, "bytes", 0),
			json_text(content, "hash", "-"));
}

/* What does not start any more, and the way back. */
static void
print_services(FILE *out, const json_t *list)
{
	static const struct frame_column columns[] = {
		{"Service", "name", FRAME_HEADING}, {"It is", "title", FRAME_TEXT},
		{"Why", "why", FRAME_TEXT}, {"Then", "advice", FRAME_TEXT}, {0}};

	if (json_array_size(list) == 0)
		return;
	frame_table(out, "Services that do not start", columns, list);
	fputs("<p>Inside the VM, <code>/var/lib/unrack/undo NAME</code> brings "
	      "one back, and <code>/var/lib/unrack/undo --list</code> tells what "
	      "was done.</p>\n<h3>Files</h3>\n", out);
}

void
section_changes(FILE *out, const struct parts *parts)
{
	const json_t *list = json_object_get(parts->changes, "changes");
	const json_t *change;
	size_t i;

	frame_section(out, "changes", "Changes in the guest");
	print_services(out, json_object_get(parts->changes, "services"));
	fputs("<div class=\"changes\">\n", out);
	if (json_array_size(list) == 0)
		fputs("<p>Nothing was changed.</p>\n", out);
	json_array_foreach(list, i, change) {
		markup_print(out, "<details><summary><code>%s</code> %s "
			"<span class=\"soft\">%s</span></summary>\n",
			json_text(change, "path", "?"),
			json_text(change, "kind", "?"),
			json_text(change, "reason", ""));
		print_diff(out, parts, json_text(change, "diff", NULL));
		print_content(out, "Before", json_object_get(change, "before"));
		print_content(out, "After", json_object_get(change, "after"));
		fputs("</details>\n", out);
	}
	fputs("</div>\n", out);
	frame_section_end(out);
}
