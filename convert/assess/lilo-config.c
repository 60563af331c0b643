/*
 * LILO's configuration, and ELILO's, which is written alike (lilo.conf(5)): words
 * "key" or "key = value", a value perhaps in quotes; from "image" or "other" on
 * they belong to that entry.
 */
#include "convert/assess/lilo-config.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/error.h"
#include "common/own.h"

struct word {
	char key[32], value[LILO_ARGUMENTS];
};

/* What may stand for all entries and for one. */
static const struct {
	const char *key;
	size_t offset, room;
} texts[] = {
#define TEXT(key, member)                                                      \
	{key, offsetof(struct lilo_image, member),                             \
		sizeof((struct lilo_image *)0)->member}
	TEXT("label", label),
	TEXT("initrd", initrd),
	TEXT("root", root),
	TEXT("append", arguments),
	TEXT("vga", vga),
#undef TEXT
};

/* White space and comments. */
static const char *
skip(const char *at)
{
	for (;;) {
		at += strspn(at, " \t\r\n");
		if (*at != '#')
			return at;
		at += strcspn(at, "\n");
	}
}

/* A value, to its end; what does not fit is cut. */
static const char *
read_value(const char *at, char *value, size_t room)
{
	bool quoted = *at == '"';
	size_t used = 0;

	for (at += quoted; *at != '\0'; at++) {
		if (quoted ? *at == '"' : strchr(" \t\r\n", *at) != NULL)
			break;
		if (*at == '\\' && at[1] != '\0') {
			at++;
			if (*at == '\n')
				continue;
		}
		if (used + 1 < room)
			value[used++] = *at;
	}
	value[used] = '\0';
	return at + (*at == '"');
}

/* NULL at the end. */
static const char *
next_word(const char *at, struct word *word)
{
	const char *start;
	size_t n;

	at = skip(at);
	if (*at == '\0')
		return NULL;
	n = strcspn(at, " \t\r\n=#\"");
	snprintf(word->key, sizeof word->key, "%.*s", (int)n, at);
	word->value[0] = '\0';
	start = at + n + strspn(at + n, " \t");
	if (*start != '=')
		return at + n + (n == 0);
	start++;
	return read_value(start + strspn(start, " \t"), word->value,
		sizeof word->value);
}

static bool
is(const struct word *word, const char *key)
{
	return strcasecmp(word->key, key) == 0;
}

static void
read_of_image(struct lilo_image *image, const struct word *word)
{
	size_t used;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (is(word, texts[i].key))
			snprintf((char *)image + texts[i].offset,
				texts[i].room, "%s", word->value);
	if (is(word, "literal"))
		snprintf(image->arguments, sizeof image->arguments, "%s",
			word->value);
	used = strlen(image->arguments);
	if (is(word, "addappend"))
		snprintf(image->arguments + used,
			sizeof image->arguments - used, "%s%s",
			used == 0 ? "" : " ", word->value);
	if (is(word, "read-only") || is(word, "read-write")) {
		image->read_only = is(word, "read-only");
		image->read_write = !image->read_only;
	}
	image->is_optional |= is(word, "optional");
}

/* Tenths of a second; ELILO and LILO agree. */
static void
read_of_all(struct lilo_config *config, char *chosen, size_t room,
	const struct word *word)
{
	if (is(word, "boot"))
		snprintf(config->boot, sizeof config->boot, "%.255s",
			word->value);
	if (is(word, "map"))
		snprintf(config->map, sizeof config->map, "%.255s",
			word->value);
	if (is(word, "default"))
		snprintf(chosen, room, "%s", word->value);
	if (is(word, "timeout") || is(word, "delay")) {
		unsigned long tenths = strtoul(word->value, NULL, 10);

		config->timeout_seconds = tenths > 36000 ? 3600
			: (unsigned)((tenths + 9) / 10);
	}
}

static void
begin_image(struct lilo_config *config, const struct lilo_image *all,
	const struct word *word)
{
	struct lilo_image *image = &config->images[config->count++];
	const char *slash = strrchr(word->value, '/');

	*image = *all;
	image->is_other = is(word, "other");
	snprintf(image->path, sizeof image->path, "%.255s", word->value);
	snprintf(image->label, sizeof image->label, "%.127s",
		slash == NULL ? word->value : slash + 1);
}

static void
read_words(struct lilo_config *config, const char *text, char *chosen,
	size_t room)
{
	struct lilo_image all = {.label = ""};
	struct lilo_image *image = NULL;
	struct word word;

	while ((text = next_word(text, &word)) != NULL) {
		config->asks_password |= is(&word, "password") ||
			is(&word, "restricted");
		if (is(&word, "image") || is(&word, "other")) {
			if (config->count == LILO_IMAGES)
				return;
			begin_image(config, &all, &word);
			image = &config->images[config->count - 1];
		} else if (image != NULL) {
			if (is(&word, "alias") &&
				strcmp(chosen, word.value) == 0)
				image->is_default = true;
			read_of_image(image, &word);
		} else {
			read_of_image(&all, &word);
			read_of_all(config, chosen, room, &word);
		}
	}
}

int
lilo_config_read(struct lilo_config **config_out, const char *text,
	struct error *err)
{
	AUTO(freep) struct lilo_config *config = calloc(1, sizeof *config);
	char chosen[128] = "";
	bool found = false;

	if (config == NULL)
		return error_set(err, ENOMEM, "read a boot configuration");
	read_words(config, text, chosen, sizeof chosen);
	for (size_t i = 0; i < config->count; i++) {
		struct lilo_image *image = &config->images[i];

		image->is_default |= strcmp(image->label, chosen) == 0;
		image->is_default &= !found;
		found |= image->is_default;
	}
	if (!found && config->count > 0)
		config->images[0].is_default = true;
	*config_out = take(config);
	return 0;
}

const struct lilo_image *
lilo_config_default(const struct lilo_config *config)
{
	for (size_t i = 0; i < config->count; i++)
		if (config->images[i].is_default)
			return &config->images[i];
	return NULL;
}
