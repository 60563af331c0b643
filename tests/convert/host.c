/*
 * The host's side of the tests of sessions: serve as it is, with a job in place
 * of the pipeline.
 */
#include "tests/convert/host.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "common/process.h"
#include "convert/capture/estimate.h"
#include "convert/serve/serve.h"
#include "convert/state/machine.h"
#include "tests/harness.h"

/* A port that was free a moment ago. */
static unsigned
free_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t bytes = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, bytes), 0);
	getsockname(fd, (struct sockaddr *)&address, &bytes);
	close(fd);
	return ntohs(address.sin_port);
}

void
host_enroll(const struct host *host, const char *name,
	struct enrolment *enrolment_out)
{
	AUTO(machine_closep) struct machine *machine = NULL;
	AUTO(freep) char *path = NULL;
	struct error err = {0};

	assert_ok(key_make(enrolment_out, name, host->enrolment.server, &err),
		&err);
	assert_ok(machine_create(&machine, host->folder, name, &err), &err);
	path = machine_path(machine, "enrolment");
	assert_ok(key_write(enrolment_out, path, &err), &err);
}

void
host_make(struct host *host)
{

	strcpy(host->folder, "/tmp/unrack-test-host.XXXXXX");
	assert_non_null(mkdtemp(host->folder));
	snprintf(host->enrolment.server, sizeof host->enrolment.server,
		"127.0.0.1:%u", free_port());
	host_enroll(host, "web1", &host->enrolment);
	host->no_share = false;
	host->pid = 0;
	host->patience_seconds = 30;
	host->silence_seconds = host->jobs = 0;
	host->rate = (struct rate){0};
}

void
host_remove(struct host *host)
{
	struct error err;

	host_kill(host);
	assert_ok(io_remove_tree(host->folder, &err), &err);
}

static void
wait_until_it_listens(const struct host *host)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)atoi(
			strchr(host->enrolment.server, ':') + 1))};

	for (;;) {
		int fd = socket(AF_INET, SOCK_STREAM, 0), failed;

		failed = connect(fd, (struct sockaddr *)&address,
			sizeof address);
		close(fd);
		if (!failed)
			return;
		usleep(10000);
	}
}

void
host_start(struct host *host, session_job *job)
{
	AUTO(freep) char *turns = io_format("%s/turns", host->folder);
	struct serve_settings settings = {.state = host->folder,
		.listen = host->enrolment.server,
		.session = {.job = job,
			.rate = host->rate,
			.finish = "poweroff",
			.no_share = host->no_share,
			.silence_seconds = host->silence_seconds,
			.jobs = host->jobs,
			.turns = turns,
			.patience_seconds = host->patience_seconds}};
	struct error err = {0};

	fflush(NULL);
	host->pid = fork();
	if (host->pid == 0) {
		int failed;

		setpgid(0, 0);
		failed = serve_run(&settings, &err);
		if (failed)
			fprintf(stderr, "serve: %s\n", err.text);
		_exit(failed ? 1 : 0);
	}
	setpgid(host->pid, host->pid);
	wait_until_it_listens(host);
}

int
host_stop(struct host *host)
{
	int status = -1;

	kill(host->pid, SIGTERM);
	waitpid(host->pid, &status, 0);
	host->pid = 0;
	return status;
}

void
host_kill(struct host *host)
{
	if (host->pid <= 0)
		return;
	kill(-host->pid, SIGKILL);
	waitpid(host->pid, NULL, 0);
	host->pid = 0;
}

const char *
host_path_of(const struct host *host, const char *machine,
	const char *relative)
{
	static char path[256];

	snprintf(path, sizeof path, "%s/machines/%s/%s", host->folder, machine,
		relative);
	return path;
}

const char *
host_path(const struct host *host, const char *relative)
{
	return host_path_of(host, "web1", relative);
}

/* In the session's process from here on. */
static json_t *
count_to_json(const struct capture_count *count, uint64_t received)
{
	return json_pack(
		"{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s}",
		"reread", (json_int_t)count->reread.read_bytes, "differing",
		(json_int_t)count->reread.differing_bytes, "replaced",
		(json_int_t)count->reread.replaced_bytes, "captured",
		(json_int_t)count->captured_bytes, "read",
		(json_int_t)count->read_bytes, "shared",
		(json_int_t)count->shared_bytes, "received",
		(json_int_t)received, "zero", (json_int_t)count->zero_bytes,
		"skipped", (json_int_t)count->skipped_bytes, "bad",
		(json_int_t)count->bad_sectors, "root", count->root_hash);
}

static int
capture_whole(struct pipeline_source *source, const struct machine_disk *disks,
	size_t count, bool twice, struct progress *progress, json_t *result,
	struct error *err)
{
	AUTO(freep) struct extent *extents = calloc(count, sizeof *extents);
	AUTO(freep) struct plan *plans = calloc(count, sizeof *plans);
	AUTO(freep) struct capture_count *counts = calloc(count,
		sizeof *counts);
	uint64_t received, sent;

