/*
 * Packages as data: a .deb is an ar archive with two tar archives in it, an .rpm
 * a header before a cpio archive; libarchive reads all of them.  They come from
 * the operator, but who knows from where he has them: everything is bounded.
 */
#include "convert/rewrite/bundle.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "common/strings.h"

/* What is done with one entry. */
typedef int take_entry(struct bundle *bundle, struct archive *archive,
	struct archive_entry *entry, struct error *err);

static void
archive_freep(struct archive **archive)
{
	archive_read_free(*archive);
}

void
bundle_free(struct bundle *bundle)
{
	if (bundle == NULL)
		return;
	for (size_t i = 0; i < bundle->count; i++) {
		free(bundle->files[i].path);
		free(bundle->files[i].data);
		free(bundle->files[i].target);
	}
	free(bundle->control);
	free(bundle->md5sums);
	free(bundle->list);
	free(bundle);
}

static int
fail(struct error *err, struct archive *archive, const char *what)
{
	return error_set(err, 0, "read %s: %.200s", what,
		archive_error_string(archive) == NULL
			? "it is no such archive"
			: archive_error_string(archive));
}

/* An entry's content, NUL-terminated beyond *bytes_out. */
static char *
entry_data(struct archive *archive, struct archive_entry *entry,
	size_t limit_bytes, size_t *bytes_out)
{
	int64_t size = archive_entry_size(entry);
	AUTO(freep) char *data = NULL;

	if (size < 0 || (uint64_t)size > limit_bytes ||
		(data = malloc((size_t)size + 1)) == NULL ||
		archive_read_data(archive, data, (size_t)size) != size)
		return NULL;
	data[size] = '\0';
	*bytes_out = (size_t)size;
	return take(data);
}

/* "./usr/sbin/qemu-ga" to "/usr/sbin/qemu-ga"; NULL for what leads elsewhere. */
static char *
plain_path(const char *name)
{
	if (name == NULL)
		return NULL;
	name += string_starts(name, "./") ? 2 : *name == '/';
	if (*name == '\0' || strstr(name, "//") != NULL ||
		strstr(name, "/./") != NULL || strstr(name, "\n") != NULL ||
		string_starts(name, "../") || strstr(name, "/../") != NULL ||
		strlen(name) > 1000)
		return NULL;
	return io_format("/%s", name);
}

static int
add_listed(struct bundle *bundle, const char *path, struct error *err)
{
	char *longer = io_format("%s%s\n", bundle->list, path);

	if (longer == NULL)
		return error_set(err, ENOMEM, "read a package");
	longer[strlen(longer) - 1] = '\0';
	if (longer[strlen(longer) - 1] == '/')
		longer[strlen(longer) - 1] = '\0';
	strcat(longer, "\n");
	free(bundle->list);
	bundle->list = longer;
	return 0;
}

static int
take_file(struct bundle *bundle, struct archive *archive,
	struct archive_entry *entry, struct error *err)
{
	AUTO(freep) char *path = plain_path(archive_entry_pathname(entry));
	const char *target = archive_entry_symlink(entry);
	struct bundle_file *file = &bundle->files[bundle->count];
	size_t total = 0;

	if (path == NULL)
		return 0;
	if (bundle->count == BUNDLE_FILES)
		return error_set(err, E2BIG, "read a package of more than %d "
			"files", BUNDLE_FILES);
	if (add_listed(bundle, path, err) == -1)
		return -1;
	for (size_t i = 0; i < bundle->count; i++)
		total += bundle->files[i].bytes;
	memset(file, 0, sizeof *file);
	file->mode = archive_entry_mode(entry) & 0755;
	if (target != NULL)
		file->target = strdup(target);
	else if (archive_entry_filetype(entry) == S_IFREG &&
		archive_entry_hardlink(entry) == NULL)
		file->data = entry_data(archive, entry,
			total > BUNDLE_BYTES - BUNDLE_FILE_BYTES
				? 0
				: BUNDLE_FILE_BYTES,
			&file->bytes);
	else
		return 0;
	if (file->data == NULL && file->target == NULL)
		return error_set(err, EFBIG, "read %s", path);
	file->path = take(path);
	bundle->count++;
	return 0;
}

static void
field(const char *control, const char *key, char *value, size_t room)
{
	size_t n = strlen(key);

	for (; *control != '\0'; control += strcspn(control, "\n")) {
		control += *control == '\n';
		if (strncmp(control, key, n) == 0)
			snprintf(value, room, "%.*s",
				(int)strcspn(control + n, "\n"), control + n);
	}
}

static int
take_control(struct bundle *bundle, struct archive *archive,
	struct archive_entry *entry, struct error *err)
{
	const char *name = archive_entry_pathname(entry);
	char **to = NULL;
	size_t bytes;

