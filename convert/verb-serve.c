/*
 * unrack serve: wait for live images.  serve/serve.c does it.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/event.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/capture/estimate.h"
#include "convert/capture/rounds.h"
#include "convert/pipeline.h"
#include "convert/request.h"
#include "convert/serve/serve.h"
#include "convert/verb.h"
#include "wire/message.h"

enum { PATIENCE_SECONDS = 15 * 60, JOBS_LEAST = 4 };

const char verb_serve_help[] =
	"usage: unrack serve [--listen ADDR:PORT] [--expect tcp:PORT]...\n"
	"                    [--timeout SECONDS] [--no-verify] [--reread]\n"
	"                    [--virtio-win ISO|DIR] [--guest-agent DIR]\n"
	"                    [--finish WHAT] [--jobs N] [--lanes N]\n"
	"                    [--patience SECONDS] [--no-share] [--rate SPEC]\n"
	"                    [--window MINUTES|HH:MM-HH:MM] [--all]\n"
	"                    [--rounds N] [--json]\n"
	"                    [--luks-passphrase-file [UUID=]FILE]...\n"
	"\n"
	"Wait for live images and migrate their machines.\n"
	"\n"
	"  --listen ADDR:PORT   where (default: every address, port 7443)\n"
	"  --expect tcp:PORT    the VM must answer there to count as working\n"
	"  --timeout SECONDS    how long it may take to boot\n"
	"  --no-verify          do not boot the VM\n"
	"  --reread             read the captured blocks a second time and compare:\n"
	"                       finds a disk or memory that is failing\n"
	"  --virtio-win X       virtio-win drivers for Windows guests\n"
	"  --guest-agent DIR    packages of qemu-guest-agent, for Linux guests\n"
	"  --finish WHAT        what the source does after success: poweroff,\n"
	"                       reboot, shell or wait (default: poweroff)\n"
	"  --jobs N             machines that are worked on at a time; others wait\n"
	"                       in the order in which they came (default: 4, or as\n"
	"                       many as there are processors)\n"
	"  --lanes N            connections for each source; else as many as help\n"
	"  --patience SECONDS   how long to wait for a source that went away\n"
	"                       (default: 900)\n"
	"  --no-share           machines served from now on share no blocks with\n"
	"                       others, as after `unrack enroll --no-share`\n"
	"  --rate SPEC          at most so much over the wire: 20M (bytes a\n"
	"                       second), 100Mbit, 20M@08:00-18:00,unlimited;\n"
	"                       `unrack rate` changes it for one machine\n"
	"  --window WHEN        refuse a copy that would not be over in so many\n"
	"                       minutes, or within a part of the day\n"
	"  --all                copy everything: free space, swap and what is in\n"
	"                       no partition as well\n"
	"  --rounds N           of a pre-copy (unrack-capture --live), at most\n"
	"                       (default: 10; fewer when they no longer shrink)\n"
	"  --json               print events, one JSON object a line\n"
	"  --luks-passphrase-file [UUID=]FILE\n"
	"                       opens encrypted volumes of the machines, or the one\n"
	"                       with that UUID, to assess and convert what is inside\n"
	"\n"
	"Ends on SIGTERM or SIGINT; sources connect again to the next one.\n";

static const struct option options[] = {
	{"listen", required_argument, NULL, 'l'},
	REQUEST_OPTIONS,
	{"reread", no_argument, NULL, 'R'},
	{"finish", required_argument, NULL, 'f'},
	{"jobs", required_argument, NULL, 'J'},
	{"lanes", required_argument, NULL, 'a'},
	{"patience", required_argument, NULL, 'p'},
	{"no-share", no_argument, NULL, 's'},
	{"rate", required_argument, NULL, 'r'},
	{"window", required_argument, NULL, 'W'},
	{"all", no_argument, NULL, 'A'},
	{"rounds", required_argument, NULL, 'o'},
	{"json", no_argument, NULL, 'j'},
	{NULL, 0, NULL, 0},
};

struct arguments {
	struct serve_settings settings;
	struct window window;
	struct request *request;
};

static int
read_finish(const char **finish_out, const char *text, struct error *err)
{
	static const char *const known[] = {"poweroff", "reboot", "shell",
		"wait"};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(known[i], text) == 0) {
			*finish_out = text;
			return 0;
		}
	return error_set(err, 0, "--finish %s: not one of poweroff, "
		"reboot, shell, wait", text);
}

static int
read_option(struct arguments *arguments, int option, struct error *err)
{
	struct session_settings *session = &arguments->settings.session;
	struct pipeline_options *job = &arguments->request->options;

	switch (option) {
	case 'l':
		arguments->settings.listen = optarg;
		return 0;
	case 'R':
		job->reread = true;
		return 0;
	case 's':
		session->no_share = true;
		return 0;
	case 'A':
		job->all = true;
		return 0;
	case 'o':
		return request_number(&job->rounds, "rounds", optarg,
			1, ROUNDS_LIMIT, err);
	case 'f':
		return read_finish(&session->finish, optarg, err);
	case 'J':
		return request_number(&session->jobs, "jobs", optarg, 1, 1000,
			err);
	case 'a':
		return request_number(&session->lanes, "lanes", optarg, 1,
			MESSAGE_LANES_LIMIT, err);
	case 'p':
		return request_number(&session->patience_seconds, "patience",
			optarg, 1, 7 * 24 * 3600, err);
	case 'r':
		return rate_parse(&session->rate, optarg, err) == -1
			? error_add(err, "--rate")
			: 0;
	case 'W':
		job->window = &arguments->window;
		return window_parse(&arguments->window, optarg, err) == -1
			? error_add(err, "--window")
			: 0;
	case 'j':
		event_open();
		return 0;
	default:
		return request_read(arguments->request, option, optarg, err);
	}
}

/* Each takes an appliance, about a processor and a gigabyte. */
static unsigned
default_jobs(void)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	return processors < JOBS_LEAST ? JOBS_LEAST : (unsigned)processors;
}

int
verb_serve(const struct settings *settings, int argc, char **argv,
	struct error *err)
{
	AUTO(freep) char *turns = io_format("%s/turns", settings->state);
	AUTO(request_release) struct request request = {.expects = 0};
	struct arguments arguments = {
		.request = &request,
		.settings = {.state = settings->state,
			.session = {.job = pipeline_run,
				.turns = turns,
				.jobs = default_jobs(),
				.finish = "poweroff",
				.patience_seconds = PATIENCE_SECONDS}}};
	int option;

	if (turns == NULL) {
		error_set(err, ENOMEM, "serve");
		return EXIT_FAILED;
	}
	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (read_option(&arguments, option, err) == -1)
			return EXIT_USAGE;
	if (optind < argc) {
		error_set(err, 0, "what is %s?", argv[optind]);
		return EXIT_USAGE;
	}
	arguments.settings.session.options = request.options;
	return serve_run(&arguments.settings, err) == -1 ? EXIT_FAILED
							 : EXIT_DONE;
}
