/*
 * JSON files and members, on top of jansson.  Text that comes from firmware or
 * a guest may be in any encoding; JSON must be UTF-8.
 */
#include "common/json.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"

enum { JSON_FILE_LIMIT = 64 << 20 };

int
json_file_read(json_t **json_out, const char *path, struct error *err)
{
	AUTO(freep) char *text = NULL;
	size_t bytes;
	json_error_t why;
	json_t *json;

	if (io_read_file(&text, &bytes, path, JSON_FILE_LIMIT, err) == -1)
		return -1;
	json = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &why);
	if (json == NULL)
		return error_set(err, 0, "%s, line %d: %s", path, why.line,
			why.text);
	if (!json_is_object(json)) {
		json_decref(json);
		return error_set(err, 0, "%s: not a JSON object", path);
	}
	*json_out = json;
	return 0;
}

int
json_file_write(const char *path, const json_t *json, struct error *err)
{
	AUTO(freep) char *text = json_dumps(json, JSON_INDENT(2));
	AUTO(freep) char *line = text ? io_format("%s\n", text) : NULL;

	if (line == NULL)
		return error_set(err, ENOMEM, "write %s", path);
	return io_write_file(path, line, strlen(line), 0600, err);
}

const char *
json_text(const json_t *object, const char *key, const char *fallback)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value == NULL ? fallback : value;
}

uint64_t
json_number(const json_t *object, const char *key, uint64_t fallback)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return fallback;
	return (uint64_t)json_integer_value(value);
}

int
json_flag(const json_t *object, const char *key, int fallback)
{
	const json_t *value = json_object_get(object, key);

	return json_is_boolean(value) ? json_is_true(value) : fallback;
}

/* The length of a valid UTF-8 sequence at `at`, or 0. */
static size_t
utf8_length(const unsigned char *at, size_t left)
{
	json_t *probe;

	for (size_t n = 1; n <= 4 && n <= left; n++) {
		probe = json_stringn((const char *)at, n);
		json_decref(probe);
		if (probe != NULL)
			return n;
	}
	return 0;
}

json_t *
json_safe_string(const char *value, size_t bytes)
{
	json_t *string = json_stringn(value, bytes);
	AUTO(freep) char *clean = NULL;

	if (string != NULL)
		return string;
	clean = malloc(bytes + 1);
	if (clean == NULL)
		return NULL;
	memcpy(clean, value, bytes);
	for (size_t i = 0; i < bytes;) {
		size_t n = utf8_length((unsigned char *)clean + i, bytes - i);

		if (n == 0)
			clean[i] = '?';
		i += n == 0 ? 1 : n;
	}
	return json_stringn(clean, bytes);
}

bool
json_list_has(const json_t *list, const char *text)
{
	const json_t *item;
	size_t i;

	json_array_foreach (list, i, item)
		if (json_is_string(item) &&
			strcmp(json_string_value(item), text) == 0)
			return true;
	return false;
}

int
json_set_text(json_t *object, const char *key, const char *value)
{
	json_t *text = value == NULL ? json_null()
				     : json_safe_string(value, strlen(value));

	return json_object_set_new(object, key, text);
}

int
json_add(json_t *array, const char *format, ...)
{
	char text[1024];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	return json_array_append_new(array,
		json_safe_string(text, strlen(text)));
}
