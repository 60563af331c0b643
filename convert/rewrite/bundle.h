#ifndef CONVERT_REWRITE_BUNDLE_H
#define CONVERT_REWRITE_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>

struct error;

enum {
	BUNDLE_FILES = 400,
	BUNDLE_FILE_BYTES = 3 << 20, /* of one file; what is sent at once */
	BUNDLE_BYTES = 32 << 20      /* of all */
};

/* A file or, with `target`, a symbolic link. */
struct bundle_file {
	char *path; /* absolute, without "." and ".." */
	char *data, *target;
	size_t bytes;
	unsigned mode;
};

/* A .deb or .rpm, unpacked in memory as data; its scripts are not kept. */
struct bundle {
	bool is_rpm, is_cut; /* is_cut: of no use */
	char name[64], version[96], architecture[32];
	char *control;	/* of a .deb: its fields; else NULL */
	char *md5sums;	/* of a .deb, or NULL */
	char *list;	/* of a .deb: each path on a line */
	struct bundle_file files[BUNDLE_FILES];
	size_t count;
};

/*
 * Read a package by its file's name (".deb", ".rpm"); an .rpm's name, version
 * and architecture are taken from it as well.  The caller frees it.
 */
int bundle_read(struct bundle **bundle_out, const char *path,
	struct error *err);
void bundle_free(struct bundle *bundle);

static inline void
bundle_freep(struct bundle **bundle)
{
	bundle_free(*bundle);
}

/* Does it bring a file or link of this name ("liburing.so.2")? */
bool bundle_brings(const struct bundle *bundle, const char *name);

#endif
