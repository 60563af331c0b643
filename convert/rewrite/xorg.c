/*
 * Drivers of graphics cards in the configuration of X.  Without its card, such
 * a driver ends the X server; what else the file says, keyboards above all, stays.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "convert/assess/examine.h"
#include "convert/rewrite/comment-out.h"
#include "convert/rewrite/rewriters.h"

/* A word of a line, perhaps in quotes. */
struct word {
	size_t at, bytes;
};

static bool
next_word(const char *text, size_t *at, size_t end, struct word *word)
{
	*at += strspn(text + *at, " \t");
	if (*at >= end || text[*at] == '#')
		return false;
	if (text[*at] == '"') {
		word->at = *at + 1;
		word->bytes = strcspn(text + word->at, "\"\n");
		*at = word->at + word->bytes + (text[word->at + word->bytes] ==
			'"');
		return true;
	}
	word->at = *at;
	word->bytes = strcspn(text + *at, " \t\n");
	*at += word->bytes;
	return true;
}

static bool
word_is(const char *text, const struct word *word, const char *wanted)
{
	return word->bytes == strlen(wanted) &&
		strncasecmp(text + word->at, wanted, word->bytes) == 0;
}

/* Those that need a card of their own, or none that the VM has. */
static bool
is_of_old_card(const char *text, const struct word *word)
{
	static const char *const drivers[] = {"nvidia", "nv", "nouveau",
		"fglrx", "ati", "radeon", "radeonhd", "amdgpu", "r128",
		"mach64", "intel", "i810", "i740", "mga", "matrox", "ast",
		"xgi", "sis", "sisusb", "savage", "s3", "s3virge", "trident",
		"tseng", "rendition", "via", "openchrome", "unichrome", "glint",
		"neomagic", "siliconmotion", "tdfx", "apm", "ark", "chips",
		"cyrix", "geode", "newport", "vmware", "vboxvideo", "vboxdrv",
		"prlvideo", "g200", "psb"};

	for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++) {
		if (word_is(text, word, drivers[i]))
			return true;
	}
	return false;
}

static void
rewrite_line(struct edit *edit, const char *driver, size_t at, size_t end,
	unsigned number, const struct rewrite *rewrite)
{
	const char *text = edit->text;
	struct word key, value;
	size_t start = at;
	char what[64], fresh[64];

	if (!next_word(text, &at, end, &key) ||
		!next_word(text, &at, end, &value))
		return;
	if (word_is(text, &key, "BusID")) {
		edit_replace(edit, start, 0, MARK(TAG_DISPLAY));
		return;
	}
	if (!word_is(text, &key, "Driver") || !is_of_old_card(text, &value))
		return;
	snprintf(what, sizeof what, "%.*s", (int)value.bytes, text + value.at);
	snprintf(fresh, sizeof fresh, "\n\tDriver \"%s\"" MARK_NEW(TAG_DISPLAY),
		driver);
	finding_add(rewrite->findings, "os.x-driver", rewrite->path, number,
		what, "Replaced by a driver that every VM's card has.");
	edit_replace(edit, start, 0, MARK(TAG_DISPLAY));
	edit_replace(edit, end, 0, fresh);
}

static int
rewrite_driver(char **text_out, const char *text, const char *driver,
	const struct rewrite *rewrite, struct error *err)
{
	struct edit edit;
	unsigned number = 0;
	bool in_device = false;

	edit_open(&edit, text);
	for (size_t at = 0; text[at] != '\0';) {
		size_t end = at + strcspn(text + at, "\n"), next = at;
		struct word key, value;

		number++;
		if (next_word(text, &next, end, &key)) {
			if (word_is(text, &key, "EndSection"))
				in_device = false;
			else if (word_is(text, &key, "Section") &&
				next_word(text, &next, end, &value))
				in_device = word_is(text, &value, "Device");
			else if (in_device)
				rewrite_line(&edit, driver, at, end, number,
					rewrite);
		}
		at = end + (text[end] == '\n');
	}
	return edit_close(&edit, text_out, err);
}

int
xorg_rewrite_modesetting(char **text_out, const char *text,
	const struct rewrite *rewrite, struct error *err)
{
	return rewrite_driver(text_out, text, "modesetting", rewrite, err);
}

int
xorg_rewrite_vesa(char **text_out, const char *text,
	const struct rewrite *rewrite, struct error *err)
{
	return rewrite_driver(text_out, text, "vesa", rewrite, err);
}
