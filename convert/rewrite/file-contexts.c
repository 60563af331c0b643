/*
 * SELinux' file_contexts: lines of a pattern, perhaps a file type, and a label.
 * The lines without special characters come first, then the others; of either
 * kind, the last that fits counts.
 *
 * This is our own reading of what libselinux 3 reads, because the texts are a
 * guest's, and libselinux lets each pattern take ten million steps: a file of
 * 1 MiB keeps it busy for an hour with each path.  A pattern's looks do not tell,
 * since good ones have repetitions inside of repetitions, as in
 * "/opt/.*\.so(\.[^/]*)*".  So the steps are counted.
 * tests/rewrite/test-label.c compares with libselinux.
 */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "convert/rewrite/file-contexts.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <pcre2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"

/*
 * None of Debian's 5500 patterns takes 120 steps with a path as ours, or 1000
 * with one that has 130 dots; 40 new files ask for 100000 tries.  In all, that
 * is half a minute at the very worst.
 */
enum {
	STEPS_LIMIT = 2000, /* of one pattern on one path */
	TRIES_LIMIT = 500000,
	PATTERN_BYTES = 512, /* the longest of Debian's has 73 */
	HEAP_KIB = 1024,
};

#define BLANKS " \t\r\v\f"
#define SPECIAL ".^$?*+|[({"

struct line {
	const char *pattern, *label;
	mode_t type;	   /* 0: any */
	size_t stem_bytes; /* of the pattern's first folder, if that is plain */
	bool is_exact;
};

struct file_contexts {
	char *texts[FILE_CONTEXTS_TEXTS];
	struct line *lines; /* point into texts */
	size_t count, room;
	size_t tries;
	pcre2_match_data *match;
	pcre2_match_context *limits;
};

/* ---- reading ---- */

static int
type_of(const char *text, mode_t *type_out, struct error *err)
{
	static const struct {
		const char *text;
		mode_t type;
	} types[] = {{"--", S_IFREG}, {"-d", S_IFDIR}, {"-l", S_IFLNK},
		{"-c", S_IFCHR}, {"-b", S_IFBLK}, {"-p", S_IFIFO},
		{"-s", S_IFSOCK}};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (strcmp(text, types[i].text) == 0) {
			*type_out = types[i].type;
			return 0;
		}
	}
	return error_set(err, 0, "'%.20s' is no file type", text);
}

/* As libselinux does, which takes a backslash here for any other character. */
static size_t
stem_of_pattern(const char *pattern)
{
	const char *end = strchr(pattern + 1, '/');
	size_t plain = strcspn(pattern, SPECIAL);

	return end == NULL || plain < (size_t)(end - pattern)
		? 0
		: (size_t)(end - pattern);
}

static bool
is_exact(const char *pattern)
{
	for (const char *at = pattern; *at != '\0'; at++) {
		if (strchr(SPECIAL, *at) != NULL)
			return false;
		if (*at == '\\' && *++at == '\0')
			break;
	}
	return true;
}

static struct line *
append_line(struct file_contexts *contexts)
{
	if (contexts->count == contexts->room) {
		size_t room = contexts->room * 2 + 256;
		struct line *larger = realloc(contexts->lines,
			room * sizeof *larger);

		if (larger == NULL)
			return NULL;
		contexts->lines = larger;
		contexts->room = room;
	}
	return &contexts->lines[contexts->count++];
}

/* Up to three fields of a line, which is changed; returns how many. */
static size_t
split(char *text, char *fields[3])
{
	size_t count = 0;
	char *rest = text, *field;

	while (count < 3 &&
		(field = strtok_r(rest, BLANKS "\n", &rest)) != NULL)
		fields[count++] = field;
	return count;
}

static int
read_line(struct file_contexts *contexts, char *text, struct error *err)
{
	char *fields[3];
	size_t count;
	struct line *line;

	text += strspn(text, BLANKS);
	if (*text == '#')
		return 0;
	for (const char *at = text; *at != '\0'; at++)
		if (!isascii((unsigned char)*at))
			return error_set(err, 0, "a line is no ASCII");
	count = split(text, fields);
	if (count == 0)
		return 0;
	if (count == 1)
		return error_set(err, 0, "'%.60s' has no label", fields[0]);
	line = append_line(contexts);
	if (line == NULL)
		return error_set(err, ENOMEM, "read file_contexts");
	*line = (struct line){.pattern = fields[0], .label = fields[count - 1],
		.stem_bytes = stem_of_pattern(fields[0]),
		.is_exact = is_exact(fields[0])};
	return count == 2 ? 0 : type_of(fields[1], &line->type, err);
}

