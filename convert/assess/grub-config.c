/*
 * Reading grub.cfg, just far enough to know what it boots.  It is a script:
 * what its conditions decide is taken from the form that grub-mkconfig writes.
 * rewrite/loader.c edits the same lines.
 */
#include "convert/assess/grub-config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/strings.h"

enum { DEPTH_LIMIT = 8 };

/* The menu as it is walked through. */
struct walk {
	int braces;		 /* that are open */
	int depth;		 /* menus and entries that we are in */
	int opened[DEPTH_LIMIT]; /* braces open before each */
	int position[DEPTH_LIMIT + 1]; /* entries seen at each depth */
	bool hit[DEPTH_LIMIT];	 /* does the default name it? */
};

static bool
is_command(const char *text, size_t offset, const char *const names[],
	struct grub_word *word_out)
{
	size_t at = offset + strspn(text + offset, " \t"), n;

	for (; *names != NULL; names++) {
		n = strlen(*names);
		if (strncmp(text + at, *names, n) != 0 ||
			(text[at + n] != ' ' && text[at + n] != '\t'))
			continue;
		at += n;
		at += strspn(text + at, " \t");
		word_out->offset = at;
		word_out->bytes = strcspn(text + at, " \t\n");
		return word_out->bytes > 0;
	}
	return false;
}

bool
grub_is_linux(const char *text, size_t offset, struct grub_word *word_out)
{
	static const char *const names[] = {"linux", "linux16", "linuxefi",
		NULL};

	return is_command(text, offset, names, word_out);
}

bool
grub_is_initrd(const char *text, size_t offset, struct grub_word *word_out)
{
	static const char *const names[] = {"initrd", "initrd16", "initrdefi",
		NULL};

	return is_command(text, offset, names, word_out);
}

/* A quoted or bare word; returns where it ends. */
static size_t
read_word(const char *text, size_t at, char *word, size_t room)
{
	char quote = 0;
	size_t used = 0;

	for (; text[at] != '\0' && text[at] != '\n'; at++) {
		if (quote == 0 && (text[at] == '\'' || text[at] == '"'))
			quote = text[at];
		else if (quote != 0 && text[at] == quote)
			quote = 0;
		else if (quote == 0 && (text[at] == ' ' || text[at] == '\t'))
			break;
		else if (used + 1 < room)
			word[used++] = text[at];
	}
	word[used] = '\0';
	return at;
}

/* The part of "1>Title" that names the entry at a depth; empty when none. */
static void
default_part(const char *wanted, int depth, char *part, size_t room)
{
	for (; depth > 0 && wanted != NULL; depth--) {
		wanted = strchr(wanted, '>');
		if (wanted != NULL)
			wanted++;
	}
	if (wanted == NULL)
		wanted = "";
	snprintf(part, room, "%.*s", (int)strcspn(wanted, ">"), wanted);
}

static void
enter(struct walk *walk, const char *text, size_t at, const char *wanted)
{
	char title[512], id[512] = "", part[512], word[512];
	int position = walk->position[walk->depth];

	at = read_word(text, at + strspn(text + at, " \t"), title,
		sizeof title);
	while (text[at] != '\0' && text[at] != '\n') {
		at = read_word(text, at + strspn(text + at, " \t"), word,
			sizeof word);
		if (strcmp(word, "$menuentry_id_option") == 0 ||
			strcmp(word, "--id") == 0)
			at = read_word(text, at + strspn(text + at, " \t"), id,
				sizeof id);
	}
	default_part(wanted, walk->depth, part, sizeof part);
	walk->position[walk->depth]++;
	if (walk->depth == DEPTH_LIMIT - 1)
		return;
	walk->hit[walk->depth] = part[0] != '\0' &&
		(strcmp(part, title) == 0 || strcmp(part, id) == 0 ||
			(part[strspn(part, "0123456789")] == '\0' &&
				atoi(part) == position));
	walk->opened[walk->depth++] = walk->braces;
	walk->position[walk->depth] = 0;
}

/* Braces outside of quotes and variables. */
static void
count_braces(struct walk *walk, const char *line, size_t bytes)
{
	char quote = 0;

	for (size_t i = 0; i < bytes; i++) {
		if (quote != 0)
			quote = line[i] == quote ? 0 : quote;
		else if (line[i] == '\'' || line[i] == '"')
			quote = line[i];
		else if (line[i] == '$' && i + 1 < bytes && line[i + 1] == '{')
			i += strcspn(line + i, "}\n");
		else if (line[i] == '{')
			walk->braces++;
		else if (line[i] == '}')
			walk->braces--;
	}
	while (walk->depth > 0 &&
		walk->braces <= walk->opened[walk->depth - 1])
		walk->depth--;
}

static bool
is_chosen(const struct walk *walk)
{
	for (int i = 0; i < walk->depth; i++) {
		if (!walk->hit[i])
			return false;
	}
	return walk->depth > 0;
}

/* The first literal `set default=`; variables stand for the saved entry. */
static void
find_default(const char *text, const char *saved, char *wanted, size_t room)
{
	const char *at = text;

	snprintf(wanted, room, "0");
	while ((at = strstr(at, "set default=")) != NULL) {
		size_t bytes;

		at += strlen("set default=");
		bytes = strcspn(at, "\n");
		if (memmem(at, bytes, "{saved_entry}",
			    strlen("{saved_entry}")) != NULL) {
			if (saved != NULL && *saved != '\0') {
				snprintf(wanted, room, "%s", saved);
				return;
			}
			continue;
		}
		if (memchr(at, '$', bytes) != NULL)
			continue;
		read_word(text, (size_t)(at - text), wanted, room);
		return;
	}
}

bool
grub_default_kernel(const char *text, const char *saved, char *path_out,
	size_t room)
{
	char wanted[512];

	find_default(text, saved, wanted, sizeof wanted);
	return grub_kernel_of(text, wanted, path_out, room);
}

bool
grub_kernel_of(const char *text, const char *wanted, char *path_out,
	size_t room)
{
	struct walk walk = {0};
	struct grub_word word;
	bool found = false;

	for (size_t at = 0; text[at] != '\0';) {
		size_t start = at + strspn(text + at, " \t");
		size_t bytes = strcspn(text + at, "\n");

		if (string_starts(text + start, "menuentry ") ||
			string_starts(text + start, "submenu "))
			enter(&walk, text, start + strcspn(text + start, " "),
				wanted);
		if (text[start] != '#')
			count_braces(&walk, text + at, bytes);
		if (grub_is_linux(text, at, &word) &&
			(!found || is_chosen(&walk))) {
			snprintf(path_out, room, "%.*s", (int)word.bytes,
				text + word.offset);
			found = true;
			if (is_chosen(&walk))
				return true;
		}
		at += bytes + (text[at + bytes] == '\n');
	}
	return found;
}
