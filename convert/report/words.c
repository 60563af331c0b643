/*
 * The words of every format: judgements, durations, lists.  What they look like
 * on a page is for frame.c and style.c to say.
 */
#include "convert/report/words.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"

const struct word word_tiers[] = {
	{"not-ready", "Not ready", "bad"},
	{"needs-decisions", "Needs decisions", "warn"},
	{"ready-with-changes", "Ready with changes", "info"},
	{"ready", "Ready", "good"},
	{"", "Not assessed", "none"},
	{NULL, NULL, NULL},
};

static const struct word verdicts[] = {
	{"boots", "Boots", "good"},
	{"boots-with-problems", "Boots, with problems", "warn"},
	{"does-not-boot", "Does not boot", "bad"},
	{"unproven", "Not proven", "none"},
	{NULL, NULL, NULL},
};

const struct word word_severities[] = {
	{"blocker", "Blocker", "bad"},
	{"warning", "Warning", "warn"},
	{"information", "Information", "info"},
	{NULL, NULL, NULL},
};

static const struct word *
find(const struct word *words, const char *name)
{
	while (strcmp(words->name, name) != 0 && words[1].name != NULL)
		words++;
	return words;
}

const struct word *
word_tier(const char *name)
{
	return find(word_tiers, name);
}

const struct word *
word_verdict(const char *name)
{
	return find(verdicts, name);
}

const struct word *
word_severity(const char *name)
{
	return find(word_severities, name);
}

const char *
words_duration(char text[WORDS_DURATION_BYTES], double seconds)
{
	uint64_t whole = seconds < 0 || seconds > 1e15 ? 0 : (uint64_t)seconds;

	if (seconds < 60)
		snprintf(text, WORDS_DURATION_BYTES, "%.1f s", seconds);
	else if (whole < 3600)
		snprintf(text, WORDS_DURATION_BYTES, "%ju min %02ju s",
			(uintmax_t)whole / 60, (uintmax_t)whole % 60);
	else
		snprintf(text, WORDS_DURATION_BYTES, "%ju h %02ju min",
			(uintmax_t)whole / 3600, (uintmax_t)whole / 60 % 60);
	return text;
}

const char *
words_noun(char text[WORDS_NOUN_BYTES], size_t count, const char *noun)
{
	snprintf(text, WORDS_NOUN_BYTES, "%s%s", noun, count == 1 ? "" : "s");
	return text;
}

const char *
words_count(char text[WORDS_COUNT_BYTES], size_t count, const char *noun)
{
	char counted[WORDS_NOUN_BYTES];

	snprintf(text, WORDS_COUNT_BYTES, "%zu %s", count,
		words_noun(counted, count, noun));
	return text;
}

const json_t *
words_waiver(const json_t *finding)
{
	const json_t *waiver = json_object_get(finding, "waiver");

	return json_is_object(waiver) ? waiver : NULL;
}

char *
words_group(const char *group)
{
	char *text = strdup(*group == '\0' ? "other" : group);

	if (text == NULL)
		return NULL;
	text[0] = (char)toupper((unsigned char)text[0]);
	for (char *at = text; (at = strpbrk(at, "-_")) != NULL;)
		*at = ' ';
	return text;
}

char *
words_join(const json_t *list)
{
	char *text = NULL;
	const json_t *item;
	size_t bytes, i;
	FILE *out = open_memstream(&text, &bytes);

	if (out == NULL)
		return NULL;
	json_array_foreach(list, i, item)
		fprintf(out, "%s%s", i == 0 ? "" : ", ",
			json_is_string(item) ? json_string_value(item) : "?");
	fclose(out);
	return text;
}