static int
read_lines(struct file_contexts *contexts, char *text, struct error *err)
{
	char *line;

	while ((line = strsep(&text, "\n")) != NULL)
		if (read_line(contexts, line, err) == -1)
			return -1;
	return 0;
}

int
file_contexts_new(struct file_contexts **contexts_out,
	const char *const texts[FILE_CONTEXTS_TEXTS], struct error *err)
{
	AUTO(file_contexts_freep) struct file_contexts *contexts =
		calloc(1, sizeof *contexts);

	if (contexts == NULL)
		return error_set(err, ENOMEM, "read file_contexts");
	contexts->match = pcre2_match_data_create(1, NULL);
	contexts->limits = pcre2_match_context_create(NULL);
	if (contexts->match == NULL || contexts->limits == NULL)
		return error_set(err, ENOMEM, "read file_contexts");
	pcre2_set_match_limit(contexts->limits, STEPS_LIMIT);
	pcre2_set_heap_limit(contexts->limits, HEAP_KIB);
	if (texts[FILE_CONTEXTS_MAIN] == NULL)
		return error_set(err, ENOENT, "read file_contexts");
	for (size_t i = 0; i < FILE_CONTEXTS_TEXTS; i++) {
		if (texts[i] == NULL)
			continue;
		contexts->texts[i] = strdup(texts[i]);
		if (contexts->texts[i] == NULL)
			return error_set(err, ENOMEM, "read file_contexts");
		if (i < FILE_CONTEXTS_SUBS &&
			read_lines(contexts, contexts->texts[i], err) == -1)
			return -1;
	}
	if (contexts->count == 0)
		return error_set(err, 0, "file_contexts says nothing");
	*contexts_out = take(contexts);
	return 0;
}

void
file_contexts_free(struct file_contexts *contexts)
{
	if (contexts == NULL)
		return;
	for (size_t i = 0; i < FILE_CONTEXTS_TEXTS; i++)
		free(contexts->texts[i]);
	free(contexts->lines);
	pcre2_match_data_free(contexts->match);
	pcre2_match_context_free(contexts->limits);
	free(contexts);
}

/* ---- names of folders that stand for others ---- */

struct substitution {
	const char *from, *to;
	size_t from_bytes, to_bytes;
};

/* "/lib /usr/lib"; false for a line without. */
static bool
read_substitution(const char *line, struct substitution *found)
{
	found->from = line + strspn(line, BLANKS);
	found->from_bytes = strcspn(found->from, BLANKS "\n");
	found->to = found->from + found->from_bytes;
	found->to += strspn(found->to, BLANKS);
	found->to_bytes = strcspn(found->to, BLANKS "\n");
	return found->from_bytes > 0 && *found->from != '#' &&
		found->to_bytes > 0;
}

/* Is it the path, or a folder that the path lies in? */
static bool
begins(const struct substitution *one, const char *path)
{
	return strncmp(path, one->from, one->from_bytes) == 0 &&
		(path[one->from_bytes] == '/' || path[one->from_bytes] == '\0');
}

/* Of several lines that begin the path, the last counts. */
static int
substitute(char path[PATH_MAX], const char *text, struct error *err)
{
	struct substitution one, last = {.from = NULL};
	char before[PATH_MAX];
	int bytes;

	for (const char *line = text; line != NULL;
		line = strchr(line, '\n'), line += line != NULL)
		if (read_substitution(line, &one) && begins(&one, path))
			last = one;
	if (last.from == NULL)
		return 0;
	if (path[last.from_bytes] == '/' && last.to_bytes == 1 &&
		*last.to == '/')
		last.from_bytes++;
	if (last.to_bytes >= PATH_MAX)
		return error_set(err, ENAMETOOLONG, "%.60s", path);
	strcpy(before, path);
	bytes = snprintf(path, PATH_MAX, "%.*s%s", (int)last.to_bytes, last.to,
		before + last.from_bytes);
	return bytes >= PATH_MAX
		? error_set(err, ENAMETOOLONG, "%.60s", before)
		: 0;
}

