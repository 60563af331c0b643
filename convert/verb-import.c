/*
 * `unrack import`: a carry set, which unrack-capture --to wrote on a server
 * without a usable link, goes on as if it had come over the wire.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "convert/carry.h"
#include "convert/request.h"
#include "convert/state/machine.h"
#include "convert/verb.h"
#include "convert/verdict.h"
#include "wire/carry-set.h"
#include "wire/key.h"

const char verb_import_help[] =
	"usage: unrack import DIR... [--name NAME] [--virtio-win ISO|DIR]\n"
	"                     [--guest-agent DIR]\n"
	"                     [--expect tcp:PORT]... [--timeout SECONDS]\n"
	"                     [--no-verify]\n"
	"                     [--luks-passphrase-file [UUID=]FILE]...\n"
	"\n"
	"Take the disks that `unrack-capture --to DIR` wrote, check every block, and\n"
	"convert and prove them as if they had come over the wire.  Give the folders\n"
	"of all parts at once.  What was imported is kept when it is cut short; a\n"
	"later capture, by wire or carried, brings only what differs.\n"
	"\n"
	"  DIR                a removable disk's folder, or its MACHINE.carry\n"
	"  --name NAME        the machine, when the set names none or DIR holds\n"
	"                     several sets\n"
	"  --virtio-win X     virtio-win drivers for Windows guests\n"
	"  --guest-agent DIR  packages of qemu-guest-agent, for Linux guests\n"
	"  --expect tcp:PORT  the VM must answer there to count as working\n"
	"  --timeout SECONDS  how long it may take to boot\n"
	"  --no-verify        do not boot the VM\n"
	"  --luks-passphrase-file [UUID=]FILE\n"
	"                     opens encrypted volumes, or the one with that UUID, to\n"
	"                     assess and convert what is inside\n";

struct arguments {
	const char *name;
	const char *const *dirs;
	size_t dir_count;
	struct request *request;
};

static int
read_arguments(struct arguments *arguments, int argc, char **argv,
	struct error *err)
{
	static const struct option options[] = {
		{"name", required_argument, NULL, 'n'},
		REQUEST_OPTIONS,
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'n')
			arguments->name = optarg;
		else if (request_read(arguments->request, option, optarg, err) ==
			-1)
			return -1;
	}
	arguments->dirs = (const char *const *)argv + optind;
	arguments->dir_count = (size_t)(argc - optind);
	if (arguments->dir_count == 0)
		return error_set(err, 0, "give the folder of a carry set");
	return 0;
}

/* The set says whose it is; or the operator, when it was written without key. */
static int
choose_name(const char **name_out, const struct carry_part *part,
	const struct arguments *arguments, struct error *err)
{
	*name_out = part->machine[0] != '\0' ? part->machine : arguments->name;
	if (*name_out == NULL) {
		error_set(err, 0, "the set does not say of which machine it is");
		return error_hint(err, "It was written without a key; say which "
			"with --name NAME.");
	}
	if (arguments->name == NULL || strcmp(arguments->name, *name_out) == 0)
		return 0;
	error_set(err, 0, "the set is of machine %s, not %s", *name_out,
		arguments->name);
	return error_hint(err, "Leave --name out, or give that machine's set.");
}

static int
open_machine(struct machine **machine_out, const struct settings *settings,
	const char *name, bool encrypted, struct error *err)
{
	AUTO(machine_closep) struct machine *machine = NULL;
	int made = encrypted
		? machine_open(&machine, settings->state, name, err)
		: machine_create(&machine, settings->state, name, err);

	if (made == -1 || machine_lock(machine, err) == -1)
		return -1;
	*machine_out = take(machine);
	return 0;
}

static int
load_set(struct carry_set *set, const struct machine *machine,
	struct enrolment *enrolment, struct error *err)
{
	AUTO(freep) char *path = machine_path(machine, "enrolment");

	if (path == NULL)
		return error_set(err, ENOMEM, "read the enrolment");
	if (carry_set_part(set)->encrypted &&
		key_read(enrolment, path, err) == -1)
		return error_hint(err, "An encrypted set is opened with the "
			"machine's enrolment, on the host that made it.");
	return carry_set_load(set, enrolment->key, err);
}

static int
run(const struct machine *machine, struct carry_set *set,
	const struct pipeline_options *options, struct pipeline_result *result,
	struct error *err)
{
	struct carry_source *source = NULL;
	struct progress progress = {.stage = NULL};
	int status;

	if (carry_open(&source, machine, set, &progress, err) == -1)
		return -1;
	status = pipeline_run(machine, carry_pipeline_source(source), options,
		&progress, result, err);
	carry_close(source);
	return status;
}

static int
import(const struct settings *settings, const struct arguments *arguments,
	struct machine **machine_out, struct pipeline_result *result,
	struct error *err)
{
	AUTO(carry_set_closep) struct carry_set *set = NULL;
	struct enrolment enrolment = {0};
	const char *name;
	int status = -1;

	if (carry_set_open(&set, arguments->dirs, arguments->dir_count,
		    arguments->name, err) == -1 ||
		choose_name(&name, carry_set_part(set), arguments, err) == -1 ||
		open_machine(machine_out, settings, name,
			carry_set_part(set)->encrypted, err) == -1)
		return -1;
	if (load_set(set, *machine_out, &enrolment, err) == 0)
		status = run(*machine_out, set, &arguments->request->options,
			result, err);
	explicit_bzero(&enrolment, sizeof enrolment);
	if (status == -1 && err->code == EBADMSG)
		error_hint(err, "Remove that set and carry the disks again: "
			"what was imported so far is kept.");
	return status;
}

int
verb_import(const struct settings *settings, int argc, char **argv,
	struct error *err)
{
	AUTO(machine_closep) struct machine *machine = NULL;
	AUTO(request_release) struct request request = {.expects = 0};
	struct arguments arguments = {.request = &request};
	struct pipeline_result result;

	if (read_arguments(&arguments, argc, argv, err) == -1)
		return EXIT_USAGE;
	if (import(settings, &arguments, &machine, &result, err) == -1)
		return EXIT_FAILED;
	return verdict_print(machine, &request.options, &result, err);
}
