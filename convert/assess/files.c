/*
 * The snapshot of a guest's files that the rules look at.  snapshot.c fills
 * it from a mounted guest, files-tar.c from a tar stream; tests from a folder.
 */
#include "convert/assess/files.h"

#include <errno.h>
#include <fnmatch.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/assess/certificate.h"

enum { LINK_LIMIT = 8 };

struct files {
	struct file *list;
	size_t count, room, total_bytes, cut, dropped;
};

struct files *
files_new(void)
{
	return calloc(1, sizeof(struct files));
}

static void
release(struct file *file)
{
	free(file->path);
	free(file->text);
	free(file->target);
}

void
files_free(struct files *files)
{
	if (files == NULL)
		return;
	for (size_t i = 0; i < files->count; i++)
		release(&files->list[i]);
	free(files->list);
	free(files);
}

static bool
path_is_sound(const char *path)
{
	return path[0] == '/' && strlen(path) < FILES_PATH_LIMIT &&
		strstr(path, "/../") == NULL && strchr(path, '\n') == NULL;
}

/* NULL, and counted, when it is too much. */
static struct file *
add(struct files *files, const char *path)
{
	struct file *file;

	if (!path_is_sound(path) || files->count == FILES_COUNT_LIMIT) {
		files->dropped++;
		return NULL;
	}
	if (files->count == files->room) {
		size_t room = files->room * 2 + 256;
		struct file *list =
			realloc(files->list, room * sizeof *list);

		if (list == NULL)
			return NULL;
		files->list = list;
		files->room = room;
	}
	file = &files->list[files->count];
	memset(file, 0, sizeof *file);
	file->path = strdup(path);
	if (file->path == NULL)
		return NULL;
	files->count++;
	return file;
}

/* What is no text but a certificate becomes one. */
static const char *
text_of(char **made, const char *data, size_t *bytes)
{
	if (data == NULL || memchr(data, '\0', *bytes) == NULL)
		return data;
	*made = certificate_text(data, *bytes);
	*bytes = *made == NULL ? 0 : strlen(*made);
	return *made;
}

bool
files_add(struct files *files, const char *path, const char *data,
	size_t bytes)
{
	struct file *file = add(files, path);
	size_t kept = bytes < FILES_TEXT_LIMIT ? bytes : FILES_TEXT_LIMIT;
	AUTO(freep) char *made = NULL;
	bool is_cut = kept < bytes;

	if (file == NULL)
		return false;
	data = text_of(&made, data, &kept);
	if (data == NULL)
		return true;
	if (files->total_bytes + kept > FILES_TOTAL_LIMIT) {
		files->dropped++;
		return true;
	}
	file->text = malloc(kept + 1);
	if (file->text == NULL)
		return false;
	memcpy(file->text, data, kept);
	file->text[kept] = '\0';
	file->bytes = kept;
	files->total_bytes += kept;
	if (is_cut)
		files_mark_cut(files);
	return true;
}

bool
files_add_link(struct files *files, const char *path, const char *target)
{
	struct file *file = add(files, path);

	if (file == NULL)
		return false;
	file->target = strdup(target);
	return file->target != NULL;
}

void
files_mark_cut(struct files *files)
{
	struct file *last = &files->list[files->count - 1];

	files->cut += !last->is_cut;
	last->is_cut = true;
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->path,
		((const struct file *)b)->path);
}

/* Of two with one path, the one of which more is known. */
static void
merge(struct file *to, struct file *from)
{
	if (to->text == NULL && (from->text != NULL || to->target == NULL)) {
		struct file other = *to;

		*to = *from;
		*from = other;
	}
	release(from);
}

void
files_settle(struct files *files)
{
	size_t kept = 0;

	if (files->count == 0)
		return;
	qsort(files->list, files->count, sizeof *files->list, by_path);
	for (size_t i = 0; i < files->count; i++) {
		if (kept > 0 && strcmp(files->list[kept - 1].path,
					files->list[i].path) == 0)
			merge(&files->list[kept - 1], &files->list[i]);
		else
			files->list[kept++] = files->list[i];
	}
	files->count = kept;
}

void
files_losses(const struct files *files, size_t *cut_out, size_t *dropped_out)
{
	*cut_out = files->cut;
	*dropped_out = files->dropped;
}

static const struct file *
exactly(const struct files *files, const char *path, size_t bytes)
{
	char key[FILES_PATH_LIMIT];
	struct file wanted = {.path = key};

	if (files->count == 0 || bytes >= sizeof key)
		return NULL;
	snprintf(key, sizeof key, "%.*s", (int)bytes, path);
	return bsearch(&wanted, files->list, files->count, sizeof *files->list,
		by_path);
}

