/*
 * `unrack report`: the report of a machine, or of several, on standard output.  It
 * is composed anew from what the stages left; nothing is written, unless a crash
 * left a new generation half in its place.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

#include "common/error.h"
#include "common/own.h"
#include "convert/capture/generation.h"
#include "convert/report/fleet.h"
#include "convert/report/report.h"
#include "convert/state/machine.h"
#include "convert/verb.h"

const char verb_report_help[] =
	"usage: unrack report NAME [--format FORMAT]\n"
	"       unrack report --fleet [NAME...] [--format FORMAT]\n"
	"\n"
	"Print the report of a machine, or one of several machines.\n"
	"\n"
	"  --format FORMAT  text (default), html, json, sarif or csv\n"
	"  --fleet          all machines, or those named, as one report: how far\n"
	"                   each is, what they have in common, who needs whom;\n"
	"                   as text, html, json or csv\n";

static int
print_fleet(const char *state, char *const *names, const char *format,
	struct error *err)
{
	AUTO(fleet_release) struct fleet fleet = {0};

	if (fleet_read(&fleet, state, names, err) == -1)
		return -1;
	return fleet_print(&fleet, format, stdout, err);
}

int
verb_report(const struct settings *settings, int argc, char **argv,
	struct error *err)
{
	static const struct option options[] = {
		{"format", required_argument, NULL, 'f'},
		{"fleet", no_argument, NULL, 'a'},
		{NULL, 0, NULL, 0},
	};
	AUTO(machine_closep) struct machine *machine = NULL;
	const char *format = "text";
	bool fleet = false;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'f')
			format = optarg;
		else if (option == 'a')
			fleet = true;
		else
			return EXIT_USAGE;
	}
	if (fleet)
		return print_fleet(settings->state, argv + optind, format,
			       err) == -1
			? EXIT_FAILED
			: EXIT_DONE;
	if (optind + 1 != argc) {
		error_set(err, 0, "give the NAME of one machine, or --fleet");
		return EXIT_USAGE;
	}
	if (machine_open(&machine, settings->state, argv[optind], err) == -1 ||
		generation_recover(machine, err) == -1 ||
		report_print(machine, format, stdout, err) == -1)
		return EXIT_FAILED;
	return EXIT_DONE;
}
