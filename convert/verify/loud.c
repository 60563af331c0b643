/*
 * Boot loader configurations, edited as text so that kernels talk.  prepare.c
 * finds them.
 */
#include "convert/verify/loud.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONSOLES " console=tty0 console=ttyS0,115200"

/* What begins a line that holds a kernel's command line. */
static const char *const starters[] = {"linux", "linux16", "linuxefi",
	"kernel", "append", "APPEND"};
/*
 * The same of an entry by the boot loader specification, whose "linux" is a path
 * and nothing else: systemd-boot passes an entry over that has more there.
 */
static const char *const entry_starters[] = {"options"};

/* What only makes a boot silent. */
static const char *const silencers[] = {"quiet", "splash", "rhgb"};

static bool
is_one_of(const char *word, size_t length, const char *const list[],
	size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(list[i]) == length &&
			strncmp(list[i], word, length) == 0)
			return true;
	return false;
}

static bool
starts_kernel(const char *line, bool is_entry)
{
	size_t length;

	line += strspn(line, " \t");
	length = strcspn(line, " \t\n");
	return is_entry ? is_one_of(line, length, entry_starters,
				  sizeof entry_starters / sizeof *entry_starters)
			: is_one_of(line, length, starters,
				  sizeof starters / sizeof *starters);
}

/* The line's words as they are, with their blanks, but for the silencers. */
static void
print_loud(FILE *out, const char *line, size_t length)
{
	const char *end = line + length;

	while (line < end) {
		size_t blank = strspn(line, " \t");
		size_t word = strcspn(line + blank, " \t\n");

		if (word == 0 || !is_one_of(line + blank, word, silencers,
			sizeof silencers / sizeof silencers[0]))
			fwrite(line, 1, blank + word, out);
		line += blank + word;
	}
	fputs(CONSOLES, out);
}

char *
loud_configuration(const char *text, bool is_entry)
{
	char *edited = NULL;
	bool any = false;
	size_t bytes;
	FILE *out = open_memstream(&edited, &bytes);

	if (out == NULL)
		return NULL;
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");

		if (starts_kernel(text, is_entry)) {
			any = true;
			print_loud(out, text, length);
		} else {
			fwrite(text, 1, length, out);
		}
		text += length;
		if (*text == '\n')
			fputc(*text++, out);
	}
	if (fclose(out) != 0 || !any) {
		free(edited);
		return NULL;
	}
	return edited;
}
