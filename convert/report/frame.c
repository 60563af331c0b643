/*
 * The frame of a page: head, security policy, sections and small pieces that
 * several of them use.  style.c has the looks, script.c the filters.
 */
#include "convert/report/frame.h"

#include <openssl/evp.h>
#include <stdint.h>
#include <string.h>

#include "common/json.h"
#include "convert/emit/markup.h"
#include "convert/report/words.h"

enum { SHA256_BYTES = 32, SHA256_BASE64_BYTES = 45 };

/* Marks: a shape for each class. */
static const struct {
	const char *class, *path;
} marks[] = {
	{"good", "M3 8.5l3.2 3.2L13 4.8"},
	{"info", "M8 7v5M8 4v.6"},
	{"warn", "M8 2L15 14H1zM8 6.5v3.5M8 12v.4"},
	{"bad", "M4 4l8 8M12 4l-8 8"},
	{"none", "M3 8h10"},
};

/* 'sha256-...' of what stands between the tags. */
static void
print_hash(FILE *out, const char *content)
{
	unsigned char hash[SHA256_BYTES], text[SHA256_BASE64_BYTES];

	if (EVP_Digest(content, strlen(content), hash, NULL, EVP_sha256(),
		    NULL) != 1)
		return; /* the page is then shown without it */
	EVP_EncodeBlock(text, hash, sizeof hash);
	fprintf(out, "'sha256-%s'", (const char *)text);
}

void
frame_begin(FILE *out, const char *title)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	      "<meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\""
	      "default-src 'none'; base-uri 'none'; form-action 'none'; "
	      "img-src data:; style-src ", out);
	print_hash(out, frame_style);
	fputs("; script-src ", out);
	print_hash(out, frame_script);
	markup_print(out, "\">\n<meta name=\"viewport\" content=\""
		"width=device-width, initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<title>%s</title>\n<style>", title);
	fputs(frame_style, out);
	fputs("</style>\n</head>\n<body>\n"
	      "<a class=\"skip\" href=\"#content\">To the content</a>\n", out);
}

void
frame_end(FILE *out)
{
	fputs("<script>", out);
	fputs(frame_script, out);
	fputs("</script>\n</body>\n</html>\n", out);
}

void
frame_section(FILE *out, const char *id, const char *title)
{
	markup_print(out, "<section id=\"%s\" aria-labelledby=\"%s-title\">\n"
		"<h2 id=\"%s-title\">%s</h2>\n", id, id, id, title);
}

void
frame_section_end(FILE *out)
{
	fputs("</section>\n", out);
}

void
frame_word(FILE *out, const struct word *word, const char *class)
{
	const char *path = "";

	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (strcmp(marks[i].class, word->class) == 0)
			path = marks[i].path;
	markup_print(out, "<span class=\"%s %s\"><svg class=\"mark\" "
		"viewBox=\"0 0 16 16\" aria-hidden=\"true\"><path d=\"%s\"/>"
		"</svg>%s</span>", class, word->class, path, word->words);
}

void
frame_share(FILE *out, double share)
{
	double width = share < 0 ? 0 : share > 1 ? 100 : 100 * share;

	fprintf(out, "<svg class=\"share\" viewBox=\"0 0 100 4\" "
		"preserveAspectRatio=\"none\" aria-hidden=\"true\">"
		"<rect class=\"track\" width=\"100\" height=\"4\"/>"
		"<rect class=\"fill\" width=\"%.2f\" height=\"4\"/></svg>",
		width);
}

void
frame_fact(FILE *out, const char *name, const char *value)
{
	if (value != NULL && *value != '\0')
		markup_print(out, "<tr><th scope=\"row\">%s</th><td>%s</td>"
			"</tr>", name, value);
}

static void
print_cell(FILE *out, const struct frame_column *column, const json_t *item)
{
	const char *text = json_text(item, column->key, "");
	uint64_t number = json_number(item, column->key, 0);

	switch (column->cell) {
	case FRAME_TEXT:
		markup_print(out, "<td>%s</td>", text);
		break;
	case FRAME_HEADING:
		markup_print(out, "<th scope=\"row\">%s</th>", text);
		break;
	case FRAME_CODE:
		markup_print(out, "<td><code>%s</code></td>", text);
		break;
	case FRAME_NUMBER:
		if (number == 0)
			fputs("<td class=\"n\"></td>", out);
		else
			markup_print(out, "<td class=\"n\">%ju</td>",
				(uintmax_t)number);
		break;
	}
}

void
frame_table(FILE *out, const char *title, const struct frame_column *columns,
	const json_t *list)
{
	const json_t *item;
	size_t i;

	markup_print(out, "<h3>%s</h3>\n<section class=\"scroll\" "
		"tabindex=\"0\" aria-label=\"%s\"><table><thead><tr>", title,
		title);
	for (const struct frame_column *c = columns; c->title != NULL; c++)
		markup_print(out, c->cell == FRAME_NUMBER
				? "<th scope=\"col\" class=\"n\">%s</th>"
				: "<th scope=\"col\">%s</th>", c->title);
	fputs("</tr></thead><tbody>\n", out);
	json_array_foreach(list, i, item) {
		fputs("<tr>", out);
		for (const struct frame_column *c = columns; c->title != NULL;
			c++)
			print_cell(out, c, item);
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></section>\n", out);
}
