/*
 * `unrack assess`: what would change and what a person must decide, without
 * converting or copying anything.  Images that are named are assessed in a machine
 * directory that is thrown away; each of a folder of images becomes a machine.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/log.h"
#include "common/own.h"
#include "convert/assess/luks-keys.h"
#include "convert/assess/waiver.h"
#include "convert/capture/generation.h"
#include "convert/folder.h"
#include "convert/local.h"
#include "convert/report/fleet.h"
#include "convert/report/report.h"
#include "convert/state/machine.h"
#include "convert/verb.h"

const char verb_assess_help[] =
	"usage: unrack assess NAME | --disk FILE... [--inventory FILE] | --folder DIR\n"
	"                     [--format FORMAT] [--waivers FILE]\n"
	"                     [--luks-passphrase-file [UUID=]FILE]...\n"
	"\n"
	"Say what converting would change and what a person must decide.  Nothing is\n"
	"converted, and of images nothing is kept.\n"
	"\n"
	"  NAME              a machine whose capture is here\n"
	"  --disk FILE...    or disk images: qcow2, vmdk, vhdx or vhd when named so,\n"
	"                    else raw\n"
	"  --folder DIR      or all images in a folder: each becomes a machine, those\n"
	"                    named NAME-sda, NAME-sdb or in a folder NAME one together;\n"
	"                    they are shown as one report, like `report --fleet`\n"
	"  --inventory FILE  what `unrack-capture --inventory` said of the server\n"
	"  --format FORMAT   text (default), html, json, sarif or csv\n"
	"  --luks-passphrase-file [UUID=]FILE\n"
	"                    opens encrypted volumes, or the one with that UUID, to\n"
	"                    assess what is inside\n"
	"  --waivers FILE    findings that somebody accepted, and until when\n"
	"\n"
	"Exit status: 0 ready (or by changes that unrack makes), 1 needs decisions,\n"
	"2 not ready, 3 could not assess; of several machines that of the worst.\n";

enum { DISKS_LIMIT = 64 };

struct arguments {
	const char *name, *folder, *inventory, *format, *waivers;
	const char *state; /* where a capture of images would go */
	char *disks[DISKS_LIMIT + 1];
	size_t disk_count;
	struct luks_keys **luks_keys;
};

static int
read_arguments(struct arguments *arguments, int argc, char **argv,
	struct error *err)
{
	static const struct option options[] = {
		{"disk", required_argument, NULL, 'd'},
		{"folder", required_argument, NULL, 'o'},
		{"inventory", required_argument, NULL, 'i'},
		{"format", required_argument, NULL, 'f'},
		{"waivers", required_argument, NULL, 'w'},
		{"luks-passphrase-file", required_argument, NULL, 'L'},
		{NULL, 0, NULL, 0},
	};
	int option;

	arguments->format = "text";
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'd' && arguments->disk_count < DISKS_LIMIT)
			arguments->disks[arguments->disk_count++] = optarg;
		else if (option == 'o')
			arguments->folder = optarg;
		else if (option == 'i')
			arguments->inventory = optarg;
		else if (option == 'f')
			arguments->format = optarg;
		else if (option == 'w')
			arguments->waivers = optarg;
		else if (option == 'L' &&
			luks_keys_read(arguments->luks_keys, optarg, err) == -1)
			return -1;
		else if (option != 'L')
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
	if ((arguments->name != NULL) + (arguments->disk_count > 0) +
			(arguments->folder != NULL) != 1)
		return error_set(err, 0, "give the machine's NAME, --disk FILE "
			"or --folder DIR");
	if (arguments->folder != NULL && arguments->inventory != NULL)
		return error_set(err, 0, "in a folder, NAME.json beside the "
			"images is a machine's inventory");
	return 0;
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
	options.luks_keys = *arguments->luks_keys;
	options.capture_folder = arguments->state;
	if (machine_lock(machine, err) == -1 ||
		generation_settle(machine, err) == -1 ||
		local_open(&source, machine, err) == -1)
		return -1;
	status = pipeline_run(machine, local_pipeline_source(source), &options,
		&progress, &result, err);
	local_close(source);
	if (status == 0)
		*tier_out = result.tier;
	return status;
}

/* Make images a machine; an inventory of an earlier time is none of theirs. */
static int
add_images(const struct machine *machine, const char *inventory,
	char *const *disks, size_t count, struct error *err)
{
	AUTO(freep) char *path = machine_path(machine, "inventory.json");
	AUTO(json_decrefpp) json_t *json = NULL;

	if (path == NULL)
		return error_set(err, ENOMEM, "assess");
	if (inventory == NULL && unlink(path) == -1 && errno != ENOENT)
		return error_set(err, errno, "remove %s", path);
	if (inventory != NULL && (json_file_read(&json, inventory, err) == -1 ||
			json_file_write(path, json, err) == -1))
		return -1;
	return local_add_images(machine, disks, count, err);
}

/* ---- images that are named ---- */

static int
assess_images(const char *state, const struct arguments *arguments,
	enum tier *tier_out, struct error *err)
{
	AUTO(machine_closep) struct machine *machine = NULL;

