/*
 * Files that name modules, as the tools of generator.c and their images read
 * them.  A person may have edited them: what is there stays, what is lacking is
 * added, and a second time nothing is.
 */
#include "drivers-inject/generator.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "drivers-inject/bytes.h"
#include "drivers-inject/modules.h"
#include "drivers-inject/names.h"

static const char comment[] =
	"# Storage of a virtual machine, added by unrack.\n";

/* A text that is read line by line; {text, text + bytes}. */
struct lines {
	const char *at, *end;
};

/* The next line in [*from_out, *to_out), without blanks in front. */
static bool
next_line(struct lines *lines, const char **from_out, const char **to_out)
{
	const char *stop;

	if (lines->at >= lines->end)
		return false;
	stop = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
	*to_out = stop == NULL ? lines->end : stop;
	*from_out = lines->at;
	lines->at = *to_out + 1;
	while (*from_out < *to_out && (**from_out == ' ' || **from_out == '\t'))
		++*from_out;
	return true;
}

/* Is a word of [from, to) that module?  Other signs than a name's part words. */
static bool
has_word(const char *from, const char *to, const char *module)
{
	while (from < to) {
		char word[MODULES_NAME_BYTES], name[MODULES_NAME_BYTES];
		size_t used = 0;

		while (from < to && !isalnum((unsigned char)*from) &&
			*from != '_')
			from++;
		while (from < to && (isalnum((unsigned char)*from) ||
					    *from == '_' || *from == '-')) {
			if (used < sizeof word - 1)
				word[used++] = *from;
			from++;
		}
		word[used] = '\0';
		modules_name(name, word);
		if (strcmp(name, module) == 0)
			return true;
	}
	return false;
}

/* Where the first word of a line ends. */
static const char *
word_end(const char *from, const char *to)
{
	while (from < to && !isspace((unsigned char)*from) && *from != '\0')
		from++;
	return from;
}

/* Behind "NAME=" or "NAME +=" at the beginning of a line, else NULL. */
static const char *
value_of(const char *from, const char *to, const char *name)
{
	size_t bytes = strlen(name);

	if ((size_t)(to - from) <= bytes || memcmp(from, name, bytes) != 0)
		return NULL;
	from += bytes;
	while (from < to && (*from == ' ' || *from == '\t'))
		from++;
	if (from < to && *from == '+')
		from++;
	return from < to && *from == '=' ? from + 1 : NULL;
}

/*
 * The inside of a value: between quotes or parentheses, over as many lines as
 * it takes, or the rest of the line.  False when its end is missing.
 */
static bool
inside_of(const char **from, const char **to, const char *end)
{
	static const char open[] = "\"'(", close[] = "\"')";
	const char *kind;

	while (*from < *to && (**from == ' ' || **from == '\t'))
		++*from;
	kind = *from < *to && **from != '\0' ? strchr(open, **from) : NULL;
	if (kind == NULL)
		return true;
	++*from;
	*to = memchr(*from, close[kind - open], (size_t)(end - *from));
	return *to != NULL;
}

/*
 * The last value of a list's variable in *from_out, *to_out: NULL when there is
 * none.  *has_out: does any of its values name the module?  False when a value
 * has no end, and nothing can be added.
 */
static bool
find_value(const struct generator_list *list, struct lines lines,
	const char *module, const char **from_out, const char **to_out,
	bool *has_out)
{
	const char *from, *to;

	*from_out = *to_out = NULL;
	*has_out = false;
	while (next_line(&lines, &from, &to)) {
		from = value_of(from, to, list->name);
		if (from == NULL)
			continue;
		if (!inside_of(&from, &to, lines.end))
			return false;
		*has_out = *has_out || has_word(from, to, module);
		*from_out = from;
		*to_out = to;
		lines.at = to;
	}
	return true;
}

/* "alias NAMEn MODULE" for this module; counts such aliases in *count_out. */
static bool
has_alias(const struct generator_list *list, struct lines lines,
	const char *module, unsigned *count_out)
{
	const char *from, *to;
	bool has = false;

	*count_out = 0;
	while (next_line(&lines, &from, &to)) {
		const char *end = word_end(from, to);
		size_t bytes = strlen(list->name);
		unsigned number = 0;

		if (end - from != 5 || memcmp(from, "alias", 5) != 0)
			continue;
		while (end < to && isspace((unsigned char)*end))
			end++;
		if ((size_t)(to - end) <= bytes ||
			memcmp(end, list->name, bytes) != 0)
			continue;
		for (end += bytes; end < to && isdigit((unsigned char)*end);
			end++)
			number = number < 1000
				? number * 10 + (unsigned)(*end - '0')
				: number;
		if (number >= *count_out)
			*count_out = number + 1;
		has = has || has_word(end, to, module);
	}
	return has;
}

