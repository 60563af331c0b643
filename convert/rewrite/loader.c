/*
 * Where boot loaders keep kernel command lines: one entry a format in the table
 * below.  command-line.c edits what is found there.
 */
#include "convert/rewrite/loader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/rewrite/command-line.h"

enum { GRUBENV_BYTES = 1024, WORDS = 5 };

/*
 * A word ends with space, "=" or the line, and may be written in capitals.  The
 * arguments of a kernel that is found to have an initramfs may name UUIDs.
 */
struct format {
	rewrite_function *rewrite;
	const char *lines[WORDS];   /* begin a line with arguments */
	unsigned skipped_words;	    /* before its arguments */
	const char *stanzas[WORDS]; /* begin what belongs to one kernel */
	const char *initrds[WORDS]; /* begin a line that names an initramfs */
	const char *comment;	    /* behind "# ": arguments for its tool */
};

static const struct format formats[] = {
	{loader_rewrite_grub2, {"linux", "linux16", "linuxefi", "module2"}, 2,
		{"linux", "linux16", "linuxefi", "menuentry"},
		{"initrd", "initrd16", "initrdefi", "module2"}, NULL},
	{loader_rewrite_grub, {"kernel", "module"}, 2, {"kernel", "title"},
		{"initrd", "module", "modulenounzip"}, "kopt"},
	{loader_rewrite_entry, {"options"}, 1, {NULL}, {"initrd"}, NULL},
	{loader_rewrite_syslinux, {"append"}, 1, {"label"}, {"initrd"}, NULL},
	{loader_rewrite_lilo, {"append", "root", "literal", "addappend"}, 0,
		{NULL}, {"initrd"}, NULL},
	{loader_rewrite_arguments, {""}, 0, {NULL}, {""}, NULL},
	{loader_rewrite_grubenv, {"kernelopts"}, 0, {NULL}, {""}, NULL},
};

/* A line of a text; `start` is behind the space that it begins with. */
struct line {
	size_t at, start, end;
	unsigned number;
};

/* Where the arguments of one kernel are. */
struct arguments {
	size_t at, end;
	bool has_initramfs;
};

/* Going through a text.  Begin with zeros. */
struct walk {
	struct line line;
	unsigned initrds; /* lines in this stanza that name one */
};

/* Begin with zeros; false at the end. */
static bool
next_line(const char *text, struct line *line)
{
	line->at = line->end + (line->number > 0 && text[line->end] == '\n');
	if (text[line->at] == '\0')
		return false;
	line->end = line->at + strcspn(text + line->at, "\n");
	line->start = line->at + strspn(text + line->at, " \t");
	line->number++;
	return true;
}

static bool
begins_with(const char *text, const struct line *line,
	const char *const words[WORDS])
{
	for (size_t i = 0; i < WORDS && words[i] != NULL; i++) {
		size_t n = strlen(words[i]);

		if (n == 0)
			return text[line->start] != '#';
		if (strncasecmp(text + line->start, words[i], n) == 0 &&
			strchr(" \t=\n", text[line->start + n]) != NULL)
			return true;
	}
	return false;
}

/* Debian's update-grub reads "# kopt=root=..." and "# kopt_2_6=root=...". */
static bool
is_comment_for_tool(const char *text, const struct line *line,
	const char *comment)
{
	return comment != NULL && string_starts(text + line->at, "# ") &&
		string_starts(text + line->at + 2, comment);
}

static unsigned
count_initrds(const struct format *format, const char *text, struct line line)
{
	unsigned count = 0;

	do {
		count += begins_with(text, &line, format->initrds);
	} while (next_line(text, &line) &&
		!begins_with(text, &line, format->stanzas));
	return count;
}

static size_t
skip_words(const char *text, size_t at, unsigned count)
{
	for (; count > 0; count--) {
		at += strcspn(text + at, " \t\n");
		at += strspn(text + at, " \t");
	}
	return at;
}

