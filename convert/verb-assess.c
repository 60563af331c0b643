/*
 * `unrack assess`: what would change and what a person must decide, without
 * converting or copying anything.  Images are assessed in a machine directory
 * that is thrown away.
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
#include "convert/assess/waiver.h"
#include "convert/capture/generation.h"
#include "convert/local.h"
#include "convert/report/report.h"
#include "convert/state/machine.h"
#include "convert/verb.h"

const char verb_assess_help[] =
	"usage: unrack assess NAME | --disk FILE... [--inventory FILE]\n"
	"                     [--format FORMAT] [--waivers FILE]\n"
	"\n"
	"Say what converting would change and what a person must decide.  Nothing is\n"
	"converted, and of images nothing is kept.\n"
	"\n"
	"  NAME              a machine whose capture is here\n"
	"  --disk FILE...    or disk images: raw, or qcow2 when named so\n"
	"  --inventory FILE  what `unrack-capture --inventory` said of the server\n"
	"  --format FORMAT   text (default), html, json, sarif or csv\n"
	"  --waivers FILE    findings that somebody accepted, and until when\n"
	"\n"
	"Exit status: 0 ready (or by changes that unrack makes), 1 needs decisions,\n"
	"2 not ready, 3 could not assess.\n";

enum { DISKS_LIMIT = 64 };

struct arguments {
	const char *name, *inventory, *format, *waivers;
	const char *state; /* where a capture of images would go */
	char *disks[DISKS_LIMIT + 1];
	size_t disk_count;
};

static int
read_arguments(struct arguments *arguments, int argc, char **argv,
	struct error *err)
{
	static const struct option options[] = {
		{"disk", required_argument, NULL, 'd'},
		{"inventory", required_argument, NULL, 'i'},
		{"format", required_argument, NULL, 'f'},
		{"waivers", required_argument, NULL, 'w'},
		{NULL, 0, NULL, 0},
	};
	int option;

	arguments->format = "text";
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'd' && arguments->disk_count < DISKS_LIMIT)
			arguments->disks[arguments->disk_count++] = optarg;
		else if (option == 'i')
			arguments->inventory = optarg;
		else if (option == 'f')
			arguments->format = optarg;
		else if (option == 'w')
			arguments->waivers = optarg;
		else
			return error_set(err, 0, "the arguments are wrong");
	}
	for (; optind < argc; optind++) {
		if (arguments->disk_count > 0 &&
			arguments->disk_count < DISKS_LIMIT)
			arguments->disks[arguments->disk_count++] = argv[optind];
		else if (arguments->name == NULL && arguments->disk_count == 0)
			arguments->name = argv[optind];
		else
			return error_set(err, 0, "what is `%s`?", argv[optind]);
	}
	if ((arguments->name == NULL) == (arguments->disk_count == 0))
		return error_set(err, 0, "give the machine's NAME or --disk FILE");
	return 0;
}

static int
assess_machine(struct machine *machine, const struct arguments *arguments,
	enum tier *tier_out, struct error *err)
{
	AUTO(waivers_freep) struct waivers *waivers = NULL;
	struct pipeline_options options = {.assess_only = true};
	struct pipeline_result result;
	struct progress progress = {.stage = NULL};
	struct local_source *source = NULL;
	int status;

	if (arguments->waivers != NULL &&
		waivers_read(&waivers, arguments->waivers, err) == -1)
		return -1;
	options.waivers = waivers;
	options.capture_folder = arguments->state;
	if (machine_lock(machine, err) == -1 ||
		generation_settle(machine, err) == -1 ||
		local_open(&source, machine, err) == -1)
		return -1;
	status = pipeline_run(machine, local_pipeline_source(source), &options,
		&progress, &result, err);
	local_close(source);
	if (status == -1)
		return -1;
	*tier_out = result.tier;
	return report_print(machine, arguments->format, stdout, err);
}

static int
assess_images(const char *state, const struct arguments *arguments,
	enum tier *tier_out, struct error *err)
{
	AUTO(machine_closep) struct machine *machine = NULL;
	AUTO(freep) char *inventory = NULL;
	AUTO(json_decrefpp) json_t *json = NULL;

	if (machine_create(&machine, state, "assessment", err) == -1)
		return -1;
	inventory = machine_path(machine, "inventory.json");
	if (inventory == NULL)
		return error_set(err, ENOMEM, "assess");
	if (arguments->inventory != NULL &&
		(json_file_read(&json, arguments->inventory, err) == -1 ||
			json_file_write(inventory, json, err) == -1))
		return -1;
	if (local_add_images(machine, arguments->disks, arguments->disk_count,
			err) == -1)
		return -1;
	return assess_machine(machine, arguments, tier_out, err);
}

static int
assess_in_scratch(const struct arguments *arguments, enum tier *tier_out,
	struct error *err)
{
	const char *folder = getenv("TMPDIR");
	AUTO(freep) char *scratch = io_format("%s/unrack-assess.XXXXXX",
		folder != NULL && *folder == '/' ? folder : "/var/tmp");
	int status;

	if (scratch == NULL || mkdtemp(scratch) == NULL)
		return error_set(err, errno, "make a scratch folder");
	status = assess_images(scratch, arguments, tier_out, err);
	if (io_remove_tree(scratch, status == 0 ? err : NULL) == -1)
		return -1;
	return status;
}

static int
exit_status(enum tier tier)
{
	switch (tier) {
	case TIER_NOT_READY:
		return EXIT_NOT_READY;
	case TIER_NEEDS_DECISIONS:
		return EXIT_NEEDS_DECISIONS;
	default:
		return EXIT_READY;
	}
}

int
verb_assess(const struct settings *settings, int argc, char **argv,
	struct error *err)
{
	AUTO(machine_closep) struct machine *machine = NULL;
	struct arguments arguments = {0};
	enum tier tier = TIER_READY;
	int status;

	if (read_arguments(&arguments, argc, argv, err) == -1) {
		error_hint(err, "`unrack assess --help` shows them.");
		return EXIT_NOT_ASSESSED;
	}
	arguments.state = settings->state;
	if (arguments.disk_count > 0)
		status = assess_in_scratch(&arguments, &tier, err);
	else if (machine_open(&machine, settings->state, arguments.name, err) ==
		-1)
		status = -1;
	else
		status = assess_machine(machine, &arguments, &tier, err);
	return status == 0 ? exit_status(tier) : EXIT_NOT_ASSESSED;
}
