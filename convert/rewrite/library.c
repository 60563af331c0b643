/*
 * What a program needs of a guest, by the strings in it that name libraries and
 * versions of the C library: no database of packages is asked.
 */
#include "convert/rewrite/library.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/rewrite/bundle.h"
#include "drivers-inject/guest.h"
#include "drivers-inject/names.h"

/* The names that programs need lie near the beginning. */
enum { LIBC_BYTES = 1 << 20 };

static const char *const folders[] = {"/lib", "/usr/lib", "/lib64",
	"/usr/lib64", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu",
	"/lib/i386-linux-gnu", "/usr/lib/i386-linux-gnu"};

static bool
has_file(const struct guest_files *files, const char *path)
{
	struct error ignored;

	return guest_has_file(files, path, &ignored) == 1;
}

/* "libglib-2.0.so.0" and the like, not "lib" alone. */
static bool
is_library(const char *text, size_t bytes)
{
	const char *so = memmem(text, bytes, ".so.", 4);

	if (bytes < 8 || bytes > 60 || strncmp(text, "lib", 3) != 0 ||
		so == NULL)
		return false;
	for (size_t i = 0; i < bytes; i++)
		if (!isalnum((unsigned char)text[i]) &&
			strchr("._+-", text[i]) == NULL)
			return false;
	return true;
}

static bool
is_version(const char *text, size_t bytes)
{
	return bytes < 40 && bytes > 6 && strncmp(text, "GLIBC_", 6) == 0 &&
		strspn(text + 6, "0123456789.") == bytes - 6;
}

/* The strings of a program that name libraries or versions of the C library. */
static int
read_needs(struct names *needs, const struct bundle_file *file,
	struct error *err)
{
	const char *at = file->data, *end = at + file->bytes;

	if (file->bytes < 4 || memcmp(at, "\177ELF", 4) != 0)
		return 0;
	while (at < end) {
		size_t bytes = strnlen(at, (size_t)(end - at));

		if ((is_library(at, bytes) || is_version(at, bytes)) &&
			names_add_once(needs, at, err) == -1)
			return -1;
		at += bytes + 1;
	}
	return 0;
}

static bool
has_library(const struct libraries *libraries, const char *name)
{
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		AUTO(freep) char *path = io_format("%s/%s", folders[i],
			name);

		if (path != NULL && has_file(libraries->files, path))
			return true;
	}
	return false;
}

bool
libraries_have(const struct libraries *libraries, const char *need)
{
	if (!string_starts(need, "GLIBC_"))
		return has_library(libraries, need);
	/* with its NUL, so that 2.3 is not found in 2.34 */
	return libraries->libc != NULL &&
		memmem(libraries->libc, libraries->libc_bytes, need,
			strlen(need) + 1) != NULL;
}

void
libraries_open(struct libraries *libraries, const struct guest_files *files)
{
	*libraries = (struct libraries){.files = files};
	for (size_t i = 0; libraries->libc == NULL &&
		i < sizeof folders / sizeof *folders; i++) {
		AUTO(freep) char *path = io_format("%s/libc.so.6", folders[i]);
		struct error ignored;

		if (path != NULL && has_file(files, path))
			files->read(files->handle, path, LIBC_BYTES,
				&libraries->libc, &libraries->libc_bytes,
				&ignored);
	}
}

void
libraries_release(struct libraries *libraries)
{
	free(libraries->libc);
}

int
library_needs(struct names *needs, const struct bundle *bundle,
	struct error *err)
{
	for (size_t i = 0; i < bundle->count; i++)
		if (bundle->files[i].data != NULL &&
			read_needs(needs, &bundle->files[i], err) == -1)
			return -1;
	return 0;
}
