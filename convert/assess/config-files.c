/*
 * Configuration by pattern, through drivers-inject/guest.h, so that the same
 * code reads a mounted guest and a test's folder.
 */
#include "convert/assess/config-files.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "drivers-inject/guest.h"
#include "drivers-inject/names.h"

enum { COUNT_LIMIT = 1000, TEXT_LIMIT = 1 << 20, PART_LIMIT = 16 };

/* The names in a folder that match, added to its path. */
static int
expand_folder(struct names *paths, const struct guest_files *files,
	const char *folder, const char *part, struct error *err)
{
	AUTO(names_freep) struct names found = {0};
	struct error ignored;

	if (guest_has_folder(files, *folder == '\0' ? "/" : folder,
		    &ignored) != 1 ||
		files->list(files->handle, *folder == '\0' ? "/" : folder,
			&found, &ignored) == -1)
		return 0;
	names_sort(&found);
	for (size_t i = 0; i < found.count && paths->count < COUNT_LIMIT; i++) {
		AUTO(freep) char *path = NULL;

		if (fnmatch(part, found.items[i], FNM_PERIOD) != 0)
			continue;
		path = io_format("%s/%s", folder, found.items[i]);
		if (path == NULL || names_add(paths, path, err) == -1)
			return -1;
	}
	return 0;
}

/* One more part of the pattern for each path so far. */
static int
expand_part(struct names *paths, const struct guest_files *files,
	const char *part, struct error *err)
{
	AUTO(names_freep) struct names longer = {0};
	struct names old;

	for (size_t i = 0; i < paths->count; i++) {
		AUTO(freep) char *path = NULL;

		if (strpbrk(part, "*?[") != NULL) {
			if (expand_folder(&longer, files, paths->items[i], part,
				    err) == -1)
				return -1;
			continue;
		}
		path = io_format("%s/%s", paths->items[i], part);
		if (path == NULL || names_add(&longer, path, err) == -1)
			return -1;
	}
	old = *paths;
	*paths = longer;
	longer = old;
	return 0;
}

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/*
 * A folder in the place of "ifcfg-eth0" or of "lan.network" is odd; "old" among
 * them is not, nor what one family has as a file and another as a folder.
 */
static bool
is_odd_folder(const char *path, const char *pattern)
{
	const char *name = last_part(path), *wanted = last_part(pattern);

	return strpbrk(wanted, "*?[") != NULL &&
		(wanted[strspn(wanted, "*?")] != '\0' ||
			strchr(name, '.') != NULL);
}

/* What is wrong with what is no file is for config_text() to say. */
static bool
is_wanted(const struct guest_files *files, const char *path,
	const char *pattern)
{
	struct guest_stat stat;
	struct error ignored;
	int there = files->stat(files->handle, path, &stat, &ignored);

	if (there == 1 && S_ISDIR(stat.mode))
		return is_odd_folder(path, pattern);
	return there == -1 || (there == 1 && !stat.is_null);
}

int
config_files(struct names *paths, const struct guest_files *files,
	const char *pattern, struct error *err)
{
	AUTO(names_freep) struct names found = {0};
	AUTO(freep) char *parts = strdup(pattern);
	char *rest = NULL, *part;
	size_t depth = 0;

	if (parts == NULL)
		return error_set(err, ENOMEM, "find %s", pattern);
	if (names_add(&found, "", err) == -1)
		return -1;
	for (part = strtok_r(parts, "/", &rest);
		part != NULL && depth++ < PART_LIMIT;
		part = strtok_r(NULL, "/", &rest))
		if (expand_part(&found, files, part, err) == -1)
			return -1;
	for (size_t i = 0; i < found.count && paths->count < COUNT_LIMIT; i++) {
		if (is_wanted(files, found.items[i], pattern) &&
			names_add_once(paths, found.items[i], err) == -1)
			return -1;
	}
	return 0;
}

char *
config_text(const struct guest_files *files, const char *path,
	struct findings *findings)
{
	AUTO(freep) char *text = NULL;
	const char *problem = NULL;
	struct error why = {0};
	size_t bytes;

	if (guest_read(files, path, TEXT_LIMIT, true, &text, &bytes, &why) ==
		-1)
		problem = why.text;
	else if (text != NULL)
		problem = string_binary(text, bytes);
	if (problem == NULL)
		return take(text);
	finding_add(findings, "guest.file-refused", path, 0, problem, NULL);
	return NULL;
}
