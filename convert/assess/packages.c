/*
 * Which software is installed, from the package managers' own records.  They
 * are the guest's texts: what does not look like a record is passed over.
 */
#include "convert/assess/packages.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/strings.h"
#include "convert/assess/files.h"

struct packages {
	struct package *list;
	size_t count, room;
};

struct packages *
packages_new(void)
{
	return calloc(1, sizeof(struct packages));
}

void
packages_free(struct packages *packages)
{
	if (packages != NULL)
		free(packages->list);
	free(packages);
}

void
packages_add(struct packages *packages, const char *name, size_t name_bytes,
	const char *version, size_t version_bytes, const char *where,
	unsigned line)
{
	struct package *package;

	if (name_bytes == 0 || packages->count == PACKAGES_LIMIT)
		return;
	if (packages->count == packages->room) {
		size_t room = packages->room * 2 + 256;
		struct package *list =
			realloc(packages->list, room * sizeof *list);

		if (list == NULL)
			return;
		packages->list = list;
		packages->room = room;
	}
	package = &packages->list[packages->count++];
	snprintf(package->name, sizeof package->name, "%.*s", (int)name_bytes,
		name);
	snprintf(package->version, sizeof package->version, "%.*s",
		(int)version_bytes, version);
	package->where = where;
	package->line = line;
}

/* A field of the record that is being read: text and length. */
struct field {
	const char *text;
	size_t bytes;
};

static bool
take_field(struct field *field, const char *line, size_t bytes,
	const char *key)
{
	size_t n = strlen(key);

	if (bytes < n || strncmp(line, key, n) != 0)
		return false;
	field->text = line + n;
	field->bytes = bytes - n;
	return true;
}

void
packages_read_dpkg(struct packages *packages, const char *text)
{
	static const char installed[] = "install ok installed";
	struct field name = {"", 0}, version = {"", 0}, status = {"", 0};
	unsigned number = 0, begun = 0;

	for (bool at_end = false; !at_end;) {
		size_t bytes = strcspn(text, "\n");

		at_end = text[bytes] == '\0';
		number++;
		if (take_field(&name, text, bytes, "Package: "))
			begun = number;
		else if (!take_field(&version, text, bytes, "Version: "))
			take_field(&status, text, bytes, "Status: ");
		if (bytes == 0 || at_end) {
			/* "hold ok installed" is installed as well */
			if (status.bytes > 10 && strncmp(status.text +
					status.bytes - 10, installed + 10, 10) == 0)
				packages_add(packages, name.text, name.bytes,
					version.text, version.bytes,
					"/var/lib/dpkg/status", begun);
			name = version = status = (struct field){"", 0};
		}
		text += bytes + !at_end;
	}
}

void
packages_read_apk(struct packages *packages, const char *text)
{
	struct field name = {"", 0}, version = {"", 0};
	unsigned number = 0, begun = 0;

	for (bool at_end = false; !at_end;) {
		size_t bytes = strcspn(text, "\n");

		at_end = text[bytes] == '\0';
		number++;
		if (take_field(&name, text, bytes, "P:"))
			begun = number;
		else
			take_field(&version, text, bytes, "V:");
		if (bytes == 0 || at_end) {
			packages_add(packages, name.text, name.bytes,
				version.text, version.bytes,
				"/lib/apk/db/installed", begun);
			name = version = (struct field){"", 0};
		}
		text += bytes + !at_end;
	}
}

/* The value below a heading such as "%NAME%". */
static struct field
pacman_field(const char *text, const char *heading)
{
	const char *at = strstr(text, heading);
	struct field field = {"", 0};

	if (at != NULL) {
		field.text = at + strlen(heading);
		field.bytes = strcspn(field.text, "\n");
	}
	return field;
}

static void
read_pacman(struct packages *packages, const struct files *files)
{
	const struct file *file;

	for (size_t i = 0; (file = files_match(files,
				    "/var/lib/pacman/local/*/desc", &i)) != NULL;) {
		const char *text = file->text == NULL ? "" : file->text;
		struct field name = pacman_field(text, "%NAME%\n");
		struct field version = pacman_field(text, "%VERSION%\n");

		packages_add(packages, name.text, name.bytes, version.text,
			version.bytes, "/var/lib/pacman/local", 0);
	}
}

void
packages_read_files(struct packages *packages, const struct files *files)
{
	const char *dpkg = files_text(files, "/var/lib/dpkg/status");
	const char *apk = files_text(files, "/lib/apk/db/installed");

	if (dpkg != NULL)
		packages_read_dpkg(packages, dpkg);
	if (apk != NULL)
		packages_read_apk(packages, apk);
	read_pacman(packages, files);
}

size_t
packages_count(const struct packages *packages)
{
	return packages->count;
}

const struct package *
packages_at(const struct packages *packages, size_t index)
{
	return &packages->list[index];
}

bool
packages_name_matches(const char *name, const char *patterns)
{
	char pattern[128];
	size_t bytes;

	for (; *patterns != '\0'; patterns += bytes) {
		patterns += strspn(patterns, " ");
		bytes = strcspn(patterns, " ");
		snprintf(pattern, sizeof pattern, "%.*s", (int)bytes, patterns);
		if (bytes > 0 && fnmatch(pattern, name, 0) == 0)
			return true;
	}
	return false;
}

const struct package *
packages_find(const struct packages *packages, const char *patterns)
{
	for (size_t i = 0; i < packages->count; i++) {
		if (packages_name_matches(packages->list[i].name, patterns))
			return &packages->list[i];
	}
	return NULL;
}
