/* Unpacks fixtures/NAME.tree; see fixture.h. */
#include "tests/p2v/fixture.h"

#include <fcntl.h>
#include <string.h>

#include "tests/harness.h"

#include "common/io.h"
#include "common/own.h"

static void
make_parent(const char *path)
{
	AUTO(freep) char *parent = strdup(path);
	struct error err = {0};

	*strrchr(parent, '/') = '\0';
	assert_ok(io_make_folders(parent, &err), &err);
}

static unsigned
hex_byte(const char *at)
{
	unsigned byte;

	assert_int_equal(sscanf(at, "%2x", &byte), 1);
	return byte;
}

static size_t
unescape(char *text)
{
	char *to = text;

	for (const char *at = text; *at != '\0'; at++) {
		if (*at != '\\') {
			*to++ = *at;
			continue;
		}
		at++;
		if (*at == 'x') {
			*to++ = (char)hex_byte(at + 1);
			at += 2;
		} else {
			*to++ = *at == 'n' ? '\n' : *at == 't' ? '\t' : *at;
		}
	}
	return (size_t)(to - text);
}

static void
write_at(const char *path, uint64_t offset_bytes, const void *data, size_t bytes)
{
	AUTO(fd_closep) int fd = open(path, O_WRONLY | O_CREAT, 0644);
	struct error err = {0};

	assert_true(fd >= 0);
	assert_ok(io_pwrite(fd, data, bytes, offset_bytes, path, &err), &err);
}

static void
write_hex(const char *path, char *rest)
{
	uint64_t offset_bytes = strtoull(rest, &rest, 10);
	char data[64];
	size_t bytes = 0;

	for (rest++; *rest != '\0'; rest += 2)
		data[bytes++] = (char)hex_byte(rest);
	write_at(path, offset_bytes, data, bytes);
}

static void
unpack_line(const char *root, char *line)
{
	char *kind = strsep(&line, " "), *name = strsep(&line, " ");
	AUTO(freep) char *path = io_format("%s/%s", root, name);

	make_parent(path);
	if (strcmp(kind, "dir") == 0) {
		AUTO(freep) char *inside = io_format("%s/x", path);

		make_parent(inside);
	} else if (strcmp(kind, "file") == 0) {
		write_at(path, 0, line, unescape(line));
	} else if (strcmp(kind, "link") == 0) {
		assert_int_equal(symlink(line, path), 0);
	} else if (strcmp(kind, "disk") == 0) {
		write_at(path, 0, "", 0);
		assert_int_equal(truncate(path, strtoll(line, NULL, 10)), 0);
	} else if (strcmp(kind, "at") == 0) {
		write_hex(path, line);
	} else {
		fail_msg("no such kind: %s", kind);
	}
}

char *
fixture_folder(void)
{
	char *folder = strdup("/tmp/unrack-test-XXXXXX");

	assert_non_null(mkdtemp(folder));
	return folder;
}

char *
fixture_unpack(const char *tree)
{
	AUTO(freep) char *text = NULL;
	struct error err = {0};
	char *root = fixture_folder(), *rest, *line;

	assert_ok(io_read_file(&text, NULL, tree, 1 << 20, &err), &err);
	rest = text;
	while ((line = strsep(&rest, "\n")) != NULL)
		if (*line != '\0' && *line != '#')
			unpack_line(root, line);
	return root;
}

void
fixture_remove(char *folder)
{
	struct error err = {0};

	assert_ok(io_remove_tree(folder, &err), &err);
	free(folder);
}