	(void)err;
	name += name != NULL && string_starts(name, "./") ? 2 : 0;
	if (name != NULL && strcmp(name, "control") == 0)
		to = &bundle->control;
	else if (name != NULL && strcmp(name, "md5sums") == 0)
		to = &bundle->md5sums;
	if (to == NULL || *to != NULL)
		return 0;
	*to = entry_data(archive, entry, 1 << 20, &bytes);
	return 0;
}

/* Go through an archive that lies in memory. */
static int
each_entry(struct bundle *bundle, const char *data, size_t bytes,
	take_entry *take_one, struct error *err)
{
	AUTO(archive_freep) struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	int status;

	if (archive == NULL)
		return error_set(err, ENOMEM, "read a package");
	archive_read_support_filter_all(archive);
	archive_read_support_format_ar(archive);
	archive_read_support_format_tar(archive);
	archive_read_support_format_cpio(archive);
	if (archive_read_open_memory(archive, data, bytes) != ARCHIVE_OK)
		return fail(err, archive, "a package");
	while ((status = archive_read_next_header(archive, &entry)) ==
		ARCHIVE_OK || status == ARCHIVE_WARN)
		if (take_one(bundle, archive, entry, err) == -1)
			return -1;
	return status == ARCHIVE_EOF ? 0 : fail(err, archive, "a package");
}

/* control.tar.* and data.tar.* of a .deb */
static int
take_member(struct bundle *bundle, struct archive *archive,
	struct archive_entry *entry, struct error *err)
{
	const char *name = archive_entry_pathname(entry);
	AUTO(freep) char *data = NULL;
	take_entry *take_one = NULL;
	size_t bytes;

	if (name != NULL && string_starts(name, "control.tar"))
		take_one = take_control;
	else if (name != NULL && string_starts(name, "data.tar"))
		take_one = take_file;
	if (take_one == NULL)
		return 0;
	bundle->is_cut = take_one != take_file;
	data = entry_data(archive, entry, BUNDLE_BYTES, &bytes);
	if (data == NULL)
		return error_set(err, EFBIG, "read %s", name);
	return each_entry(bundle, data, bytes, take_one, err);
}

/* "qemu-guest-agent-2.12.0-3.el7.x86_64.rpm" */
static void
name_rpm(struct bundle *bundle, const char *path)
{
	const char *base = strrchr(path, '/');
	char text[256];
	char *dot, *dash;

	bundle->is_rpm = true;
	snprintf(text, sizeof text, "%s", base == NULL ? path : base + 1);
	text[strlen(text) - 4] = '\0';
	dot = strrchr(text, '.');
	if (dot == NULL)
		return;
	*dot = '\0';
	snprintf(bundle->architecture, sizeof bundle->architecture, "%.31s",
		dot + 1);
	dash = strrchr(text, '-');
	if (dash != NULL) {
		*dash = '_';
		dot = strrchr(text, '-');
		*dash = '-';
		dash = dot;
	}
	if (dash == NULL)
		return;
	*dash = '\0';
	snprintf(bundle->name, sizeof bundle->name, "%.63s", text);
	snprintf(bundle->version, sizeof bundle->version, "%.95s", dash + 1);
}

static int
read_into(struct bundle *bundle, const char *path, const char *data,
	size_t bytes, struct error *err)
{
	if (string_ends(path, ".rpm")) {
		name_rpm(bundle, path);
		return each_entry(bundle, data, bytes, take_file, err);
	}
	if (each_entry(bundle, data, bytes, take_member, err) == -1)
		return -1;
	if (bundle->control == NULL || bundle->is_cut)
		return error_set(err, 0, "a part of it is missing");
	field(bundle->control, "Package: ", bundle->name,
		sizeof bundle->name);
	field(bundle->control, "Version: ", bundle->version,
		sizeof bundle->version);
	field(bundle->control, "Architecture: ", bundle->architecture,
		sizeof bundle->architecture);
	return 0;
}

int
bundle_read(struct bundle **bundle_out, const char *path, struct error *err)
{
	AUTO(bundle_freep) struct bundle *bundle =
		calloc(1, sizeof *bundle);
	AUTO(freep) char *data = NULL;
	size_t bytes;

	if (bundle == NULL || (bundle->list = strdup("/.\n")) == NULL)
		return error_set(err, ENOMEM, "read %s", path);
	bundle->is_cut = true;
	if (io_read_file(&data, &bytes, path, BUNDLE_BYTES, err) == -1)
		return -1;
	if (read_into(bundle, path, data, bytes, err) == -1)
		return error_add(err, "%s", path);
	*bundle_out = take(bundle);
	return 0;
}

bool
bundle_brings(const struct bundle *bundle, const char *name)
{
	for (size_t i = 0; i < bundle->count; i++) {
		const char *base = strrchr(bundle->files[i].path, '/') + 1;

		if (strcmp(base, name) == 0)
			return true;
	}
	return false;
}
