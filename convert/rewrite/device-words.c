/*
 * Names of disks wherever a program's configuration has them.  Such a program
 * is given the path of a device, so it gets one that udev makes of the content.
 * Formats that need more have a file of their own; texts.c has the table.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/assess/reference.h"
#include "convert/rewrite/comment-out.h"
#include "convert/rewrite/rewriters.h"

/* A name of a device in a text. */
struct word {
	size_t offset, bytes;
	size_t line; /* where its line begins */
	unsigned number;
	char name[512];
};

/* Colons separate names, but are in those made of the hardware. */
static size_t
word_bytes(const char *at)
{
	static const char ends[] = ": \t\r\n\"'`,;()[]<>|&\\";

	return strcspn(at, string_starts(at, "/dev/disk/by-path/") ||
				string_starts(at, "/dev/disk/by-id/")
			? ends + 1
			: ends);
}

static bool
may_precede(char c)
{
	return strchr(" \t\r\n\"'`,;()=:", c) != NULL;
}

/* The next name from word->offset on, outside comments.  Begin with zeros. */
static bool
next_word(const char *text, struct word *word)
{
	size_t at = word->offset + word->bytes;

	for (word->number += word->number == 0; text[at] != '\0'; at++) {
		if (text[at] == '\n') {
			word->line = at + 1;
			word->number++;
		} else if (text[at] == '#' &&
			(at == word->line || strchr(" \t", text[at - 1]))) {
			at += strcspn(text + at, "\n") - 1;
		} else if (string_starts(text + at, "/dev/") &&
			(at == 0 || may_precede(text[at - 1]))) {
			word->offset = at;
			word->bytes = word_bytes(text + at);
			if (word->bytes < sizeof word->name) {
				memcpy(word->name, text + at, word->bytes);
				word->name[word->bytes] = '\0';
				return true;
			}
			at += word->bytes - 1;
		}
	}
	return false;
}

/* Patterns and variables may mean anything; what is no disk is not ours. */
static bool
is_disk(const struct references *references, const char *name)
{
	return strpbrk(name, "*?[{$%") == NULL &&
		(reference_is_of_disk(references, name) ||
			string_starts(name, "/dev/disk/"));
}

static void
rewrite_word(struct edit *edit, const struct word *word,
	const struct rewrite *rewrite)
{
	struct reference reference;
	char path[REFERENCE_PATH_BYTES];

	reference_resolve(rewrite->references, word->name, "", &reference);
	reference_path(&reference, path);
	if (reference.state == REFERENCE_NAMED && *path != '\0') {
		finding_add(rewrite->findings, "linux.config.device-name",
			rewrite->path, word->number, word->name,
			"Replaced by the path that the content's UUID makes.");
		edit_replace(edit, word->offset, word->bytes, path);
	} else if (reference.state == REFERENCE_NAMED ||
		reference_is_lost(&reference)) {
		finding_add(rewrite->findings, "storage.reference-unresolved",
			rewrite->path, word->number, word->name, NULL);
	}
}

/* Does this word, or one after it in its line, name a disk that is not here? */
static bool
line_is_lost(const char *text, struct word word, const struct rewrite *rewrite)
{
	const size_t line = word.line;

	do {
		struct reference reference;

		if (!is_disk(rewrite->references, word.name))
			continue;
		reference_resolve(rewrite->references, word.name, "",
			&reference);
		if (reference_is_lost(&reference))
			return true;
	} while (next_word(text, &word) && word.line == line);
	return false;
}

static void
disable_line(struct edit *edit, struct word *word,
	const struct rewrite *rewrite)
{
	finding_add(rewrite->findings, "linux.config.missing", rewrite->path,
		word->number, word->name,
		"The line was turned into a comment.");
	edit_replace(edit, word->line, 0, MARK(TAG_ABSENT));
	word->bytes = strcspn(edit->text + word->offset, "\n");
}

static int
rewrite_all(char **text_out, const char *text, bool may_disable,
	const struct rewrite *rewrite, struct error *err)
{
	struct word word = {0};
	struct edit edit;

	edit_open(&edit, text);
	for (size_t line = SIZE_MAX; next_word(text, &word);
		line = word.line) {
		if (may_disable && word.line != line &&
			line_is_lost(text, word, rewrite))
			disable_line(&edit, &word, rewrite);
		else if (is_disk(rewrite->references, word.name))
			rewrite_word(&edit, &word, rewrite);
	}
	return edit_close(&edit, text_out, err);
}

void
device_words_notice(struct references *references, const char *text)
{
	struct word word = {0};

	while (next_word(text, &word)) {
		if (is_disk(references, word.name))
			reference_notice(references, word.name);
	}
}

int
device_words_rewrite(char **text_out, const char *text,
	const struct rewrite *rewrite, struct error *err)
{
	return rewrite_all(text_out, text, false, rewrite, err);
}

int
device_lines_rewrite(char **text_out, const char *text,
	const struct rewrite *rewrite, struct error *err)
{
	return rewrite_all(text_out, text, true, rewrite, err);
}
