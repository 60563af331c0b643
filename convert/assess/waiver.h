#ifndef CONVERT_ASSESS_WAIVER_H
#define CONVERT_ASSESS_WAIVER_H

#include <stdbool.h>
#include <stddef.h>

struct error;

/* Findings that somebody accepts: who, why and until when. */
struct waiver {
	char *rule;    /* its id */
	char *machine; /* its name, or "*" */
	char *path;    /* a shell pattern for the place; NULL: any */
	char *who, *why;
	char until[11]; /* the last day: "2026-12-31" */
};

struct waivers {
	struct waiver *list;
	size_t count;
	char *file; /* where they were read */
};

/*
 * Read a file {"waivers": [{"rule", "machine", "path" (optional), "who", "why",
 * "until"}]}.  An unknown rule, a missing member or what is no date is refused.
 */
int waivers_read(struct waivers **waivers_out, const char *path,
	struct error *err);
void waivers_free(struct waivers *waivers);

static inline void
waivers_freep(struct waivers **waivers)
{
	waivers_free(*waivers);
}

/* Does it speak of this rule on this machine, whenever it ends? */
bool waiver_names(const struct waiver *waiver, const char *rule,
	const char *machine);

/* And of this place ("/etc/fstab:7")? */
bool waiver_covers(const struct waiver *waiver, const char *where);

bool waiver_has_ended(const struct waiver *waiver, const char *today);

#endif