	if (machine_create(&machine, state, "assessment", err) == -1 ||
		add_images(machine, arguments->inventory, arguments->disks,
			arguments->disk_count, err) == -1 ||
		assess_machine(machine, arguments, tier_out, err) == -1)
		return -1;
	return report_print(machine, arguments->format, stdout, err);
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

/* ---- a folder of them ---- */

/* A machine that was captured or enrolled is not taken for an image. */
static int
check_is_of_images(const struct machine *machine, struct error *err)
{
	AUTO(freep) char *key = machine_path(machine, "enrolment");
	struct machine_disk *disks = NULL;
	size_t count = 0;
	bool is_other;

	if (key == NULL)
		return error_set(err, ENOMEM, "machine %s", machine->name);
	if (machine_read_disks(machine, &disks, &count, NULL) == -1)
		count = 0;
	is_other = access(key, F_OK) == 0 ||
		(count > 0 && disks[0].image == NULL);
	machine_disks_free(disks, count);
	if (!is_other)
		return 0;
	error_set(err, EEXIST, "there is another machine %s", machine->name);
	return error_hint(err, "Give the image another name, or use another "
		"--state.");
}

/* What an earlier assessment said of it no longer holds; why there is none now. */
static void
note_failure(const struct machine *machine, const char *why)
{
	AUTO(freep) char *report = machine_path(machine, "report");
	AUTO(freep) char *path = machine_path(machine, "report/session.json");
	AUTO(json_decrefpp) json_t *session = json_pack("{ss ss so}", "format",
		"unrack-session/1", "machine", machine->name, "failure",
		json_safe_string(why, strlen(why)));
	struct error ignored;

	if (report != NULL && path != NULL && session != NULL &&
		io_remove_tree(report, &ignored) == 0 &&
		io_make_folders(report, &ignored) == 0)
		json_file_write(path, session, &ignored);
}

static int
assess_one(const struct folder_machine *found,
	const struct arguments *arguments, struct error *err)
{
	AUTO(machine_closep) struct machine *machine = NULL;
	enum tier tier = TIER_READY;

	if (machine_create(&machine, arguments->state, found->name, err) == -1 ||
		check_is_of_images(machine, err) == -1)
		return EXIT_NOT_ASSESSED;
	if (add_images(machine, found->inventory, found->disks,
		    found->disk_count, err) == 0 &&
		assess_machine(machine, arguments, &tier, err) == 0)
		return exit_status(tier);
	note_failure(machine, err->text);
	return EXIT_NOT_ASSESSED;
}

static int
print_machines(const struct folder *folder, const struct arguments *arguments,
	struct error *err)
{
	AUTO(fleet_release) struct fleet fleet = {0};
	AUTO(freep) char **names = calloc(folder->count + 1, sizeof *names);

	if (names == NULL)
		return error_set(err, ENOMEM, "report");
	for (size_t i = 0; i < folder->count; i++)
		names[i] = folder->machines[i].name;
	if (fleet_read(&fleet, arguments->state, names, err) == -1)
		return -1;
	return fleet_print(&fleet, arguments->format, stdout, err);
}

/* One that is broken does not keep the others from being assessed. */
static int
assess_folder(const struct arguments *arguments, struct error *err)
{
	AUTO(folder_release) struct folder folder = {0};
	int worst = EXIT_READY;

	if (fleet_check_format(arguments->format, err) == -1 ||
		folder_read(&folder, arguments->folder, err) == -1)
		return EXIT_NOT_ASSESSED;
	for (size_t i = 0; i < folder.count; i++) {
		const struct folder_machine *found = &folder.machines[i];
		struct error why = {0};
		int status;

		log_info("%s (%zu of %zu)", found->name, i + 1, folder.count);
		status = assess_one(found, arguments, &why);
		if (status == EXIT_NOT_ASSESSED) {
			error_add(&why, "%s", found->name);
			log_error(&why);
		}
		worst = status > worst ? status : worst;
	}
	return print_machines(&folder, arguments, err) == -1
		? EXIT_NOT_ASSESSED
		: worst;
}

int
verb_assess(const struct settings *settings, int argc, char **argv,
	struct error *err)
{
	AUTO(machine_closep) struct machine *machine = NULL;
	AUTO(luks_keys_freep) struct luks_keys *keys = NULL;
	struct arguments arguments = {.luks_keys = &keys};
	enum tier tier = TIER_READY;
	int status;

	if (read_arguments(&arguments, argc, argv, err) == -1) {
		error_hint(err, "`unrack assess --help` shows them.");
		return EXIT_NOT_ASSESSED;
	}
	arguments.state = settings->state;
	if (arguments.folder != NULL)
		return assess_folder(&arguments, err);
	if (report_check_format(arguments.format, err) == -1)
		status = -1;
	else if (arguments.disk_count > 0)
		status = assess_in_scratch(&arguments, &tier, err);
	else if (machine_open(&machine, settings->state, arguments.name, err) ==
			-1 ||
		assess_machine(machine, &arguments, &tier, err) == -1)
		status = -1;
	else
		status = report_print(machine, arguments.format, stdout, err);
	return status == 0 ? exit_status(tier) : EXIT_NOT_ASSESSED;
}
