#ifndef DRIVERS_INJECT_NAMES_H
#define DRIVERS_INJECT_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct error;

/* A list of strings that it owns; {0} is an empty one. */
struct names {
	char **items;
	size_t count, room;
};

int names_add(struct names *names, const char *name, struct error *err);

/* The same for a name that is not NUL-terminated. */
int names_add_part(struct names *names, const char *name, size_t bytes,
	struct error *err);

/* Adds a name unless it is there. */
int names_add_once(struct names *names, const char *name, struct error *err);

bool names_has(const struct names *names, const char *name);

void names_sort(struct names *names);

/* "a, b, c", or `none` for an empty list; the caller frees it. */
char *names_join(const struct names *names, const char *none);

/* Release for AUTO; leaves an empty list. */
void names_freep(struct names *names);

#endif
