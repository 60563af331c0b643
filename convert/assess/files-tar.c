/*
 * A snapshot's files from a tar archive, as the appliance makes it of a folder
 * of the guest.  The names and contents in it are the guest's.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "convert/assess/files.h"

static void
add_text(struct files *files, const char *path, struct archive *archive,
	int64_t size)
{
	AUTO(freep) char *text = malloc(FILES_TEXT_LIMIT);
	size_t bytes = 0;
	la_ssize_t more = 1;

	while (text != NULL && bytes < FILES_TEXT_LIMIT && more > 0) {
		more = archive_read_data(archive, text + bytes,
			FILES_TEXT_LIMIT - bytes);
		if (more > 0)
			bytes += (size_t)more;
	}
	if (files_add(files, path, text, bytes) && size > (int64_t)bytes)
		files_mark_cut(files);
}

static void
add_entry(struct files *files, const char *prefix, struct archive *archive,
	struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry);
	const char *target = archive_entry_symlink(entry);
	char path[FILES_PATH_LIMIT + 1];

	if (name == NULL)
		return;
	name += strncmp(name, "./", 2) == 0 ? 2 : 0;
	snprintf(path, sizeof path, "%s/%s", prefix, name);
	if (target != NULL)
		files_add_link(files, path, target);
	else if (archive_entry_hardlink(entry) == NULL &&
		archive_entry_filetype(entry) == AE_IFREG)
		add_text(files, path, archive, archive_entry_size(entry));
}

static int
read_entries(struct files *files, const char *prefix, struct archive *archive,
	bool is_cut, struct error *err)
{
	struct archive_entry *entry;
	int status;

	while ((status = archive_read_next_header(archive, &entry)) ==
			ARCHIVE_OK ||
		status == ARCHIVE_WARN)
		add_entry(files, prefix, archive, entry);
	if (status == ARCHIVE_EOF || is_cut)
		return 0;
	return error_set(err, 0, "read %s: %s", prefix,
		archive_error_string(archive));
}

int
files_read_tar(struct files *files, const char *data, size_t bytes,
	bool is_cut, const char *prefix, struct error *err)
{
	struct archive *archive = archive_read_new();
	int status;

	if (archive == NULL)
		return error_set(err, ENOMEM, "read %s", prefix);
	if (archive_read_support_format_tar(archive) != ARCHIVE_OK ||
		archive_read_open_memory(archive, data, bytes) != ARCHIVE_OK)
		status = error_set(err, 0, "read %s: %s", prefix,
			archive_error_string(archive));
	else
		status = read_entries(files, prefix, archive, is_cut, err);
	archive_read_free(archive);
	return status;
}
