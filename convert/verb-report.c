/*
 * `unrack report`: the report of a machine on standard output.  It is composed
 * anew from what the stages left; nothing is written, unless a crash left a new
 * generation half in its place.
 */
#include <getopt.h>
#include <stdio.h>

#include "common/error.h"
#include "common/own.h"
#include "convert/capture/generation.h"
#include "convert/report/report.h"
#include "convert/state/machine.h"
#include "convert/verb.h"

const char verb_report_help[] =
	"usage: unrack report NAME [--format FORMAT]\n"
	"\n"
	"Print the report.\n"
	"\n"
	"  --format FORMAT  text (default), html, json, sarif or csv\n";

int
verb_report(const struct settings *settings, int argc, char **argv,
	struct error *err)
{
	static const struct option options[] = {
		{"format", required_argument, NULL, 'f'},
		{NULL, 0, NULL, 0},
	};
	AUTO(machine_closep) struct machine *machine = NULL;
	const char *format = "text";
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'f')
			return EXIT_USAGE;
		format = optarg;
	}
	if (optind + 1 != argc) {
		error_set(err, 0, "give the NAME of one machine");
		return EXIT_USAGE;
	}
	if (machine_open(&machine, settings->state, argv[optind], err) == -1 ||
		generation_recover(machine, err) == -1 ||
		report_print(machine, format, stdout, err) == -1)
		return EXIT_FAILED;
	return EXIT_DONE;
}
