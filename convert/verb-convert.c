/*
 * `unrack convert`: a finished capture, or local images, through the pipeline.
 * The same pipeline runs by itself in a live session (serve/session.c).
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/capture/generation.h"
#include "convert/local.h"
#include "convert/request.h"
#include "convert/state/machine.h"
#include "convert/verb.h"
#include "convert/verdict.h"

const char verb_convert_help[] =
	"usage: unrack convert NAME | --name NAME --disk FILE...\n"
	"                      [--inventory FILE] [--virtio-win ISO|DIR]\n"
	"                      [--guest-agent DIR]\n"
	"                      [--expect tcp:PORT]... [--timeout SECONDS]\n"
	"                      [--no-verify]\n"
	"                      [--luks-passphrase-file [UUID=]FILE]...\n"
	"\n"
	"Convert a capture, or disk images, into an isolated VM, and boot it to prove\n"
	"that it works.  What it is made from is left as it is.\n"
	"\n"
	"  NAME               a machine whose capture is here\n"
	"  --name NAME        or what the machine of the images is to be called\n"
	"  --disk FILE...     raw, or qcow2 when named so\n"
	"  --inventory FILE   what `unrack-capture --inventory` said of the server\n"
	"  --virtio-win X     virtio-win drivers for Windows guests\n"
	"  --guest-agent DIR  packages of qemu-guest-agent, for Linux guests\n"
	"  --expect tcp:PORT  the VM must answer there to count as working\n"
	"  --timeout SECONDS  how long it may take to boot\n"
	"  --no-verify        do not boot the VM\n"
	"  --luks-passphrase-file [UUID=]FILE\n"
	"                     opens encrypted volumes, or the one with that UUID, to\n"
	"                     assess and convert what is inside\n";

enum { DISKS_LIMIT = 64 };

struct arguments {
	const char *name;
	char *disks[DISKS_LIMIT + 1];
	size_t disk_count;
	const char *inventory;
	struct request *request;
};

static int
read_arguments(struct arguments *arguments, int argc, char **argv,
	struct error *err)
{
	static const struct option options[] = {
		{"name", required_argument, NULL, 'n'},
		{"disk", required_argument, NULL, 'd'},
		{"inventory", required_argument, NULL, 'i'},
		REQUEST_OPTIONS,
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'n':
			arguments->name = optarg;
			break;
		case 'd':
			if (arguments->disk_count == DISKS_LIMIT)
				return error_set(err, 0, "over %d disks",
					DISKS_LIMIT);
			arguments->disks[arguments->disk_count++] = optarg;
			break;
		case 'i':
			arguments->inventory = optarg;
			break;
		default:
			if (request_read(arguments->request, option, optarg,
				    err) == -1)
				return -1;
		}
	}
	/* Further words are disks: `--disk a b c`, or NAME when there is none. */
	for (; optind < argc; optind++) {
		if (arguments->disk_count == 0 && arguments->name == NULL)
			arguments->name = argv[optind];
		else if (arguments->disk_count > 0 &&
			arguments->disk_count < DISKS_LIMIT)
			arguments->disks[arguments->disk_count++] = argv[optind];
		else
			return error_set(err, 0, "what is `%s`?", argv[optind]);
	}
	if (arguments->name == NULL)
		return error_set(err, 0, "give the machine's NAME, or --name "
			"NAME with --disk FILE");
	return 0;
}

static int
copy_inventory(const struct machine *machine, const char *path,
	struct error *err)
{
	AUTO(freep) char *to = machine_path(machine, "inventory.json");
	AUTO(json_decrefpp) json_t *inventory = NULL;

	if (to == NULL)
		return error_set(err, ENOMEM, "copy %s", path);
	if (json_file_read(&inventory, path, err) == -1)
		return error_hint(err, "`unrack-capture --inventory` prints one "
			"on the source machine.");
	return json_file_write(to, inventory, err);
}

static int
open_machine(struct machine **machine_out, const struct settings *settings,
	const struct arguments *arguments, struct error *err)
{
	AUTO(machine_closep) struct machine *machine = NULL;
	int made = arguments->disk_count > 0
		? machine_create(&machine, settings->state, arguments->name, err)
		: machine_open(&machine, settings->state, arguments->name, err);

	if (made == -1 || machine_lock(machine, err) == -1 ||
		generation_settle(machine, err) == -1)
		return -1;
	if (arguments->inventory != NULL &&
		copy_inventory(machine, arguments->inventory, err) == -1)
		return -1;
	if (arguments->disk_count > 0 &&
		local_add_images(machine, arguments->disks,
			arguments->disk_count, err) == -1)
		return -1;
	*machine_out = take(machine);
	return 0;
}

static int
run(struct machine *machine, const struct pipeline_options *options,
	struct pipeline_result *result, struct error *err)
{
	struct local_source *source = NULL;
	struct progress progress = {.stage = NULL};
	int status;

	if (local_open(&source, machine, err) == -1)
		return -1;
	status = pipeline_run(machine, local_pipeline_source(source), options,
		&progress, result, err);
	local_close(source);
	return status;
}

int
verb_convert(const struct settings *settings, int argc, char **argv,
	struct error *err)
{
	AUTO(machine_closep) struct machine *machine = NULL;
	AUTO(request_release) struct request request = {.expects = 0};
	struct arguments arguments = {.request = &request};
	struct pipeline_result result;

	if (read_arguments(&arguments, argc, argv, err) == -1)
		return EXIT_USAGE;
	if (open_machine(&machine, settings, &arguments, err) == -1 ||
		run(machine, &request.options, &result, err) == -1)
		return EXIT_FAILED;
	return verdict_print(machine, &request.options, &result, err);
}
