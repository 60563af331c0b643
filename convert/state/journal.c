/*
 * A machine's history as a chain of lines: each holds the hash of the one
 * before, so that nothing can be dropped from the middle unseen.
 */
#include "convert/state/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/state/machine.h"
#include "wire/hash.h"

enum { JOURNAL_LIMIT = 64 << 20 };

static const char first_hash[] =
	"0000000000000000000000000000000000000000000000000000000000000000";

static int
line_hash(const char *line, size_t bytes, char hex[HASH_HEX_BYTES],
	struct error *err)
{
	uint8_t hash[HASH_BYTES];

	if (hash_block(line, bytes, hash, err) == -1)
		return -1;
	hash_hex(hash, hex);
	return 0;
}

/* The hash that the next line has to carry. */
static int
last_hash(const char *text, size_t bytes, char hex[HASH_HEX_BYTES],
	struct error *err)
{
	const char *start;

	if (bytes == 0) {
		memcpy(hex, first_hash, sizeof first_hash);
		return 0;
	}
	start = memrchr(text, '\n', bytes - 1);
	start = start == NULL ? text : start + 1;
	return line_hash(start, bytes - 1 - (size_t)(start - text), hex, err);
}

static char *
make_line(const char *event, const json_t *details, const char *previous)
{
	AUTO(json_decrefpp) json_t *entry = json_object();
	struct passwd *user = getpwuid(getuid());
	time_t now = time(NULL);
	struct tm utc;
	char text[32];
	const char *key;
	json_t *value;

	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	json_set_text(entry, "time", text);
	json_set_text(entry, "who", user == NULL ? "?" : user->pw_name);
	json_set_text(entry, "event", event);
	json_object_foreach((json_t *)(uintptr_t)details, key, value)
		json_object_set(entry, key, value);
	json_set_text(entry, "previous", previous);
	return json_dumps(entry, JSON_COMPACT);
}

/*
 * A crash may leave a last line without its end: it was never acknowledged, so
 * it is cut off.
 */
static int
drop_torn_line(int fd, const char *path, const char *text, size_t *bytes,
	struct error *err)
{
	size_t whole = *bytes;

	while (whole > 0 && text[whole - 1] != '\n')
		whole--;
	if (whole == *bytes)
		return 0;
	*bytes = whole;
	if (ftruncate(fd, (off_t)whole) == -1)
		return error_set(err, errno, "repair %s", path);
	return 0;
}

int
journal_add(const struct machine *machine, const char *event,
	const json_t *details, struct error *err)
{
	AUTO(freep) char *path = machine_path(machine, "journal.jsonl");
	AUTO(freep) char *text = NULL;
	AUTO(freep) char *entry = NULL;
	AUTO(freep) char *line = NULL;
	AUTO(fd_closep) int fd = -1;
	char previous[HASH_HEX_BYTES];
	size_t bytes;

	if (path == NULL)
		return error_set(err, ENOMEM, "journal of %s", machine->name);
	fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd == -1 || flock(fd, LOCK_EX) == -1)
		return error_set(err, errno, "open %s", path);
	if (io_read_file(&text, &bytes, path, JOURNAL_LIMIT, err) == -1 ||
		drop_torn_line(fd, path, text, &bytes, err) == -1 ||
		last_hash(text, bytes, previous, err) == -1)
		return -1;
	entry = make_line(event, details, previous);
	line = entry == NULL ? NULL : io_format("%s\n", entry);
	if (line == NULL)
		return error_set(err, ENOMEM, "journal of %s", machine->name);
	if (io_write(fd, line, strlen(line), path, err) == -1)
		return -1;
	if (fdatasync(fd) == -1)
		return error_set(err, errno, "make %s durable", path);
	return 0;
}

static int
check_line(const char *line, size_t bytes, const char *expected)
{
	AUTO(json_decrefpp) json_t *entry = json_loadb(line, bytes, 0, NULL);

	return strcmp(json_text(entry, "previous", ""), expected) == 0 ? 0 : -1;
}

int
journal_check(const struct machine *machine, struct error *err)
{
	AUTO(freep) char *path = machine_path(machine, "journal.jsonl");
	AUTO(freep) char *text = NULL;
	char expected[HASH_HEX_BYTES];
	unsigned number = 1;
	size_t bytes;

	if (path == NULL)
		return error_set(err, ENOMEM, "journal of %s", machine->name);
	if (io_read_file(&text, &bytes, path, JOURNAL_LIMIT, err) == -1)
		return -1;
	memcpy(expected, first_hash, sizeof first_hash);
	for (const char *line = text, *end; line < text + bytes;
		line = end + 1, number++) {
		end = memchr(line, '\n', bytes - (size_t)(line - text));
		if (end == NULL ||
			check_line(line, (size_t)(end - line), expected) == -1)
			return error_set(err, EBADMSG,
				"%s, line %u: does not continue the line before",
				path, number);
		if (line_hash(line, (size_t)(end - line), expected, err) == -1)
			return -1;
	}
	return 0;
}
