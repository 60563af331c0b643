/*
 * The file of waivers.  A person writes it, so what is wrong with it is said with
 * the number of the entry.
 */
#include "convert/assess/waiver.h"

#include <errno.h>
#include <fnmatch.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/error.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/assess/catalogue.h"

void
waivers_free(struct waivers *waivers)
{
	if (waivers == NULL)
		return;
	for (size_t i = 0; i < waivers->count; i++) {
		struct waiver *waiver = &waivers->list[i];

		free(waiver->rule);
		free(waiver->machine);
		free(waiver->path);
		free(waiver->who);
		free(waiver->why);
	}
	free(waivers->list);
	free(waivers->file);
	free(waivers);
}

static bool
is_date(const char *text)
{
	struct tm tm = {0};
	const char *end = strptime(text, "%Y-%m-%d", &tm);

	return end != NULL && *end == '\0' && strlen(text) == 10;
}

static int
refuse(const struct waivers *waivers, size_t index, const char *why,
	struct error *err)
{
	error_set(err, EBADMSG, "%s: waiver %zu: %s", waivers->file, index + 1,
		why);
	return error_hint(err, "Each needs rule, machine (or *), who, why and "
		"until (as 2026-12-31); path is optional.");
}

static int
read_waiver(struct waivers *waivers, size_t index, const json_t *json,
	struct error *err)
{
	struct waiver *waiver = &waivers->list[index];
	const char *rule = json_text(json, "rule", ""), *path;
	const char *machine = json_text(json, "machine", "");
	const char *who = json_text(json, "who", "");
	const char *why = json_text(json, "why", "");
	const char *until = json_text(json, "until", "");

	if (catalogue_rule(rule) == NULL)
		return refuse(waivers, index, "there is no such rule", err);
	if (*machine == '\0' || *who == '\0' || *why == '\0')
		return refuse(waivers, index, "something is missing", err);
	if (!is_date(until))
		return refuse(waivers, index, "until is no date", err);
	path = json_text(json, "path", NULL);
	waiver->rule = strdup(rule);
	waiver->machine = strdup(machine);
	waiver->path = path == NULL ? NULL : strdup(path);
	waiver->who = strdup(who);
	waiver->why = strdup(why);
	snprintf(waiver->until, sizeof waiver->until, "%s", until);
	if (waiver->rule == NULL || waiver->machine == NULL ||
		(path != NULL && waiver->path == NULL) ||
		waiver->who == NULL || waiver->why == NULL)
		return error_set(err, ENOMEM, "read %s", waivers->file);
	return 0;
}

int
waivers_read(struct waivers **waivers_out, const char *path, struct error *err)
{
	AUTO(waivers_freep) struct waivers *waivers =
		calloc(1, sizeof *waivers);
	AUTO(json_decrefpp) json_t *json = NULL;
	const json_t *list, *entry;
	size_t i;

	if (waivers == NULL || (waivers->file = strdup(path)) == NULL)
		return error_set(err, ENOMEM, "read %s", path);
	if (json_file_read(&json, path, err) == -1)
		return -1;
	list = json_object_get(json, "waivers");
	if (!json_is_array(list))
		return error_set(err, EBADMSG, "%s: it has no waivers", path);
	waivers->list = calloc(json_array_size(list) + 1,
		sizeof *waivers->list);
	if (waivers->list == NULL)
		return error_set(err, ENOMEM, "read %s", path);
	json_array_foreach(list, i, entry)
	{
		waivers->count = i + 1;
		if (read_waiver(waivers, i, entry, err) == -1)
			return -1;
	}
	*waivers_out = take(waivers);
	return 0;
}

bool
waiver_names(const struct waiver *waiver, const char *rule,
	const char *machine)
{
	return strcmp(waiver->rule, rule) == 0 &&
		(strcmp(waiver->machine, "*") == 0 ||
			strcmp(waiver->machine, machine) == 0);
}

bool
waiver_covers(const struct waiver *waiver, const char *where)
{
	char file[1024];
	const char *colon = strrchr(where, ':');

	if (waiver->path == NULL || fnmatch(waiver->path, where, 0) == 0)
		return true;
	if (colon == NULL)
		return false;
	snprintf(file, sizeof file, "%.*s", (int)(colon - where), where);
	return fnmatch(waiver->path, file, 0) == 0;
}

bool
waiver_has_ended(const struct waiver *waiver, const char *today)
{
	return strcmp(today, waiver->until) > 0;
}
