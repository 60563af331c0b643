/*
 * The host of bench-capture: serve and all below it as they are, with a job that
 * captures extents which are known already, so that only the capture is timed
 * and not the conversion before it.
 *
 *	bench-host STATE ADDR:PORT EXTENTS
 *
 * EXTENTS has lines "offset length" in bytes.  Each session adds a line of JSON
 * to STATE/results: "seconds" run from the first lane's HELLO, which comes after
 * the handshake, until all is durable.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/log.h"
#include "common/monotonic.h"
#include "common/own.h"
#include "convert/capture/generation.h"
#include "convert/serve/serve.h"
#include "convert/state/journal.h"

static struct plan plan;
static const char *results;
static double began; /* this session, in its process */

typedef int journal_add_function(const struct machine *machine,
	const char *event, const json_t *details, struct error *err);
journal_add_function __real_journal_add, __wrap_journal_add;

/* The one thing that a session does only once, and at once. */
int
__wrap_journal_add(const struct machine *machine, const char *event,
	const json_t *details, struct error *err)
{
	if (strcmp(event, "session.started") == 0)
		began = monotonic_seconds();
	return __real_journal_add(machine, event, details, err);
}

static int
add_result(const json_t *result, struct error *err)
{
	AUTO(freep) char *text = json_dumps(result, JSON_COMPACT);
	AUTO(freep) char *line = text ? io_format("%s\n", text) : NULL;
	AUTO(fd_closep) int fd = open(results,
		O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (line == NULL || fd == -1)
		return error_set(err, errno, "open %s", results);
	return io_write(fd, line, strlen(line), results, err);
}

/* What the next pass finds is a complete generation, as after a migration. */
static int
complete(const struct machine *machine, const struct capture_count *count,
	struct error *err)
{
	AUTO(json_decrefpp) json_t *disks = json_pack("[{s:s, s:I, s:s}]",
		"name", "sda", "captured_bytes",
		(json_int_t)count->captured_bytes, "root_hash",
		count->root_hash);
	AUTO(generation_release) struct generation last;

	if (generation_read(&last, machine, err) == -1)
		return -1;
	return generation_commit(machine, last.number + 1, disks, err);
}

static int
capture(const struct machine *machine, struct pipeline_source *source,
	const struct pipeline_options *options, struct progress *progress,
	struct pipeline_result *result_out, struct error *err)
{
	AUTO(json_decrefpp) json_t *result = NULL;
	struct capture_count count;
	double copying = monotonic_seconds(), ended;
	uint64_t received, sent;

	(void)options;
	if (source->capture(source, &plan, 1, progress, &count, err) == -1)
		return -1;
	ended = monotonic_seconds();
	source->wire(source, &received, &sent);
	result = json_pack("{s:f, s:f, s:I, s:I, s:I, s:I, s:s}", "seconds",
		ended - began, "copy_seconds", ended - copying, "read_bytes",
		(json_int_t)count.read_bytes, "shared_bytes",
		(json_int_t)count.shared_bytes, "received_bytes",
		(json_int_t)received, "sent_bytes", (json_int_t)sent, "root",
		count.root_hash);
	*result_out = (struct pipeline_result){.verdict = "unproven",
		.reason = "a benchmark"};
	return complete(machine, &count, err) == -1 ? -1
						    : add_result(result, err);
}

static int
read_extents(const char *path, struct error *err)
{
	FILE *file = fopen(path, "r");
	struct extent one, *more;

	if (file == NULL)
		return error_set(err, errno, "open %s", path);
	while (fscanf(file, "%" SCNu64 " %" SCNu64, &one.offset_bytes,
		       &one.length_bytes) ==
		2) {
		more = realloc(plan.extents, (plan.count + 1) * sizeof *more);
		if (more == NULL) {
			fclose(file);
			return error_set(err, ENOMEM, "read %s", path);
		}
		plan.extents = more;
		plan.extents[plan.count++] = one;
	}
	fclose(file);
	return 0;
}

int
main(int argc, char *argv[])
{
	struct serve_settings settings = {
		.session = {.job = capture,
			.finish = "poweroff",
			.patience_seconds = 10}};
	struct error err = {0};
	int failed;

	log_open("bench-host", getenv("BENCH_VERBOSE") != NULL);
	if (argc != 4) {
		fputs("usage: bench-host STATE ADDR:PORT EXTENTS\n", stderr);
		return 1;
	}
	settings.state = argv[1];
	settings.listen = argv[2];
	results = io_format("%s/results", argv[1]);
	failed = results == NULL || read_extents(argv[3], &err) == -1 ||
		serve_run(&settings, &err) == -1;
	if (failed)
		log_error(&err);
	return failed;
}
