/*
 * mdadm.conf: where members of arrays are looked for, and which.  A list of
 * devices that are gone hides an array that is there; its UUID finds it.
 * mdadm.conf(5): a line that begins with white space continues the last one.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/assess/reference.h"
#include "convert/rewrite/mdadm.h"
#include "convert/rewrite/rewriters.h"

bool
mdadm_next(const char *text, struct mdadm_word *word)
{
	size_t at = word->offset + word->bytes;

	for (word->number += word->number == 0; text[at] != '\0';) {
		bool is_first = at == 0 || text[at - 1] == '\n';

		if (isspace((unsigned char)text[at])) {
			word->number += text[at++] == '\n';
			continue;
		}
		if (text[at] == '#') {
			at += strcspn(text + at, "\n");
			continue;
		}
		word->offset = at;
		word->bytes = strcspn(text + at, " \t\r\n");
		if (is_first) {
			word->keyword_offset = at;
			word->line++;
		}
		return true;
	}
	return false;
}

/* mdadm takes three letters for a whole keyword, in any case. */
static bool
is_line_of(const char *text, const struct mdadm_word *word,
	const char *keyword)
{
	const char *at = text + word->keyword_offset;
	size_t bytes = strcspn(at, " \t\r\n");

	return bytes >= 3 && bytes <= strlen(keyword) &&
		strncasecmp(at, keyword, bytes) == 0;
}

static bool
is_keyword(const struct mdadm_word *word)
{
	return word->offset == word->keyword_offset;
}

static bool
word_is(const char *text, const struct mdadm_word *word, const char *wanted)
{
	return word->bytes == strlen(wanted) &&
		strncasecmp(text + word->offset, wanted, word->bytes) == 0;
}

static bool
word_starts(const char *text, const struct mdadm_word *word, const char *start)
{
	return word->bytes > strlen(start) &&
		strncasecmp(text + word->offset, start, strlen(start)) == 0;
}

/* ---- DEVICE ---- */

/* The words of one DEVICE line, from where its first one begins. */
struct device_line {
	size_t first, end;
	unsigned number;
	bool is_narrow; /* it names devices, and not all partitions */
	bool is_wide;
};

static void
close_device_line(struct edit *edit, struct device_line *line,
	const struct rewrite *rewrite)
{
	if (line->is_narrow && !line->is_wide) {
		char text[256];

		snprintf(text, sizeof text, "%.*s",
			(int)(line->end - line->first),
			edit->text + line->first);
		finding_add(rewrite->findings, "storage.mdadm-devices",
			rewrite->path, line->number, text,
			"Members are looked for on all partitions.");
		edit_replace(edit, line->first, line->end - line->first,
			"partitions");
	}
	*line = (struct device_line){0};
}

static void
note_device(struct device_line *line, const char *text,
	const struct mdadm_word *word)
{
	if (line->end == 0) {
		line->first = word->offset;
		line->number = word->number;
	}
	line->end = word->offset + word->bytes;
	line->is_wide |= word_is(text, word, "partitions");
	line->is_narrow |= !word_is(text, word, "containers");
}

/* ---- ARRAY ---- */

/* Does the line that begins here name the array by more than its members? */
static bool
has_identity(const char *text, const struct mdadm_word *keyword)
{
	struct mdadm_word word = {.offset = keyword->offset};

	while (mdadm_next(text, &word) && word.line == 1) {
		if (word_starts(text, &word, "uuid=") ||
			word_starts(text, &word, "name=") ||
			word_starts(text, &word, "super-minor="))
			return true;
	}
	return false;
}

/* "aaaaaaaa-bbbb-..." as mdadm has it: four words with colons between them. */
static bool
print_uuid(char out[48], const char *uuid)
{
	size_t digits = 0, used = 0;

	for (; *uuid != '\0' && used + 2 < 48; uuid++) {
		if (*uuid == '-')
			continue;
		if (!isxdigit((unsigned char)*uuid))
			return false;
		if (digits > 0 && digits % 8 == 0)
			out[used++] = ':';
		out[used++] = *uuid;
		digits++;
	}
	out[used] = '\0';
	return digits == 32;
}

/* The array whose members these are: all that are there must agree. */
static bool
find_uuid(char out[48], const char *list, size_t bytes,
	const struct rewrite *rewrite)
{
	char found[sizeof ((struct volume *)0)->uuid] = "";

	for (size_t at = 0, n; at < bytes; at += n + 1) {
		struct reference member;
		char name[256];

		n = strcspn(list + at, ", \t\r\n");
		if (n == 0 || n >= sizeof name)
			continue;
		snprintf(name, sizeof name, "%.*s", (int)n, list + at);
		reference_resolve(rewrite->references, name,
			"linux_raid_member", &member);
		if (member.volume == NULL)
			continue;
		if (*found != '\0' && strcmp(found, member.volume->uuid) != 0)
			return false;
		strcpy(found, member.volume->uuid);
	}
	return print_uuid(out, found);
}

/* Is the array named by more than its members afterwards? */
static bool
rewrite_devices(struct edit *edit, const struct mdadm_word *word,
	bool is_named, const struct rewrite *rewrite)
{
	const char *list = edit->text + word->offset + strlen("devices=");
	size_t bytes = word->bytes - strlen("devices="), from = word->offset;
	char uuid[48], replacement[64] = "", text[256];

	snprintf(text, sizeof text, "%.*s", (int)word->bytes,
		edit->text + word->offset);
	if (!is_named) {
		if (!find_uuid(uuid, list, bytes, rewrite)) {
			finding_add(rewrite->findings,
				"storage.reference-unresolved", rewrite->path,
				word->number, text, NULL);
			return false;
		}
		snprintf(replacement, sizeof replacement, "UUID=%s", uuid);
	}
	while (*replacement == '\0' && from > edit->copied &&
		strchr(" \t", edit->text[from - 1]) != NULL)
		from--;
	finding_add(rewrite->findings, "storage.mdadm-devices", rewrite->path,
		word->number, text, "Members are looked for on all partitions.");
	edit_replace(edit, from, word->offset + word->bytes - from,
		replacement);
	return true;
}

int
mdadm_rewrite(char **text_out, const char *text, const struct rewrite *rewrite,
	struct error *err)
{
	struct device_line line = {0};
	struct mdadm_word word = {0};
	bool is_named = false;
	struct edit edit;

	edit_open(&edit, text);
	while (mdadm_next(text, &word)) {
		if (is_keyword(&word)) {
			close_device_line(&edit, &line, rewrite);
			is_named = has_identity(text, &word);
		} else if (is_line_of(text, &word, "device")) {
			note_device(&line, text, &word);
		} else if (is_line_of(text, &word, "array") &&
			word_starts(text, &word, "devices=")) {
			is_named = rewrite_devices(&edit, &word, is_named,
				rewrite);
		}
	}
	close_device_line(&edit, &line, rewrite);
	return edit_close(&edit, text_out, err);
}
