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
#include "convert/assess/luks-keys.h"
#include "convert/capture/estimate.h"
#include "convert/capture/rounds.h"
#include "convert/pipeline.h"
#include "convert/serve/serve.h"
#include "convert/verb.h"
#include "wire/message.h"

enum { PATIENCE_SECONDS = 15 * 60, JOBS_LEAST = 4, EXPECTS = 64 };

const char verb_serve_help[] =
	"usage: unrack serve [--listen ADDR:PORT] [--expect tcp:PORT]...\n"
	"                    [--no-verify] [--reread] [--virtio-win ISO|DIR]\n"
	"                    [--guest-agent DIR]\n"
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
	{"expect", required_argument, NULL, 'e'},
	{"no-verify", no_argument, NULL, 'n'},
	{"reread", no_argument, NULL, 'R'},
	{"virtio-win", required_argument, NULL, 'w'},
	{"guest-agent", required_argument, NULL, 'g'},
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
	{"luks-passphrase-file", required_argument, NULL, 'L'},
	{NULL, 0, NULL, 0},
};

/* What the options say; `expect` is what settings point to. */
struct request {
	struct serve_settings settings;
	const char *expect[EXPECTS + 1];
	unsigned expects;
	struct window window;
	struct luks_keys **luks_keys;
};

static int
read_number(unsigned *number_out, const char *name, const char *text,
	unsigned low, unsigned high, struct error *err)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || text[0] == '-' ||
		number < low || number > high)
		return error_set(err, 0, "--%s %s: not a number from %u "
			"to %u", name, text, low, high);
	*number_out = (unsigned)number;
	return 0;
}

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
read_expect(struct request *request, const char *text, struct error *err)
{
	unsigned port;

	if (strncmp(text, "tcp:", 4) != 0)
		return error_set(err, 0, "--expect %s: not tcp:PORT",
			text);
	if (read_number(&port, "expect", text + 4, 1, 65535, err) == -1)
		return -1;
	if (request->expects == EXPECTS)
		return error_set(err, 0, "more than %d --expect",
			EXPECTS);
	request->expect[request->expects++] = text;
	return 0;
}

static int
read_option(struct request *request, int option, struct error *err)
{
	struct session_settings *session = &request->settings.session;

	switch (option) {
	case 'l':
		request->settings.listen = optarg;
		return 0;
	case 'e':
		return read_expect(request, optarg, err);
	case 'n':
		session->options.no_verify = true;
		return 0;
	case 'R':
		session->options.reread = true;
		return 0;
	case 's':
		session->no_share = true;
		return 0;
	case 'A':
		session->options.all = true;
		return 0;
	case 'o':
		return read_number(&session->options.rounds, "rounds", optarg,
			1, ROUNDS_LIMIT, err);
	case 'w':
		session->options.virtio_win = optarg;
		return 0;
	case 'g':
		session->options.guest_agent = optarg;
		return 0;
	case 'f':
		return read_finish(&session->finish, optarg, err);
	case 'J':
		return read_number(&session->jobs, "jobs", optarg, 1, 1000,
			err);
	case 'a':
		return read_number(&session->lanes, "lanes", optarg, 1,
			MESSAGE_LANES_LIMIT, err);
	case 'p':
		return read_number(&session->patience_seconds, "patience",
			optarg, 1, 7 * 24 * 3600, err);
	case 'r':
		return rate_parse(&session->rate, optarg, err) == -1
			? error_add(err, "--rate")
			: 0;
	case 'W':
		session->options.window = &request->window;
		return window_parse(&request->window, optarg, err) == -1
			? error_add(err, "--window")
			: 0;
	case 'j':
		event_open();
		return 0;
	case 'L':
		return luks_keys_read(request->luks_keys, optarg, err);
	default:
		error_set(err, 0, "wrong option");
		return error_hint(err, "`unrack serve --help` lists them.");
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
	AUTO(luks_keys_freep) struct luks_keys *keys = NULL;
	struct request request = {
		.luks_keys = &keys,
		.settings = {.state = settings->state,
			.session = {.job = pipeline_run,
				.jobs = default_jobs(),
				.finish = "poweroff",
				.patience_seconds = PATIENCE_SECONDS}}};
	AUTO(freep) char *turns = NULL;
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (read_option(&request, option, err) == -1)
			return EXIT_USAGE;
	if (optind < argc) {
		error_set(err, 0, "what is %s?", argv[optind]);
		return EXIT_USAGE;
	}
	if (request.expects > 0)
		request.settings.session.options.expect = request.expect;
	request.settings.session.options.luks_keys = keys;
	turns = io_format("%s/turns", settings->state);
	request.settings.session.turns = turns;
	if (turns == NULL) {
		error_set(err, ENOMEM, "serve");
		return EXIT_FAILED;
	}
	return serve_run(&request.settings, err) == -1 ? EXIT_FAILED
						       : EXIT_DONE;
}
