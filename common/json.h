#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;

/* Release for AUTO. */
static inline void
json_decrefpp(json_t **json)
{
	json_decref(*json);
}

/*
 * Read a file of at most 64 MiB that holds one JSON object.  The caller owns
 * the reference in *json_out.
 */
int json_file_read(json_t **json_out, const char *path, struct error *err);

/* Write an indented, key-order preserving file, atomically, mode 0600. */
int json_file_write(const char *path, const json_t *json, struct error *err);

/* A member's text or number, or the fallback when it is missing or another type. */
const char *json_text(const json_t *object, const char *key,
	const char *fallback);
uint64_t json_number(const json_t *object, const char *key, uint64_t fallback);
/* Is the text one of a list's? */
bool json_list_has(const json_t *list, const char *text);
int json_flag(const json_t *object, const char *key, int fallback);

/* Set a text member; bytes that are not UTF-8 are replaced by '?'.  A NULL
 * value sets null.  Returns 0, or -1 when out of memory. */
int json_set_text(json_t *object, const char *key, const char *value);

/* A string of any bytes; those that are not UTF-8 are replaced by '?'. */
json_t *json_safe_string(const char *value, size_t bytes);

/* Append such a string to an array; it is cut at 1023 bytes. */
int json_add(json_t *array, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
