/*
 * Applies the catalogue to what is known about a guest.  Nothing here or in the
 * rules reaches the guest itself: they see a snapshot (files.h).
 */
#include "convert/assess/examine.h"

#include <assert.h>
#include <ctype.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/device.h"
#include "convert/assess/software.h"

bool
line_next(struct line *line)
{
	const char *at = line->next;
	size_t bytes, blank;

	if (at == NULL || *at == '\0')
		return false;
	bytes = strcspn(at, "\n");
	line->number++;
	line->next = at + bytes + (at[bytes] == '\n');
	blank = strspn(at, " \t\r");
	blank = blank < bytes ? blank : bytes;
	at += blank;
	bytes -= blank;
	while (bytes > 0 && isspace((unsigned char)at[bytes - 1]))
		bytes--;
	snprintf(line->text, sizeof line->text, "%.*s", (int)bytes, at);
	return true;
}

bool
line_is_comment(const struct line *line)
{
	const char *text = line->text;

	return *text == '\0' || *text == '#' || *text == ';' || *text == '!' ||
		string_starts(text, "//") || string_starts(text, "--");
}

void
examine_note_as(struct examination *examination, const struct rule *rule,
	enum confidence confidence, const char *where, unsigned line,
	const char *what)
{
	finding_add_as(examination->findings, rule->id, confidence, where, line,
		what, rule->effect);
}

void
examine_note(struct examination *examination, const struct rule *rule,
	const char *where, unsigned line, const char *what)
{
	examine_note_as(examination, rule, rule->confidence, where, line, what);
}

/* "localhost", loopback addresses, and what no host is called. */
static bool
is_elsewhere(const char *host)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				      ".-_:";

	return *host != '\0' && host[strspn(host, letters)] == '\0' &&
		isalnum((unsigned char)*host) &&
		strncasecmp(host, "localhost", 9) != 0 &&
		!string_starts(host, "127.") && strcmp(host, "0.0.0.0") != 0;
}

bool
examine_depend(const struct examination *examination, const char *kind,
	const char *spec, const char *path, unsigned line)
{
	const char *scheme = strstr(spec, "://"), *end;
	char host[256], where[FILES_PATH_LIMIT + 16];
	unsigned port = 0;

	spec = scheme == NULL ? spec : scheme + 3;
	if (*spec == '[') {
		spec++;
		end = spec + strcspn(spec, "]");
		snprintf(host, sizeof host, "%.*s", (int)(end - spec), spec);
		end += *end == ']';
	} else {
		end = spec + strcspn(spec, ":/ \t,;\"'");
		snprintf(host, sizeof host, "%.*s", (int)(end - spec), spec);
	}
	if (*end == ':')
		sscanf(end + 1, "%5u", &port);
	if (!is_elsewhere(host))
		return false;
	snprintf(where, sizeof where, "%s:%u", path, line);
	findings_add_dependency(examination->findings, kind, host,
		port < 65536 ? port : 0, where);
	return true;
}

/* In fstab, "//" begins the name of a share. */
static bool
is_comment(const char *path, const struct line *line)
{
	return strcmp(path, "/etc/fstab") == 0
		? *line->text == '\0' || *line->text == '#'
		: line_is_comment(line);
}

/* Does the line look like it, whether or not it is accepted then? */
static bool
try_line(struct examination *examination, const struct rule *rule,
	const struct clue *clue, const regex_t *pattern, const char *path,
	const struct line *line)
{
	regmatch_t at[2];
	char match[EXAMINE_LINE];
	struct hit hit = {.path = path, .line = line->number,
		.text = line->text, .match = match};
	const regmatch_t *which = &at[0];

	if (is_comment(path, line) ||
		regexec(pattern, line->text, 2, at, 0) != 0)
		return false;
	if (pattern->re_nsub > 0 && at[1].rm_so >= 0)
		which = &at[1];
	snprintf(match, sizeof match, "%.*s",
		(int)(which->rm_eo - which->rm_so), line->text + which->rm_so);
	if (clue->accept == NULL || clue->accept(examination, &hit))
		examine_note(examination, rule, path, line->number, line->text);
	return true;
}

/*
 * Looking closer at one may take milliseconds, and a guest can have a million
 * of them.
 */
enum { HIT_LIMIT = 20000 };

static void
follow_clue(struct examination *examination, const struct rule *rule,
	const struct clue *clue)
{
	const struct file *file;
	unsigned hits = 0;
	regex_t pattern;
	int status = regcomp(&pattern, clue->pattern,
		REG_EXTENDED | REG_ICASE);

	assert(status == 0);
	if (status != 0)
		return;
	for (size_t i = 0; (file = files_match(examination->files, clue->files,
				    &i)) != NULL;) {
		struct line line = {.next = file->text};

		while (hits < HIT_LIMIT && line_next(&line))
			hits += try_line(examination, rule, clue, &pattern,
				file->path, &line);
	}
	regfree(&pattern);
	if (hits == HIT_LIMIT)
		findings_add_limit(examination->findings, false,
			"%s: only the first %d places that look like it were "
			"looked at", rule->title, HIT_LIMIT);
}

void
examine_rule(struct examination *examination, const struct rule *rule)
{
	for (const struct clue *clue = rule->clues;
		clue != NULL && clue->files != NULL; clue++)
		follow_clue(examination, rule, clue);
	for (const struct software *software = rule->software;
		software != NULL && software->name != NULL; software++)
		software_look(examination, rule, software);
	for (const struct device *device = rule->devices;
		device != NULL && device->name != NULL; device++)
		device_look(examination, rule, device);
	if (rule->look != NULL)
		rule->look(examination, rule);
}

void
examine(struct examination *examination)
{
	const struct rule *rule;

	for (size_t i = 0; (rule = catalogue_at(i)) != NULL; i++)
		examine_rule(examination, rule);
}
