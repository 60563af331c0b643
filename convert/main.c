/*
 * unrack, the program on the conversion host.  A verb for each thing that an
 * operator wants; pipeline.c is the way of a machine through all stages.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/log.h"
#include "common/own.h"
#include "convert/verb.h"
#include "drivers-inject/appliance-kernel.h"

static const struct verb {
	const char *name;
	int (*run)(const struct settings *, int, char **, struct error *);
	const char *help;
	const char *usage; /* in short */
	const char *purpose;
	bool opens_disks; /* in libguestfs' appliance */
} verbs[] = {
	{"enroll", verb_enroll, verb_enroll_help,
		"NAME [--server HOST[:PORT]] [--out FILE]",
		"make a key for one machine", false},
	{"serve", verb_serve, verb_serve_help,
		"[--listen ADDR:PORT] [--expect tcp:PORT]...",
		"wait for live images and migrate their machines", true},
	{"assess", verb_assess, verb_assess_help,
		"NAME | --disk FILE... [--format FORMAT] [--waivers FILE]",
		"say what would change and what a person must decide", true},
	{"convert", verb_convert, verb_convert_help,
		"NAME | --name NAME --disk FILE...",
		"convert a capture or a disk image into an isolated VM", true},
	{"unconvert", verb_unconvert, verb_unconvert_help,
		"NAME",
		"drop a conversion, and keep what it was made from", false},
	{"import", verb_import, verb_import_help,
		"DIR... [--name NAME]",
		"go on with disks that unrack-capture --to wrote", true},
	{"verify", verb_verify, verb_verify_help,
		"NAME [--expect tcp:PORT]... [--timeout SECONDS]",
		"boot the isolated VM and prove that it works", true},
	{"verify-capture", verb_verify_capture, verb_verify_capture_help,
		"NAME",
		"compare a capture with the hashes of when it was made", false},
	{"rate", verb_rate, verb_rate_help,
		"NAME [SPEC | default]",
		"limit what a machine's capture takes of the wire, at once", false},
	{"report", verb_report, verb_report_help,
		"NAME | --fleet [NAME...] [--format text|html|json|sarif|csv]",
		"print the report", false},
	{"status", verb_status, verb_status_help,
		"[NAME] [--json]", "where each machine stands", false},
};

static void
print_usage(FILE *out)
{
	fputs("usage: unrack [--state DIR] [-v] VERB ...\n\n", out);
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		fprintf(out, "  %-8s %s\n           %s\n", verbs[i].name,
			verbs[i].usage, verbs[i].purpose);
	fputs("\nThe state directory is --state, $UNRACK_STATE, or "
	      "$XDG_STATE_HOME/unrack\n(~/.local/state/unrack).  "
	      "`unrack VERB --help` says more.\n",
		out);
}

/* Its statuses are what it thinks of a machine. */
static bool
verb_judges(const struct verb *verb)
{
	return verb->run == verb_assess;
}

static const struct verb *
find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

/* An absolute path, because QEMU and qcow2 headers get to see it. */
static char *
state_folder(const char *option)
{
	const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	const char *chosen = option ? option : getenv("UNRACK_STATE");
	AUTO(freep) char *here = NULL;

	if (chosen == NULL || *chosen == '\0') {
		if (xdg != NULL && *xdg == '/')
			return io_format("%s/unrack", xdg);
		return io_format("%s/.local/state/unrack", home ? home : "");
	}
	if (*chosen == '/')
		return strdup(chosen);
	here = getcwd(NULL, 0);
	return here == NULL ? NULL : io_format("%s/%s", here, chosen);
}

static bool
wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0)
			return true;
	return false;
}

static int
run_verb(const struct verb *verb, const char *state, int argc, char **argv)
{
	struct settings settings = {0};
	struct error err = {0};
	AUTO(freep) char *folder = state_folder(state);
	int status;

	if (folder == NULL) {
		error_set(&err, errno, "find the state directory");
		log_error(&err);
		return EXIT_FAILED;
	}
	settings.state = folder;
	if (wants_help(argc, argv)) {
		fputs(verb->help, stdout);
		return EXIT_DONE;
	}
	if (verb->opens_disks)
		appliance_kernel_use();
	optind = 0; /* getopt_long starts anew, with the verb's own options */
	status = verb->run(&settings, argc, argv, &err);
	if (status != EXIT_DONE && err.text[0] != '\0') {
		error_add(&err, "%s", verb->name);
		log_error(&err);
	}
	if (status == EXIT_USAGE && !verb_judges(verb))
		fprintf(stderr, "%.*s",
			(int)(strstr(verb->help, "\n\n") + 1 - verb->help),
			verb->help);
	if (fflush(stdout) == EOF &&
		(status == EXIT_DONE || verb_judges(verb))) {
		log_warn("write the output: %s", strerror(errno));
		return verb_judges(verb) ? EXIT_NOT_ASSESSED : EXIT_FAILED;
	}
	return status;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{"state", required_argument, NULL, 's'},
		{"verbose", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	const char *state = NULL;
	const struct verb *verb;
	bool verbose = false;
	int option;

	while ((option = getopt_long(argc, argv, "+vh", options, NULL)) != -1) {
		switch (option) {
		case 's':
			state = optarg;
			break;
		case 'v':
			verbose = true;
			break;
		case 'h':
			print_usage(stdout);
			return EXIT_DONE;
		case 'V':
			puts("unrack " UNRACK_VERSION);
			return EXIT_DONE;
		default:
			print_usage(stderr);
			return EXIT_USAGE;
		}
	}
	log_open("unrack", verbose);
	signal(SIGPIPE, SIG_IGN); /* a lost lane is a failure, not an end */
	verb = optind < argc ? find_verb(argv[optind]) : NULL;
	if (verb == NULL) {
		if (optind < argc)
			log_info("there is no verb `%s`", argv[optind]);
		print_usage(stderr);
		return EXIT_USAGE;
	}
	return run_verb(verb, state, argc - optind, argv + optind);
}