/* Is the module the first word of a line? */
static bool
has_line(struct lines lines, const char *module)
{
	const char *from, *to;

	while (next_line(&lines, &from, &to))
		if (from < to && *from != '#' &&
			has_word(from, word_end(from, to), module))
			return true;
	return false;
}

static bool
names_it(const struct generator_list *list, struct lines lines,
	const char *module)
{
	const char *from, *to;
	unsigned count;
	bool has;

	switch (list->syntax) {
	case GENERATOR_VALUE:
		find_value(list, lines, module, &from, &to, &has);
		return has;
	case GENERATOR_ALIASES:
		return has_alias(list, lines, module, &count);
	default:
		return has_line(lines, module);
	}
}

static int
append_text(struct bytes *out, const char *text, struct error *err)
{
	return bytes_append(out, text, strlen(text), err);
}

static int
append_words(struct bytes *out, const struct names *words, struct error *err)
{
	for (size_t i = 0; i < words->count; i++)
		if ((i > 0 && append_text(out, " ", err) == -1) ||
			append_text(out, words->items[i], err) == -1)
			return -1;
	return 0;
}

/* New lines behind all others, under a comment. */
static int
append_lines(struct bytes *out, const struct generator_list *list,
	const struct names *lacking, unsigned aliases, struct error *err)
{
	char line[160];

	if (out->used > 0 && out->data[out->used - 1] != '\n' &&
		append_text(out, "\n", err) == -1)
		return -1;
	if (append_text(out, comment, err) == -1)
		return -1;
	if (list->syntax == GENERATOR_VALUE)
		return append_text(out, list->name, err) == -1 ||
			append_text(out, list->before, err) == -1 ||
			append_words(out, lacking, err) == -1 ||
			append_text(out, list->after, err) == -1
			? -1
			: append_text(out, "\n", err);
	for (size_t i = 0; i < lacking->count; i++) {
		char number[16] = "";

		if (list->syntax == GENERATOR_LINES)
			snprintf(line, sizeof line, "%s\n", lacking->items[i]);
		else {
			if (aliases > 0)
				snprintf(number, sizeof number, "%u", aliases);
			aliases++;
			snprintf(line, sizeof line, "alias %s%s %s\n",
				list->name, number, lacking->items[i]);
		}
		if (append_text(out, line, err) == -1)
			return -1;
	}
	return 0;
}

/* Into the value of an older line; a value of an array is one, too. */
static int
widen(struct bytes *out, const char *text, size_t bytes, const char *from,
	const char *to, const struct names *lacking, struct error *err)
{
	bool empty = true;

	for (const char *at = from; at < to; at++)
		empty = empty && isspace((unsigned char)*at);
	if (bytes_append(out, text, (size_t)(to - text), err) == -1 ||
		(!empty && append_text(out, " ", err) == -1) ||
		append_words(out, lacking, err) == -1)
		return -1;
	return bytes_append(out, to, bytes - (size_t)(to - text), err);
}

static int
extend(struct bytes *out, const struct generator_list *list, const char *text,
	size_t bytes, const struct names *lacking, bool *changed_out,
	struct error *err)
{
	const struct lines lines = {text, text + bytes};
	const char *from = NULL, *to = NULL;
	unsigned aliases = 0;
	bool has, fits = true;

	if (list->syntax == GENERATOR_ALIASES)
		has_alias(list, lines, lacking->items[0], &aliases);
	if (list->syntax == GENERATOR_VALUE)
		fits = find_value(list, lines, lacking->items[0], &from, &to,
			&has);
	*changed_out = fits && (from != NULL || !list->only_there);
	if (fits && from != NULL && strchr(list->before, '+') == NULL)
		return widen(out, text, bytes, from, to, lacking, err);
	if (bytes_append(out, text, bytes, err) == -1)
		return -1;
	return *changed_out ? append_lines(out, list, lacking, aliases, err) : 0;
}

int
generator_extend(struct bytes *text_out, const struct generator_list *list,
	const char *text, size_t bytes, const struct names *names,
	bool *changed_out, struct error *err)
{
	AUTO(names_freep) struct names lacking = {NULL, 0, 0};
	struct lines lines;

	*changed_out = false;
	if (text == NULL) {
		text = "";
		bytes = 0;
	}
	lines = (struct lines){text, text + bytes};
	if (list->instead != NULL && !names_it(list, lines, list->instead) &&
		names_add(&lacking, list->instead, err) == -1)
		return -1;
	for (size_t i = 0; list->instead == NULL && i < names->count;
		i++)
		if (!names_it(list, lines, names->items[i]) &&
			names_add(&lacking, names->items[i], err) == -1)
			return -1;
	return lacking.count == 0
		? bytes_append(text_out, text, bytes, err)
		: extend(text_out, list, text, bytes, &lacking, changed_out,
			  err);
}
