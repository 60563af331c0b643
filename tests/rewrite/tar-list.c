/*
 * Says of each file in a tar archive on standard input what a conversion could
 * change: one JSON object a line.  The record of changes is compared with it
 * (tests/record-of-changes.jq).
 */
#include <archive.h>
#include <archive_entry.h>
#include <jansson.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "common/own.h"
#include "wire/hash.h"

enum { FILE_LIMIT = 512 << 20 };

static int
hash_content(struct archive *archive, struct archive_entry *entry,
	char hex_out[HASH_HEX_BYTES])
{
	size_t bytes = (size_t)archive_entry_size(entry), have = 0;
	AUTO(freep) char *data = malloc(bytes + 1);
	uint8_t hash[HASH_BYTES];
	struct error err;

	if (data == NULL || bytes > FILE_LIMIT)
		return -1;
	while (have < bytes) {
		la_ssize_t n = archive_read_data(archive, data + have,
			bytes - have);

		if (n <= 0)
			return -1;
		have += (size_t)n;
	}
	if (hash_block(data, bytes, hash, &err) == -1)
		return -1;
	hash_hex(hash, hex_out);
	return 0;
}

/* Name and bytes of each, in hex, sorted by the archive's own order. */
static json_t *
attributes(struct archive_entry *entry)
{
	json_t *all = json_object();
	const char *name;
	const void *value;
	size_t bytes;

	archive_entry_xattr_reset(entry);
	while (archive_entry_xattr_next(entry, &name, &value, &bytes) ==
		ARCHIVE_OK) {
		AUTO(freep) char *hex = calloc(2, bytes + 1);

		for (size_t i = 0; hex != NULL && i < bytes; i++)
			sprintf(hex + 2 * i, "%02x",
				((const unsigned char *)value)[i]);
		json_set_text(all, name, hex);
	}
	return all;
}

static const char *
type_name(struct archive_entry *entry)
{
	switch (archive_entry_filetype(entry)) {
	case AE_IFREG:
		return "file";
	case AE_IFDIR:
		return "folder";
	case AE_IFLNK:
		return "link";
	default:
		return "other";
	}
}

static int
print_entry(struct archive *archive, struct archive_entry *entry)
{
	AUTO(json_decrefpp) json_t *json = json_object();
	const char *path = archive_entry_pathname(entry), *link;
	char text[64], hex[HASH_HEX_BYTES];
	size_t bytes;

	path += *path == '.';
	bytes = strlen(path);
	bytes -= bytes > 1 && path[bytes - 1] == '/';
	json_object_set_new(json, "path", json_safe_string(path, bytes));
	json_set_text(json, "type", type_name(entry));
	snprintf(text, sizeof text, "%04o", archive_entry_perm(entry));
	json_set_text(json, "mode", text);
	snprintf(text, sizeof text, "%jd:%jd",
		(intmax_t)archive_entry_uid(entry),
		(intmax_t)archive_entry_gid(entry));
	json_set_text(json, "owner", text);
	snprintf(text, sizeof text, "%jd.%09ld",
		(intmax_t)archive_entry_mtime(entry),
		archive_entry_mtime_nsec(entry));
	json_set_text(json, "mtime", text);
	link = archive_entry_hardlink(entry) != NULL
		? archive_entry_hardlink(entry)
		: archive_entry_symlink(entry);
	json_set_text(json, "target", link);
	json_object_set_new(json, "attributes", attributes(entry));
	if (archive_entry_filetype(entry) == AE_IFREG &&
		archive_entry_hardlink(entry) == NULL) {
		if (hash_content(archive, entry, hex) == -1)
			return -1;
		json_object_set_new(json, "bytes",
			json_integer(archive_entry_size(entry)));
		json_set_text(json, "hash", hex);
	}
	if (json_dumpf(json, stdout, JSON_COMPACT | JSON_SORT_KEYS) == -1)
		return -1;
	return putchar('\n') == EOF ? -1 : 0;
}

int
main(void)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	int status;

	setlocale(LC_CTYPE, "C.UTF-8"); /* names are what they are */
	archive_read_support_format_tar(archive);
	if (archive_read_open_FILE(archive, stdin) != ARCHIVE_OK)
		return 1;
	while ((status = archive_read_next_header(archive, &entry)) ==
		ARCHIVE_OK) {
		if (print_entry(archive, entry) == -1) {
			fprintf(stderr, "tar-list: %s\n",
				archive_entry_pathname(entry));
			return 1;
		}
	}
	if (status != ARCHIVE_EOF)
		fprintf(stderr, "tar-list: %s\n", archive_error_string(archive));
	return status == ARCHIVE_EOF ? 0 : 1;
}