static bool
next_arguments(const struct format *format, const char *text,
	struct walk *walk, struct arguments *arguments)
{
	struct line *line = &walk->line;

	while (next_line(text, line)) {
		bool is_initrd = begins_with(text, line, format->initrds);

		if (line->number == 1 ||
			begins_with(text, line, format->stanzas))
			walk->initrds = count_initrds(format, text, *line);
		if (is_comment_for_tool(text, line, format->comment)) {
			*arguments = (struct arguments){line->start, line->end,
				true};
			return true;
		}
		if (!begins_with(text, line, format->lines))
			continue;
		arguments->at = skip_words(text, line->start,
			format->skipped_words);
		arguments->end = line->end;
		if (arguments->at > line->end)
			continue;
		/* In Xen's entries kernel and initramfs are both modules. */
		arguments->has_initramfs = format->initrds[0][0] == '\0' ||
			walk->initrds > (is_initrd ? 1 : 0) ||
			memmem(text + arguments->at,
				arguments->end - arguments->at, "initrd=",
				strlen("initrd=")) != NULL;
		return true;
	}
	return false;
}

static const struct format *
format_of(rewrite_function *rewrite)
{
	const struct format *format = formats;

	while (format->rewrite != rewrite)
		format++;
	return format;
}

static int
rewrite_text(rewrite_function *self, char **text_out, const char *text,
	const struct rewrite *rewrite, struct error *err)
{
	const struct format *format = format_of(self);
	struct arguments arguments;
	struct walk walk = {0};
	struct edit edit;

	edit_open(&edit, text);
	while (next_arguments(format, text, &walk, &arguments))
		command_line_rewrite(&edit, arguments.at, arguments.end,
			arguments.has_initramfs, walk.line.number, rewrite);
	return edit_close(&edit, text_out, err);
}

void
loader_learn(rewrite_function *rewrite, const char *text,
	struct references *references, const struct volume *root)
{
	const struct format *format = format_of(rewrite);
	struct arguments arguments;
	struct walk walk = {0};

	while (next_arguments(format, text, &walk, &arguments))
		command_line_learn(text, arguments.at, arguments.end,
			references, root);
}

#define DEFINE(name)                                                          \
	int name(char **text_out, const char *text,                           \
		const struct rewrite *rewrite, struct error *err)             \
	{                                                                     \
		return rewrite_text(name, text_out, text, rewrite, err);      \
	}

DEFINE(loader_rewrite_grub2)
DEFINE(loader_rewrite_grub)
DEFINE(loader_rewrite_entry)
DEFINE(loader_rewrite_syslinux)
DEFINE(loader_rewrite_lilo)
DEFINE(loader_rewrite_arguments)

/* The block is padded with '#' and read as a whole: its size is fixed. */
int
loader_rewrite_grubenv(char **text_out, const char *text,
	const struct rewrite *rewrite, struct error *err)
{
	AUTO(freep) char *longer = NULL;
	char block[GRUBENV_BYTES + 1];
	size_t used;

	*text_out = NULL;
	if (strlen(text) != GRUBENV_BYTES)
		return 0;
	if (rewrite_text(loader_rewrite_grubenv, &longer, text, rewrite,
		    err) == -1)
		return -1;
	if (longer == NULL)
		return 0;
	for (used = strlen(longer); used > 0 && longer[used - 1] == '#';)
		used--;
	if (used > GRUBENV_BYTES) {
		finding_add(rewrite->findings, "guest.file-not-written",
			rewrite->path, 0, "the block has no room for a UUID",
			NULL);
		return 0;
	}
	memset(block, '#', GRUBENV_BYTES);
	memcpy(block, longer, used);
	block[GRUBENV_BYTES] = '\0';
	*text_out = strdup(block);
	return *text_out == NULL
		? error_set(err, ENOMEM, "rewrite %s", rewrite->path)
		: 0;
}
