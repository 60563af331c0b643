#ifndef CONVERT_ASSESS_PACKAGES_H
#define CONVERT_ASSESS_PACKAGES_H

#include <stdbool.h>
#include <stddef.h>

struct files;

/* Installed software, as the guest's package manager knows it. */
struct packages;

struct package {
	char name[128], version[96];
	const char *where; /* the database's path */
	unsigned line;	   /* in it, or 0 */
};

enum { PACKAGES_LIMIT = 20000, PACKAGES_TEXT_LIMIT = 32 << 20 };

struct packages *packages_new(void);
void packages_free(struct packages *packages);

static inline void
packages_freep(struct packages **packages)
{
	packages_free(*packages);
}

/* The databases of dpkg ("/var/lib/dpkg/status") and apk, as text. */
void packages_read_dpkg(struct packages *packages, const char *text);
void packages_read_apk(struct packages *packages, const char *text);

/* pacman's, and what else is there as small files, from the snapshot. */
void packages_read_files(struct packages *packages, const struct files *files);

/* One that something else knows; `where` is a literal. */
void packages_add(struct packages *packages, const char *name, size_t name_bytes,
	const char *version, size_t version_bytes, const char *where,
	unsigned line);

size_t packages_count(const struct packages *packages);
const struct package *packages_at(const struct packages *packages,
	size_t index);

/*
 * The first whose name matches one of the shell patterns ("clamav-daemon
 * clamd falcon-*"); NULL when there is none.
 */
const struct package *packages_find(const struct packages *packages,
	const char *patterns);

/* Does it match one of the shell patterns, which spaces separate? */
bool packages_name_matches(const char *name, const char *patterns);

#endif
