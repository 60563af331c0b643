/*
 * Lists of module names, paths and folder entries.
 */
#include "drivers-inject/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"

int
names_add_part(struct names *names, const char *name, size_t bytes,
	struct error *err)
{
	char *copy;

	if (names->count == names->room) {
		size_t room = names->room * 2 + 16;
		char **larger = realloc(names->items, room * sizeof *larger);

		if (larger == NULL)
			return error_set(err, ENOMEM, "keep a list of names");
		names->items = larger;
		names->room = room;
	}
	copy = strndup(name, bytes);
	if (copy == NULL)
		return error_set(err, ENOMEM, "keep a list of names");
	names->items[names->count++] = copy;
	return 0;
}

int
names_add(struct names *names, const char *name, struct error *err)
{
	return names_add_part(names, name, strlen(name), err);
}

int
names_add_once(struct names *names, const char *name, struct error *err)
{
	return names_has(names, name) ? 0 : names_add(names, name, err);
}

bool
names_has(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->items[i], name) == 0)
			return true;
	return false;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
names_sort(struct names *names)
{
	if (names->count > 1)
		qsort(names->items, names->count, sizeof *names->items, compare);
}

char *
names_join(const struct names *names, const char *none)
{
	size_t room = 1;
	char *text, *at;

	if (names->count == 0)
		return strdup(none);
	for (size_t i = 0; i < names->count; i++)
		room += strlen(names->items[i]) + 2;
	at = text = malloc(room);
	if (text == NULL)
		return NULL;
	for (size_t i = 0; i < names->count; i++) {
		if (i > 0)
			at = stpcpy(at, ", ");
		at = stpcpy(at, names->items[i]);
	}
	return text;
}

void
names_freep(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->items[i]);
	free(names->items);
	*names = (struct names){NULL, 0, 0};
}
