/*
 * The settings from which the next update of GRUB 2 makes grub.cfg.  loader.c
 * edits what it made.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/rewrite/command-line.h"
#include "convert/rewrite/rewriters.h"

/* Settings that make the next update write device names. */
static void
rewrite_switch(struct edit *edit, size_t at, size_t end, unsigned number,
	const struct rewrite *rewrite)
{
	static const char *const keys[] = {"GRUB_DISABLE_LINUX_UUID=",
		"GRUB_DISABLE_UUID="};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		size_t value = at + strlen(keys[i]);
		char line[64];

		if (!string_starts(edit->text + at, keys[i]))
			continue;
		value += edit->text[value] == '"' || edit->text[value] == '\'';
		if (!string_starts(edit->text + value, "true") ||
			isalnum((unsigned char)edit->text[value + 4]))
			return;
		snprintf(line, sizeof line, "%.*s", (int)(end - at),
			edit->text + at);
		finding_add(rewrite->findings, "linux.grub.regenerates-names",
			rewrite->path, number, line, "Set to false.");
		edit_replace(edit, value, strlen("true"), "false");
	}
}

int
grub_defaults_rewrite(char **text_out, const char *text,
	const struct rewrite *rewrite, struct error *err)
{
	struct edit edit;
	unsigned number = 0;

	edit_open(&edit, text);
	for (size_t at = 0; text[at] != '\0';) {
		size_t end = at + strcspn(text + at, "\n");
		size_t start = at + strspn(text + at, " \t");

		number++;
		if (string_starts(text + start, "export "))
			start += strlen("export ");
		if (string_starts(text + start, "GRUB_CMDLINE_LINUX"))
			command_line_rewrite(&edit, start, end, true, number,
				rewrite);
		else
			rewrite_switch(&edit, start, end, number, rewrite);
		at = end + (text[end] == '\n');
	}
	return edit_close(&edit, text_out, err);
}
