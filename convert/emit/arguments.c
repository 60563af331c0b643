/* A growing argument list; qemu.c fills it. */
#include "convert/emit/arguments.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
reserve(struct arguments *arguments)
{
	size_t room = arguments->room * 2 + 32;
	char **larger;

	if (arguments->count + 1 < arguments->room)
		return true;
	larger = realloc(arguments->items, room * sizeof *larger);
	if (larger == NULL)
		return false;
	arguments->items = larger;
	arguments->room = room;
	return true;
}

void
arguments_add(struct arguments *arguments, const char *format, ...)
{
	char *item = NULL;
	va_list list;

	va_start(list, format);
	if (vasprintf(&item, format, list) == -1)
		item = NULL;
	va_end(list);
	if (item == NULL || !reserve(arguments)) {
		free(item);
		arguments->failed = true;
		return;
	}
	arguments->items[arguments->count++] = item;
	arguments->items[arguments->count] = NULL;
}

char *
arguments_value(const char *text)
{
	char *value = malloc(2 * strlen(text) + 1), *at = value;

	if (value == NULL)
		return NULL;
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			continue;
		if (*text == ',')
			*at++ = ',';
		*at++ = *text;
	}
	*at = '\0';
	return value;
}

void
arguments_free(struct arguments *arguments)
{
	for (size_t i = 0; i < arguments->count; i++)
		free(arguments->items[i]);
	free(arguments->items);
	*arguments = (struct arguments){0};
}
