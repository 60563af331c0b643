/*
 * mdadm.conf: where members of arrays are looked for, and which.  A list of
 * devices that are gone hides an array that is there; its UUID finds it.
 * assess/mdadm-conf.c reads it.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/assess/mdadm-conf.h"
#include "convert/assess/reference.h"
#include "convert/rewrite/rewriters.h"

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
		if (mdadm_word_starts(text, &word, "uuid=") ||
			mdadm_word_starts(text, &word, "name=") ||
			mdadm_word_starts(text, &word, "super-minor="))
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

/* How an ARRAY line names its array, so far. */
enum identity { BY_MEMBERS, BY_IDENTITY, UNKNOWN };

static enum identity
rewrite_devices(struct edit *edit, const struct mdadm_word *word,
	enum identity identity, const struct rewrite *rewrite)
{
	const char *list = edit->text + word->offset + strlen("devices=");
	size_t bytes = word->bytes - strlen("devices="), from = word->offset;
	char uuid[48], replacement[64] = "", text[256];

	snprintf(text, sizeof text, "%.*s", (int)word->bytes,
		edit->text + word->offset);
	if (identity == BY_MEMBERS) {
		if (!find_uuid(uuid, list, bytes, rewrite)) {
			finding_add(rewrite->findings,
				"storage.reference-unresolved", rewrite->path,
				word->number, text, NULL);
			return UNKNOWN;
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
	return BY_IDENTITY;
}

int
mdadm_rewrite(char **text_out, const char *text, const struct rewrite *rewrite,
	struct error *err)
{
	struct device_line line = {0};
	struct mdadm_word word = {0};
	enum identity identity = UNKNOWN;
	struct edit edit;

	edit_open(&edit, text);
	while (mdadm_next(text, &word)) {
		if (is_keyword(&word)) {
			close_device_line(&edit, &line, rewrite);
			identity = has_identity(text, &word) ? BY_IDENTITY
							     : BY_MEMBERS;
		} else if (mdadm_line_is(text, &word, "device")) {
			note_device(&line, text, &word);
		} else if (identity != UNKNOWN &&
			mdadm_line_is(text, &word, "array") &&
			mdadm_word_starts(text, &word, "devices=")) {
			identity = rewrite_devices(&edit, &word, identity,
				rewrite);
		}
	}
	close_device_line(&edit, &line, rewrite);
	return edit_close(&edit, text_out, err);
}
