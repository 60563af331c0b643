/*
 * Reading small files of a guest that may be hostile: a fifo in place of a file
 * would block the appliance, a huge file fill our memory.
 */
#include "convert/assess/guest-file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/io.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "drivers-inject/appliance.h"

enum { FOLDER_LIMIT = 1000 };

static void
statns_freep(struct guestfs_statns **stat)
{
	guestfs_free_statns(*stat);
}

static bool
has_type(guestfs_h *g, const char *path, mode_t type)
{
	AUTO(statns_freep) struct guestfs_statns *stat =
		guestfs_statns(g, path);

	return stat != NULL && ((mode_t)stat->st_mode & S_IFMT) == type;
}

bool
guest_file_is_there(guestfs_h *g, const char *path)
{
	return has_type(g, path, S_IFREG);
}

bool
guest_folder_is_there(guestfs_h *g, const char *path)
{
	return has_type(g, path, S_IFDIR);
}

/* Of what is known to be a regular file. */
static char *
read_head(guestfs_h *g, const char *path, size_t limit_bytes, size_t *bytes_out)
{
	AUTO(freep) char *data = NULL;
	char *text;

	data = guestfs_pread(g, path, (int)limit_bytes, 0, bytes_out);
	if (data == NULL || (text = realloc(data, *bytes_out + 1)) == NULL)
		return NULL;
	data = text;
	data[*bytes_out] = '\0';
	return take(data);
}

char *
guest_file_head(guestfs_h *g, const char *path, size_t limit_bytes,
	size_t *bytes_out)
{
	return guest_file_is_there(g, path)
		? read_head(g, path, limit_bytes, bytes_out)
		: NULL;
}

/* By the last call's error; a link to nothing counts as nothing. */
static bool
is_absent(guestfs_h *g)
{
	int code = guestfs_last_errno(g);

	return code == ENOENT || code == ENOTDIR;
}

char *
guest_file_text(guestfs_h *g, const char *path, struct findings *findings)
{
	AUTO(statns_freep) struct guestfs_statns *stat =
		guestfs_statns(g, path);
	AUTO(freep) char *text = NULL;
	const char *why = NULL;
	size_t bytes = 0;

	if (stat == NULL ? is_absent(g) : appliance_is_null(stat))
		return NULL;
	if (stat == NULL)
		why = guestfs_last_errno(g) == ELOOP
			? "its links lead in a circle"
			: "it cannot be looked at";
	else if (((mode_t)stat->st_mode & S_IFMT) != S_IFREG)
		why = "it is not a regular file";
	else if (stat->st_size > GUEST_FILE_LIMIT)
		why = "it is larger than 1 MiB";
	else if ((text = read_head(g, path, GUEST_FILE_LIMIT, &bytes)) == NULL)
		why = "it cannot be read";
	else
		why = string_binary(text, bytes);
	if (why == NULL && bytes == 0)
		finding_add(findings, "guest.file-empty", path, 0, "0 bytes",
			NULL);
	if (why == NULL)
		return take(text);
	finding_add(findings, "guest.file-refused", path, 0, why, NULL);
	return NULL;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **
guest_folder_files(guestfs_h *g, const char *folder, const char *ending)
{
	AUTO(strings_freep) char **names = NULL;
	AUTO(strings_freep) char **files =
		calloc(FOLDER_LIMIT + 1, sizeof *files);
	size_t count = 0;

	if (files == NULL)
		return NULL;
	if (guest_folder_is_there(g, folder))
		names = guestfs_ls(g, folder);
	for (char **name = names; name != NULL && *name != NULL; name++) {
		if (!string_ends(*name, ending) || count == FOLDER_LIMIT)
			continue;
		files[count] = io_format("%s/%s", folder, *name);
		if (files[count++] == NULL)
			return NULL;
	}
	qsort(files, count, sizeof *files, by_name);
	return take(files);
}

/* auto.master.d fits /etc/auto.*; libguestfs ends folders with a slash. */
static bool
is_folder_of_parts(const char *name)
{
	size_t bytes = strlen(name);

	return bytes > 3 && strcmp(name + bytes - 3, ".d/") == 0;
}

char **
guest_files(guestfs_h *g, const char *pattern)
{
	char **names = guestfs_glob_expand(g, pattern);
	size_t kept = 0;

	for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
		bool is_wanted = i < FOLDER_LIMIT &&
			!is_folder_of_parts(names[i]);
		char *real = is_wanted ? guestfs_realpath(g, names[i]) : NULL;

		/* Who reads it says what is wrong with it. */
		if (is_wanted && real == NULL && !is_absent(g))
			real = strdup(names[i]);
		free(names[i]);
		names[i] = NULL;
		if (real != NULL)
			names[kept++] = real;
	}
	return names;
}
