#ifndef CONVERT_REWRITE_LIBRARY_H
#define CONVERT_REWRITE_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

struct bundle;
struct error;
struct guest_files;
struct names;

/* A guest's libraries, as far as a program can need them. */
struct libraries {
	const struct guest_files *files;
	char *libc; /* how its C library begins; NULL: not found */
	size_t libc_bytes;
};

void libraries_open(struct libraries *libraries,
	const struct guest_files *files);
void libraries_release(struct libraries *libraries);

/*
 * Does the guest have what a program names: "libglib-2.0.so.0", or a version of
 * the C library, "GLIBC_2.34"?
 */
bool libraries_have(const struct libraries *libraries, const char *need);

/* Add the names of that kind in the programs of a package. */
int library_needs(struct names *needs, const struct bundle *bundle,
	struct error *err);

#endif