/* ---- matching ---- */

static size_t
stem_of_path(const char *path)
{
	const char *end = strchr(path + 1, '/');

	return end == NULL ? 0 : (size_t)(end - path);
}

static bool
may_fit(const struct line *line, const char *path, mode_t mode)
{
	return (line->type == 0 || line->type == (mode & S_IFMT)) &&
		(line->stem_bytes == 0 ||
			(line->stem_bytes == stem_of_path(path) &&
				strncmp(line->pattern, path,
					line->stem_bytes) == 0));
}

/*
 * What makes work before the first step, or long steps, is in no policy: more
 * than one count, which multiply, and what Perl writes with "(?" and "(*".
 */
static bool
is_plain(const char *pattern)
{
	unsigned counts = 0;

	for (const char *at = pattern; *at != '\0'; at++) {
		if (*at == '(' && (at[1] == '?' || at[1] == '*'))
			return false;
		counts += *at == '{' && isdigit((unsigned char)at[1]);
		if (*at == '\\' && *++at == '\0')
			break;
	}
	return counts <= 1 && strlen(pattern) < PATTERN_BYTES;
}

static void
code_freep(pcre2_code **code)
{
	pcre2_code_free(*code);
}

static int
too_long(const struct line *line, struct error *err)
{
	return error_set(err, 0, "the pattern '%.60s' takes too long",
		line->pattern);
}

/* 1: it fits; 0: it does not; -1: that cannot be told. */
static int
fits(struct file_contexts *contexts, const struct line *line, const char *path,
	struct error *err)
{
	AUTO(code_freep) pcre2_code *code = NULL;
	char pattern[PATTERN_BYTES + 2];
	PCRE2_SIZE offset;
	int status;

	if (++contexts->tries > TRIES_LIMIT)
		return error_set(err, 0, "the patterns take too long");
	if (!is_plain(line->pattern))
		return too_long(line, err);
	snprintf(pattern, sizeof pattern, "^%s$", line->pattern);
	code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
		PCRE2_DOTALL | PCRE2_NO_AUTO_POSSESS | PCRE2_NO_START_OPTIMIZE,
		&status, &offset, NULL);
	if (code == NULL)
		return error_set(err, 0, "'%.60s' is no pattern", line->pattern);
	status = pcre2_match(code, (PCRE2_SPTR)path, PCRE2_ZERO_TERMINATED, 0, 0,
		contexts->match, contexts->limits);
	if (status < 0 && status != PCRE2_ERROR_NOMATCH)
		return too_long(line, err);
	return status >= 0;
}

/* The last line of one kind that fits; NULL: none, or -1 was returned. */
static int
find_line(struct file_contexts *contexts, bool exact, const char *path,
	mode_t mode, const struct line **line_out, struct error *err)
{
	for (size_t i = contexts->count; i-- > 0;) {
		const struct line *line = &contexts->lines[i];
		int status = 0;

		if (line->is_exact == exact && may_fit(line, path, mode))
			status = fits(contexts, line, path, err);
		if (status == -1)
			return -1;
		if (status == 1) {
			*line_out = line;
			return 0;
		}
	}
	return 0;
}

int
file_contexts_find(struct file_contexts *contexts, const char *path,
	mode_t mode, char label_out[FILE_CONTEXTS_LABEL_BYTES],
	struct error *err)
{
	const struct line *line = NULL;
	char real[PATH_MAX];

	*label_out = '\0';
	if (snprintf(real, sizeof real, "%s", path) >= PATH_MAX)
		return error_set(err, ENAMETOOLONG, "%.60s", path);
	for (size_t i = FILE_CONTEXTS_SUBS; i < FILE_CONTEXTS_TEXTS; i++)
		if (substitute(real, contexts->texts[i], err) == -1)
			return -1;
	if (find_line(contexts, true, real, mode, &line, err) == -1 ||
		(line == NULL &&
			find_line(contexts, false, real, mode, &line, err) == -1))
		return -1;
	if (line != NULL && strcmp(line->label, "<<none>>") != 0 &&
		strlen(line->label) < FILE_CONTEXTS_LABEL_BYTES)
		strcpy(label_out, line->label);
	return 0;
}