	for (size_t i = 0; i < count; i++) {
		extents[i].length_bytes = disks[i].size_bytes;
		plans[i] = (struct plan){&extents[i], 1};
	}
	if (source->capture(source, plans, count, progress, counts, err) == -1)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (twice && source->reread(source, i, progress, &counts[i],
				     err) == -1)
			return -1;
		source->wire(source, &received, &sent);
		json_object_set_new(result, disks[i].name,
			count_to_json(&counts[i], received));
	}
	return 0;
}

static int
capture_disks(const struct machine *machine, struct pipeline_source *source,
	bool twice, struct progress *progress,
	struct pipeline_result *result_out, struct error *err)
{
	AUTO(freep) char *path = machine_path(machine, "result.json");
	AUTO(json_decrefpp) json_t *result = json_object();
	struct machine_disk *disks;
	size_t count;
	int failed;

	if (machine_read_disks(machine, &disks, &count, err) == -1)
		return -1;
	failed = capture_whole(source, disks, count, twice, progress, result,
		err);
	machine_disks_free(disks, count);
	if (failed || json_file_write(path, result, err) == -1)
		return -1;
	source->notice(source, "info", "all is here");
	*result_out = (struct pipeline_result){.verdict = "unproven",
		.reason = "a test"};
	return 0;
}

int
host_job_capture(const struct machine *machine, struct pipeline_source *source,
	const struct pipeline_options *options, struct progress *progress,
	struct pipeline_result *result_out, struct error *err)
{
	(void)options;
	return capture_disks(machine, source, false, progress, result_out, err);
}

int
host_job_reread(const struct machine *machine, struct pipeline_source *source,
	const struct pipeline_options *options, struct progress *progress,
	struct pipeline_result *result_out, struct error *err)
{
	(void)options;
	return capture_disks(machine, source, true, progress, result_out, err);
}

int
host_job_copy(const struct machine *machine, struct pipeline_source *source,
	const struct pipeline_options *options, struct progress *progress,
	struct pipeline_result *result_out, struct error *err)
{
	AUTO(freep) char *path = machine_path(machine, "copy.raw");
	const char *format, *location = source->location(source, 0, &format);
	const char *const argv[] = {"qemu-img", "convert", "-f", format, "-O",
		"raw", location, path, NULL};

	(void)options;
	progress_begin(progress, "copy", 0);
	*result_out = (struct pipeline_result){.verdict = "unproven"};
	return process_run(argv, NULL, 300, err);
}

int
host_job_leave(const struct machine *machine, struct pipeline_source *source,
	const struct pipeline_options *options, struct progress *progress,
	struct pipeline_result *result_out, struct error *err)
{
	AUTO(freep) char *path = machine_path(machine, "left");

	(void)source;
	(void)options;
	(void)progress;
	(void)err;
	while (access(path, F_OK) == -1)
		usleep(10000);
	*result_out = (struct pipeline_result){.verdict = "unproven"};
	return 0;
}

int
host_job_estimate(const struct machine *machine, struct pipeline_source *source,
	const struct pipeline_options *options, struct progress *progress,
	struct pipeline_result *result_out, struct error *err)
{
	enum { MIB = 1 << 20 };
	struct extent extents[] = {{0, 14 * MIB}, {16 * MIB, 2 * MIB},
		{20 * MIB, 4 * MIB}};
	const struct plan plan = {extents, 3};
	AUTO(freep) char *path = machine_path(machine, "estimate.json");
	AUTO(json_decrefpp) json_t *json = NULL;
	struct capture_count count;
	struct estimate estimate;

	(void)options;
	if (source->estimate(source, &plan, 1, &estimate, err) == -1 ||
		source->capture(source, &plan, 1, progress, &count, err) == -1)
		return -1;
	json = json_pack("{s:o, s:I, s:I, s:I, s:I}", "estimate",
		estimate_to_json(&estimate), "free",
		(json_int_t)count.skipped.free_bytes, "swap",
		(json_int_t)count.skipped.swap_bytes, "unallocated",
		(json_int_t)count.skipped.unallocated_bytes, "zero",
		(json_int_t)count.skipped.zero_bytes);
	*result_out = (struct pipeline_result){.verdict = "unproven"};
	return json_file_write(path, json, err);
}

int
host_job_fail(const struct machine *machine, struct pipeline_source *source,
	const struct pipeline_options *options, struct progress *progress,
	struct pipeline_result *result_out, struct error *err)
{
	(void)machine;
	(void)source;
	(void)options;
	(void)progress;
	(void)result_out;
	error_set(err, EIO, "the moon is full");
	return error_hint(err, "Wait.");
}
