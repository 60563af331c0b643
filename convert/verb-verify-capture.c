/*
 * `unrack verify-capture`: is a capture still what the source sent?  Needs no
 * source: the hashes are in the map, and the hash over them in the generation's
 * record.  capture/check.c compares.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/json.h"
#include "common/monotonic.h"
#include "common/own.h"
#include "common/progress.h"
#include "convert/capture/check.h"
#include "convert/capture/generation.h"
#include "convert/state/journal.h"
#include "convert/state/machine.h"
#include "convert/verb.h"

const char verb_verify_capture_help[] =
	"usage: unrack verify-capture NAME\n"
	"\n"
	"Compare a capture with the hashes of when it was made.  The source is not\n"
	"needed.\n";

struct work {
	const struct machine *machine;
	struct progress progress;
	double began;
	const json_t *recorded; /* what was said of the disks, or NULL */
	json_t *disks;	 /* for the journal */
	unsigned damaged, checked;
	unsigned generation; /* 0: none is complete */
};

static void
show_progress(void *context)
{
	const struct work *work = context;
	char line[128];

	if (!isatty(STDERR_FILENO))
		return;
	progress_line(line, sizeof line, &work->progress,
		monotonic_seconds() - work->began);
	fprintf(stderr, "\r%s\033[K", line);
}

/* What was written down; NULL when there is no such record. */
static const char *
recorded_root(const struct work *work, const char *name, uint64_t *bytes_out)
{
	const json_t *disk;
	size_t i;

	*bytes_out = 0;
	json_array_foreach(work->recorded, i, disk) {
		if (strcmp(json_text(disk, "name", ""), name) != 0)
			continue;
		*bytes_out = json_number(disk, "captured_bytes", 0);
		return json_text(disk, "root_hash", NULL);
	}
	return NULL;
}

static void
print_result(const struct machine_disk *disk, const struct check_result *result,
	const char *recorded)
{
	char bytes[16];

	printf("%s: %s in %ju blocks, %ju bad\n", disk->name,
		progress_bytes(bytes, result->bytes), (uintmax_t)result->blocks,
		(uintmax_t)result->bad_blocks);
	for (size_t i = 0; i < result->place_count; i++)
		printf("  byte %ju: %s\n",
			(uintmax_t)result->places[i].offset_bytes,
			result->places[i].what);
	if (result->bad_blocks > result->place_count)
		printf("  and %ju more\n", (uintmax_t)(result->bad_blocks -
			result->place_count));
	printf("  root hash %s\n", result->root_hash);
	if (recorded == NULL)
		printf("  none was recorded to compare it with\n");
	else if (strcmp(recorded, result->root_hash) != 0)
		printf("  but %s was recorded\n", recorded);
}

static int
check_disk(struct work *work, const char *folder,
	const struct machine_disk *disk, struct error *err)
{
	struct check_result result;
	uint64_t captured;
	const char *recorded = recorded_root(work, disk->name, &captured);
	bool damaged;

	progress_begin(&work->progress, disk->name, captured);
	work->began = monotonic_seconds();
	if (check_run(folder, disk->name, disk->size_bytes, &work->progress,
		    show_progress, work, &result, err) == -1)
		return -1;
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	print_result(disk, &result, recorded);
	damaged = result.bad_blocks > 0 || (recorded != NULL &&
		strcmp(recorded, result.root_hash) != 0);
	work->damaged += damaged;
	work->checked++;
	json_array_append_new(work->disks, json_pack("{s:s, s:b, s:I, s:s}",
		"name", disk->name, "damaged", damaged, "bad_blocks",
		(json_int_t)result.bad_blocks, "root_hash", result.root_hash));
	return 0;
}

static int
check_disks(struct work *work, struct error *err)
{
	AUTO(freep) char *folder = machine_path(work->machine, "capture");
	struct machine_disk *disks;
	size_t count;
	int failed = 0;

	if (folder == NULL)
		return error_set(err, ENOMEM, "check the capture");
	if (machine_read_disks(work->machine, &disks, &count, err) == -1)
		return -1;
	for (size_t i = 0; i < count && !failed; i++)
		if (disks[i].image == NULL)
			failed = check_disk(work, folder, &disks[i], err);
	machine_disks_free(disks, count);
	if (failed || work->checked > 0)
		return failed;
	error_set(err, 0, "machine %s has no capture", work->machine->name);
	return error_hint(err, "Its disks are images that were given to "
		"`unrack convert`.");
}

static int
record(const struct work *work, const struct error *failure, struct error *err)
{
	AUTO(json_decrefpp) json_t *details = json_pack("{s:s, s:O}", "result",
		failure != NULL ? "failed"
				: work->damaged > 0 ? "damaged" : "intact",
		"disks", work->disks);

	if (failure != NULL)
		json_set_text(details, "why", failure->text);
	if (work->generation > 0)
		json_object_set_new(details, "generation",
			json_integer(work->generation));
	return journal_add(work->machine, "verify-capture", details, err);
}

static int
verify(const struct machine *machine, struct error *err)
{
	AUTO(freep) char *path = machine_path(machine, "report/session.json");
	AUTO(json_decrefpp) json_t *session = NULL;
	AUTO(json_decrefpp) json_t *disks = json_array();
	AUTO(generation_release) struct generation generation = {0};
	struct work work = {.machine = machine, .disks = disks};
	struct error ignored;

	if (generation_read(&generation, machine, err) == -1)
		return -1;
	/* Of a capture that is not complete there is only what a session said. */
	if (generation.number == 0 && path != NULL &&
		access(path, F_OK) == 0 &&
		json_file_read(&session, path, err) == -1)
		return -1;
	work.generation = generation.number;
	work.recorded = generation.number > 0
		? generation.disks
		: json_object_get(session, "disks");
	if (check_disks(&work, err) == -1) {
		record(&work, err, &ignored);
		return -1;
	}
	if (record(&work, NULL, err) == -1)
		return -1;
	if (work.damaged == 0 && generation.number > 0)
		printf("generation %u: intact\n", generation.number);
	else if (work.damaged == 0)
		puts("intact");
	if (work.damaged == 0)
		return 0;
	error_set(err, 0, "the capture of %s is damaged", machine->name);
	return error_hint(err, "Check the host's disk and memory; then move the "
		"damaged disk's files in %s/capture away and boot the machine's "
		"live image again.", machine->folder);
}

int
verb_verify_capture(const struct settings *settings, int argc, char **argv,
	struct error *err)
{
	AUTO(machine_closep) struct machine *machine = NULL;

	if (argc != 2 || argv[1][0] == '-') {
		error_set(err, 0, "give the NAME of one machine");
		return EXIT_USAGE;
	}
	if (machine_open(&machine, settings->state, argv[1], err) == -1 ||
		machine_lock(machine, err) == -1 ||
		generation_settle(machine, err) == -1)
		return EXIT_FAILED;
	return verify(machine, err) == -1 ? EXIT_FAILED : EXIT_DONE;
}
