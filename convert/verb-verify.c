/*
 * `unrack verify`: boot an emitted VM once more and renew the proof and the
 * report.  The exit status is the verdict: 0 only for "boots".
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "common/log.h"
#include "common/own.h"
#include "convert/capture/generation.h"
#include "convert/report/report.h"
#include "convert/request.h"
#include "convert/state/journal.h"
#include "convert/state/machine.h"
#include "convert/verb.h"
#include "convert/verify/verify.h"

const char verb_verify_help[] =
	"usage: unrack verify NAME [--expect tcp:PORT]... [--timeout SECONDS]\n"
	"                     [--luks-passphrase-file [UUID=]FILE]...\n"
	"\n"
	"Boot the VM on a throw-away overlay in its isolated network and judge it.\n"
	"\n"
	"  --expect tcp:PORT  the VM must answer there to count as working\n"
	"  --timeout SECONDS  how long it may take to boot\n"
	"  --luks-passphrase-file [UUID=]FILE\n"
	"                     is typed when the VM asks on its console\n";

static int
read_arguments(const char **name_out, struct request *request, int argc,
	char **argv, struct error *err)
{
	static const struct option options[] = {
		REQUEST_PROOF_OPTIONS,
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (request_read(request, option, optarg, err) == -1)
			return -1;
	if (optind + 1 != argc)
		return error_set(err, 0, "give the NAME of one machine");
	*name_out = argv[optind];
	return 0;
}

static void
say(void *cookie, const char *text)
{
	log_info("%s: %s", (const char *)cookie, text);
}

static int
record(const struct machine *machine, const struct verify_verdict *verdict,
	struct error *err)
{
	AUTO(json_decrefpp) json_t *details = json_pack("{s:s, s:s}", "verdict",
		verdict->verdict, "reason", verdict->reason);

	if (machine_set_state(machine, MACHINE_VERIFIED, err) == -1 ||
		journal_add(machine, "verify", details, err) == -1)
		return -1;
	return report_write(machine, err);
}

int
verb_verify(const struct settings *settings, int argc, char **argv,
	struct error *err)
{
	AUTO(machine_closep) struct machine *machine = NULL;
	struct verify_verdict verdict = {"", ""};
	AUTO(request_release) struct request request = {.expects = 0};
	struct verify_options options = {.say = say};
	const char *name = NULL;

	if (read_arguments(&name, &request, argc, argv, err) == -1)
		return EXIT_USAGE;
	options.expect = request.expect;
	options.timeout_seconds = request.options.verify_timeout_seconds;
	options.luks_keys = request.luks_keys;
	if (machine_open(&machine, settings->state, name, err) == -1 ||
		machine_lock(machine, err) == -1 ||
		generation_settle(machine, err) == -1 ||
		machine_check_whole(machine, err) == -1)
		return EXIT_FAILED;
	options.cookie = machine->name;
	if (verify_run(machine, &options, &verdict, err) == -1 ||
		record(machine, &verdict, err) == -1)
		return EXIT_FAILED;
	printf("%s: %s\n", verdict.verdict, verdict.reason);
	return strcmp(verdict.verdict, "boots") == 0 ? EXIT_DONE : EXIT_FAILED;
}
