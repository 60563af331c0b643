/*
 * Ubuntu before 14.04 asks whether to start with an array that lacks a member, and
 * stops where nobody answers, unless its setting says yes.  The file also lies
 * inside the initramfs: see image-copies.c.
 */
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/array.h"
#include "convert/assess/finding.h"
#include "convert/assess/reference.h"
#include "convert/rewrite/rewriters.h"

#define KEY "BOOT_DEGRADED="

static bool
lacks_a_member(const struct volumes *volumes)
{
	for (size_t i = 0; i < volumes->count; i++)
		if (array_is_degraded(volumes, &volumes->list[i]))
			return true;
	return false;
}

static bool
is_no(const char *value, size_t bytes)
{
	static const char *const words[] = {"false", "no", NULL};
	char word[16];

	if (bytes > 1 && strchr("\"'", *value) != NULL &&
		value[bytes - 1] == *value) {
		value++;
		bytes -= 2;
	}
	snprintf(word, sizeof word, "%.*s", (int)(bytes < sizeof word
		? bytes : sizeof word), value);
	return strings_hold(words, word);
}

int
boot_degraded_rewrite(char **text_out, const char *text,
	const struct rewrite *rewrite, struct error *err)
{
	bool lacks = lacks_a_member(references_volumes(rewrite->references));
	struct edit edit;
	unsigned number = 0;

	edit_open(&edit, text);
	for (size_t at = 0; lacks && text[at] != '\0';) {
		size_t start = at + strspn(text + at, " \t");
		size_t bytes = strcspn(text + start, " \t\r\n#;");
		size_t value = start + strlen(KEY);

		number++;
		if (string_starts(text + start, KEY) &&
			is_no(text + value, start + bytes - value)) {
			finding_add(rewrite->findings,
				"storage.array-stops-boot", rewrite->path,
				number, KEY "false", "Set to true.");
			edit_replace(&edit, value, start + bytes - value,
				"true");
		}
		at += strcspn(text + at, "\n");
		at += text[at] == '\n';
	}
	return edit_close(&edit, text_out, err);
}
