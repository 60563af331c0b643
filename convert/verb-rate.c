/*
 * `unrack rate`: limit one machine's capture, also while it runs.  Its session
 * looks at the file once a second (serve/throttle.c).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/capture/rate.h"
#include "convert/state/machine.h"
#include "convert/verb.h"

const char verb_rate_help[] =
	"usage: unrack rate NAME [SPEC | default]\n"
	"\n"
	"Limit what a machine's capture takes of the wire, at once; without SPEC print\n"
	"the limit.\n"
	"\n"
	"  SPEC     20M (bytes a second), 100Mbit, unlimited, each with a time of day\n"
	"           if need be: 20M@08:00-18:00,unlimited\n"
	"  default  what `unrack serve --rate` says\n";

static int
show(const char *path, struct error *err)
{
	AUTO(freep) char *text = NULL;

	if (access(path, F_OK) == -1 && errno == ENOENT) {
		puts("default");
		return 0;
	}
	if (io_read_file(&text, NULL, path, RATE_TEXT_BYTES, err) == -1)
		return -1;
	text[strcspn(text, "\r\n")] = '\0';
	puts(text);
	return 0;
}

static int
set(const char *path, const char *spec, struct error *err)
{
	AUTO(freep) char *line = io_format("%s\n", spec);
	struct rate rate;

	if (strcmp(spec, "default") == 0)
		return unlink(path) == -1 && errno != ENOENT
			? error_set(err, errno, "remove %s", path)
			: 0;
	if (line == NULL)
		return error_set(err, ENOMEM, "write %s", path);
	if (rate_parse(&rate, spec, err) == -1)
		return -1;
	return io_write_file(path, line, strlen(line), 0600, err);
}

int
verb_rate(const struct settings *settings, int argc, char **argv,
	struct error *err)
{
	AUTO(machine_closep) struct machine *machine = NULL;
	AUTO(freep) char *path = NULL;

	if (argc < 2 || argc > 3 || argv[1][0] == '-') {
		error_set(err, 0, "give the NAME of one machine, and a rate");
		return EXIT_USAGE;
	}
	if (machine_open(&machine, settings->state, argv[1], err) == -1)
		return EXIT_FAILED;
	path = machine_path(machine, "rate");
	if (path == NULL) {
		error_set(err, ENOMEM, "machine %s", machine->name);
		return EXIT_FAILED;
	}
	return (argc == 2 ? show(path, err) : set(path, argv[2], err)) == -1
		? EXIT_FAILED
		: EXIT_DONE;
}
