/* Top of the page: who, how it stands, its screen, the way to the sections. */
#include "convert/report/sections.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/emit/markup.h"
#include "convert/report/frame.h"
#include "convert/report/parts.h"
#include "convert/report/words.h"

enum { PICTURE_LIMIT = 8 << 20 };

/* The booted screen, freed by the caller; NULL when there is no picture. */
static unsigned char *
read_picture(const struct parts *parts, size_t *bytes_out)
{
	AUTO(freep) char *path = io_format("%s/boot.png", parts->folder);
	struct error ignored;
	char *data = NULL;

	if (path == NULL || io_read_file(&data, bytes_out, path, PICTURE_LIMIT,
		    &ignored) == -1)
		return NULL;
	if (*bytes_out >= 8 && memcmp(data, "\x89PNG\r\n\x1a\n", 8) == 0)
		return (unsigned char *)data;
	free(data);
	return NULL;
}

static void
print_picture(FILE *out, const unsigned char *data, size_t bytes)
{
	enum { PIECE = 3 * 1024 };
	unsigned char text[PIECE / 3 * 4 + 1];

	fputs("<figure><img alt=\"The screen of the booted virtual machine\" "
	      "src=\"data:image/png;base64,", out);
	for (size_t at = 0; at < bytes; at += PIECE) {
		size_t piece = bytes - at < PIECE ? bytes - at : PIECE;

		EVP_EncodeBlock(text, data + at, (int)piece);
		fputs((const char *)text, out);
	}
	fputs("\"><figcaption>The virtual machine&#39;s screen at the end of "
	      "the proof</figcaption></figure>", out);
}

static void
print_name(FILE *out, const struct parts *parts)
{
	const json_t *system = json_object_get(parts->inventory, "system");

	markup_print(out, "<p class=\"eyebrow\">%s</p>\n<h1>%s</h1>\n"
		"<p class=\"soft\">%s", parts_is_migrated(parts)
			? "Migration report" : "Assessment report",
		parts->machine, json_text(json_object_get(parts->guest, "os"),
			"name", "Operating system not recognised"));
	if (json_text(system, "product", NULL) != NULL)
		markup_print(out, " &middot; %s %s", json_text(system,
			"manufacturer", ""), json_text(system, "product", ""));
	fputs("</p>\n", out);
}

static void
print_judgements(FILE *out, const struct parts *parts)
{
	fputs("<ul class=\"judgements\">", out);
	if (parts_tier(parts) != NULL) {
		fputs("<li>", out);
		frame_word(out, word_tier(parts_tier(parts)), "badge");
		fputs("</li>", out);
	}
	if (parts_tier(parts) == NULL || parts_is_migrated(parts)) {
		fputs("<li>", out);
		frame_word(out, word_verdict(parts_verdict(parts)), "badge");
		fputs("</li>", out);
	}
	fputs("</ul>\n", out);
}

static void
print_contents(FILE *out)
{
	static const struct {
		const char *id, *title;
	} sections[] = {{"summary", "In short"}, {"findings", "Findings"},
		{"size", "Size"}, {"relations", "Connections"},
		{"disks", "Disks"}, {"changes", "Changes"},
		{"proof", "Boot proof"}, {"session", "Copy"},
		{"machine", "Machine"}};

	fputs("<nav class=\"contents\" aria-label=\"Sections\"><ul>", out);
	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
		markup_print(out, "<li><a href=\"#%s\">%s</a></li>",
			sections[i].id, sections[i].title);
	fputs("</ul></nav>\n", out);
}

void
section_head(FILE *out, const struct parts *parts)
{
	size_t bytes = 0;
	AUTO(freep) unsigned char *picture = read_picture(parts, &bytes);
	AUTO(freep) char *lead = parts_lead(parts);

	markup_print(out, "<header>\n<div class=\"head%s\"><div>\n",
		picture == NULL ? " plain" : "");
	print_name(out, parts);
	print_judgements(out, parts);
	if (lead != NULL)
		markup_print(out, "<p class=\"lead\">%s</p>\n", lead);
	fputs("</div>", out);
	if (picture != NULL)
		print_picture(out, picture, bytes);
	fputs("</div>\n", out);
	print_contents(out);
	fputs("</header>\n", out);
}
