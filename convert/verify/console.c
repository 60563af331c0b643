/*
 * The console's log is written by QEMU itself, so secrets in it (a kernel's
 * command line, a script that echoes) are hidden when the machine is off.
 */
#include "convert/verify/console.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/assess/luks-keys.h"
#include "convert/assess/secret.h"

/* A line that is longer is taken for several. */
enum { LINE_BYTES = 64 << 10 };

static size_t
read_line(char line[LINE_BYTES + 1], FILE *in)
{
	size_t bytes = 0;
	int c;

	while (bytes < LINE_BYTES && (c = getc(in)) != EOF) {
		line[bytes++] = c == '\0' ? ' ' : (char)c;
		if (c == '\n')
			break;
	}
	line[bytes] = '\0';
	return bytes;
}

static int
copy_masked(const char *from, const char *to, const struct luks_keys *keys,
	struct error *err)
{
	AUTO(freep) char *line = malloc(LINE_BYTES + 1);
	FILE *in = fopen(from, "re"), *out = fopen(to, "we");
	int failed = line == NULL || in == NULL || out == NULL;

	while (!failed && read_line(line, in) > 0) {
		luks_keys_mask(keys, line);
		secret_mask_lines(line, from);
		failed = fputs(line, out) == EOF;
	}
	failed = failed || ferror(in);
	if (in != NULL)
		fclose(in);
	if (out != NULL && fclose(out) == EOF)
		failed = 1;
	return failed ? error_set(err, errno, "mask %s", from) : 0;
}

int
console_mask(const char *path, const struct luks_keys *keys, struct error *err)
{
	AUTO(freep) char *part = io_format("%s.part", path);

	if (access(path, F_OK) == -1 && errno == ENOENT)
		return 0;
	if (part == NULL)
		return error_set(err, ENOMEM, "mask %s", path);
	if (copy_masked(path, part, keys, err) == 0) {
		if (rename(part, path) == 0)
			return 0;
		error_set(err, errno, "replace %s", path);
	}
	unlink(part);
	unlink(path);
	return -1;
}