/* Put the target in place of the first link on the way; false: there is none. */
static bool
step(const struct files *files, char path[FILES_PATH_LIMIT])
{
	for (size_t end = 1; end <= strlen(path); end++) {
		const struct file *link;
		char next[2 * FILES_PATH_LIMIT];
		size_t folder = 0;

		if (path[end] != '/' && path[end] != '\0')
			continue;
		link = exactly(files, path, end);
		if (link == NULL || link->target == NULL)
			continue;
		for (size_t i = 0; link->target[0] != '/' && i < end; i++)
			folder = path[i] == '/' ? i + 1 : folder;
		snprintf(next, sizeof next, "%.*s%.*s%s", (int)folder, path,
			FILES_PATH_LIMIT, link->target, path + end);
		snprintf(path, FILES_PATH_LIMIT, "%.*s", FILES_PATH_LIMIT - 1,
			next);
		return true;
	}
	return false;
}

/* "/etc/../usr//lib" to "/usr/lib" */
static void
straighten(char *path)
{
	char *to = path;

	for (const char *at = path; *at != '\0';) {
		size_t bytes;

		at += strspn(at, "/");
		bytes = strcspn(at, "/");
		if (bytes == 2 && strncmp(at, "..", 2) == 0) {
			while (to > path && *--to != '/')
				;
		} else if (bytes > 0 && !(bytes == 1 && *at == '.')) {
			*to++ = '/';
			memmove(to, at, bytes);
			to += bytes;
		}
		at += bytes;
	}
	*to = '\0';
}

const struct file *
files_find(const struct files *files, const char *path)
{
	const struct file *found = exactly(files, path, strlen(path));
	char here[FILES_PATH_LIMIT];

	if (found != NULL && found->target == NULL)
		return found;
	snprintf(here, sizeof here, "%s", path);
	for (int i = 0; i < LINK_LIMIT && step(files, here); i++)
		straighten(here);
	found = exactly(files, here, strlen(here));
	return found != NULL && found->target == NULL ? found : NULL;
}

const struct file *
files_entry(const struct files *files, const char *path)
{
	return exactly(files, path, strlen(path));
}

const char *
files_text(const struct files *files, const char *path)
{
	const struct file *file = files_find(files, path);

	return file == NULL ? NULL : file->text;
}

static bool
matches(const char *path, const char *patterns)
{
	char pattern[FILES_PATH_LIMIT];
	size_t bytes;

	for (; *patterns != '\0'; patterns += bytes) {
		patterns += strspn(patterns, " ");
		bytes = strcspn(patterns, " ");
		snprintf(pattern, sizeof pattern, "%.*s", (int)bytes, patterns);
		if (bytes > 0 && fnmatch(pattern, path, 0) == 0)
			return true;
	}
	return false;
}

const struct file *
files_match(const struct files *files, const char *patterns, size_t *index)
{
	while (*index < files->count) {
		const struct file *file = &files->list[(*index)++];

		if (matches(file->path, patterns))
			return file;
	}
	return NULL;
}

static int
add_entry(struct files *files, const FTSENT *entry, const char *path,
	struct error *err)
{
	AUTO(freep) char *text = NULL;
	char target[FILES_PATH_LIMIT];
	size_t bytes;
	ssize_t length;

	if (entry->fts_info == FTS_SL || entry->fts_info == FTS_SLNONE) {
		length = readlink(entry->fts_accpath, target, sizeof target - 1);
		if (length == -1)
			return error_set(err, errno, "read %s", entry->fts_path);
		target[length] = '\0';
		files_add_link(files, path, target);
	} else if (entry->fts_info == FTS_F) {
		if (io_read_file(&text, &bytes, entry->fts_accpath,
			    FILES_TOTAL_LIMIT, err) == -1)
			return -1;
		files_add(files, path, text, bytes);
	}
	return 0;
}

static int
walk(struct files *files, FTS *fts, size_t prefix, struct error *err)
{
	const FTSENT *entry;

	while ((entry = fts_read(fts)) != NULL) {
		if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR)
			return error_set(err, entry->fts_errno, "read %s",
				entry->fts_path);
		if (add_entry(files, entry, entry->fts_path + prefix, err) == -1)
			return -1;
	}
	return 0;
}

int
files_read_folder(struct files *files, const char *folder, struct error *err)
{
	AUTO(freep) char *path = strdup(folder);
	char *const paths[] = {path, NULL};
	FTS *fts;
	int status;

	if (path == NULL || access(path, R_OK) == -1)
		return error_set(err, errno, "read %s", folder);
	fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (fts == NULL)
		return error_set(err, errno, "read %s", folder);
	status = walk(files, fts, strlen(path), err);
	fts_close(fts);
	files_settle(files);
	return status;
}
