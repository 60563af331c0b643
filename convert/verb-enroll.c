/*
 * unrack enroll: make a key for one machine, and the file that its live image
 * needs.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/state/journal.h"
#include "convert/state/machine.h"
#include "convert/verb.h"
#include "wire/key.h"

const char verb_enroll_help[] =
	"usage: unrack enroll NAME [--server HOST[:PORT]] [--out FILE] [--force]\n"
	"                     [--no-share]\n"
	"\n"
	"Make a key for the machine NAME.  NAME is made of a-z, 0-9, '-' and '.'.\n"
	"\n"
	"  --server HOST[:PORT]  where `unrack serve` runs, as seen from NAME\n"
	"  --out FILE            the file for the live image (default:\n"
	"                        NAME.enrolment); keep it secret\n"
	"  --force               replace FILE when it is there\n"
	"  --no-share            keep NAME apart: its disks lend no blocks to the\n"
	"                        captures of other machines and borrow none\n";

static const struct option options[] = {
	{"server", required_argument, NULL, 's'},
	{"out", required_argument, NULL, 'o'},
	{"force", no_argument, NULL, 'f'},
	{"no-share", no_argument, NULL, 'n'},
	{NULL, 0, NULL, 0},
};

struct request {
	const char *name, *server, *out;
	bool force, no_share;
};

/* Before anything is made: a wrong argument leaves nothing behind. */
static int
check(const struct request *request, const char *out, struct error *err)
{
	char host[KEY_SERVER_BYTES], port[8];

	if (key_check_name(request->name, err) == -1)
		return -1;
	if (request->server != NULL &&
		key_split_server(request->server, host, port, err) == -1)
		return -1;
	if (!request->force && access(out, F_OK) == 0) {
		error_set(err, EEXIST, "write %s", out);
		return error_hint(err, "--force replaces it, --out FILE names "
			"another.");
	}
	return 0;
}

/* The host's copy; *again_out when there was one. */
static int
store(const struct machine *machine, const struct enrolment *enrolment,
	bool *again_out, struct error *err)
{
	AUTO(freep) char *path = machine_path(machine, "enrolment");
	AUTO(json_decrefpp) json_t *details = NULL;

	if (path == NULL)
		return error_set(err, ENOMEM, "enroll %s", machine->name);
	*again_out = access(path, F_OK) == 0;
	if (key_write(enrolment, path, err) == -1)
		return -1;
	details = json_pack("{s:b}", "key_replaced", *again_out);
	if (details != NULL && enrolment->server[0] != '\0')
		json_object_set_new(details, "server",
			json_string(enrolment->server));
	return journal_add(machine, "machine.enrolled", details, err);
}

static void
say_next(const struct request *request, const char *out, bool again)
{
	if (again)
		printf("%s has a new key; files with the old one no longer "
		       "work.\n", request->name);
	printf("%s holds the key of %s: keep it secret.\n\n"
	       "Next:\n"
	       "  1. put it on the live image:\n"
	       "       iso/personalise unrack.iso %s %s.iso\n"
	       "  2. wait for the machine:\n"
	       "       unrack serve\n"
	       "  3. boot %s from %s.iso\n",
		out, request->name, out, request->name, request->name,
		request->name);
	if (request->server == NULL)
		printf("\nNo --server was given: name it on the kernel's "
		       "command line, unrack.server=HOST[:PORT].\n");
}

static int
enroll(const struct settings *settings, const struct request *request,
	struct error *err)
{
	AUTO(machine_closep) struct machine *machine = NULL;
	AUTO(freep) char *out = request->out != NULL
		? strdup(request->out)
		: io_format("%s.enrolment", request->name);
	struct enrolment enrolment;
	bool again = false;

	if (out == NULL)
		return error_set(err, ENOMEM, "enroll %s", request->name);
	if (check(request, out, err) == -1 ||
		key_make(&enrolment, request->name, request->server, err) ==
			-1 ||
		machine_create(&machine, settings->state, request->name, err) ==
			-1 ||
		(request->no_share &&
			machine_set_apart(machine, err) == -1) ||
		key_write(&enrolment, out, err) == -1)
		return -1;
	if (store(machine, &enrolment, &again, err) == -1) {
		unlink(out); /* the host would refuse it */
		return -1;
	}
	say_next(request, out, again);
	return 0;
}

int
verb_enroll(const struct settings *settings, int argc, char **argv,
	struct error *err)
{
	struct request request = {0};
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (option) {
		case 's':
			request.server = optarg;
			break;
		case 'o':
			request.out = optarg;
			break;
		case 'f':
			request.force = true;
			break;
		case 'n':
			request.no_share = true;
			break;
		default:
			error_set(err, 0, "wrong option");
			error_hint(err, "`unrack enroll --help` lists them.");
			return EXIT_USAGE;
		}
	if (argc - optind != 1) {
		error_set(err, 0, "give the name of one machine");
		return EXIT_USAGE;
	}
	request.name = argv[optind];
	return enroll(settings, &request, err) == -1 ? EXIT_FAILED : EXIT_DONE;
}
