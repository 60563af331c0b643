/*
 * The host: serve and all below it as they are, with a job that captures the
 * extents that disk.c chose, and completes a generation, in which a file that
 * says so stands for the VM and one for the report.  Not as at a user's: blocks
 * are made durable after a few, not after two seconds, so that a kill finds some
 * of each kind; and a session can be told at which step of a commit to die.
 */
#include "tests/torture/host.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/log.h"
#include "common/own.h"
#include "convert/capture/generation.h"
#include "convert/serve/serve.h"
#include "convert/source/image.h"
#include "convert/state/machine.h"
#include "tests/torture/watch.h"
#include "wire/key.h"

#define MACHINE "web1"

enum { PATIENCE_SECONDS = 60, CHILDREN_LIMIT = 64 };

/* What the processes of the host inherit. */
static struct host *current;
static atomic_uint stored;

typedef int image_store_function(struct image *image, uint64_t block,
	const void *data, const uint8_t hash[HASH_BYTES],
	const uint8_t *bad_map, struct error *err);
image_store_function __real_image_store, __wrap_image_store;

int
__wrap_image_store(struct image *image, uint64_t block, const void *data,
	const uint8_t hash[HASH_BYTES], const uint8_t *bad_map,
	struct error *err)
{
	if (__real_image_store(image, block, data, hash, bad_map, err) == -1)
		return -1;
	if (atomic_fetch_add(&stored, 1) % current->flush_every != 0)
		return 0;
	return image_flush(image, err);
}

/* In the thread that completes a generation. */
static _Thread_local bool committing;

static void
step(void)
{
	if (!committing || atomic_load(&current->die_at) == 0 ||
		atomic_fetch_sub(&current->die_at, 1) > 1)
		return;
	atomic_store(&current->has_died, true);
	kill(getpid(), SIGKILL);
}

#define STEP(type, name, parameters, arguments)                                \
	type __real_##name parameters;                                         \
	type __wrap_##name parameters;                                         \
	type __wrap_##name parameters                                          \
	{                                                                      \
		step();                                                        \
		return __real_##name arguments;                                \
	}
STEP(ssize_t, pwrite, (int fd, const void *data, size_t bytes, off_t offset),
	(fd, data, bytes, offset))
STEP(ssize_t, copy_file_range,
	(int from, off_t *from_offset, int to, off_t *to_offset, size_t bytes,
		unsigned flags),
	(from, from_offset, to, to_offset, bytes, flags))
STEP(int, fdatasync, (int fd), (fd))
STEP(int, fsync, (int fd), (fd))
STEP(int, rename, (const char *from, const char *to), (from, to))
STEP(int, unlink, (const char *path), (path))

int __real_generation_settle(const struct machine *machine, struct error *err);
int __wrap_generation_settle(const struct machine *machine, struct error *err);

/* What a new session does with what the last one left. */
int
__wrap_generation_settle(const struct machine *machine, struct error *err)
{
	int failed;

	committing = true;
	failed = __real_generation_settle(machine, err);
	committing = false;
	return failed;
}

static int
write_label(const struct machine *place, const char *relative,
	const char *root, struct error *err)
{
	AUTO(freep) char *path = machine_path(place, "%s", relative);
	AUTO(json_decrefpp) json_t *label = json_pack("{s:s}", "root", root);

	return json_file_write(path, label, err);
}

static int
complete(const struct machine *machine, const struct pipeline_source *source,
	const struct capture_count *count, struct error *err)
{
	AUTO(json_decrefpp) json_t *disks = json_pack("[{s:s, s:I, s:s}]",
		"name", "sda", "captured_bytes",
		(json_int_t)count->captured_bytes, "root_hash",
		count->root_hash);
	AUTO(generation_release) struct generation last;
	const struct machine *place = source->place == NULL ? machine
							   : source->place;
	int failed;

	if (generation_read(&last, machine, err) == -1 ||
		write_label(place, "vm/sda.qcow2", count->root_hash, err) ==
			-1 ||
		write_label(place, "report/guest.json", count->root_hash,
			err) == -1)
		return -1;
	committing = true;
	failed = generation_commit(machine, last.number + 1, disks, err);
	committing = false;
	return failed;
}

/* In the session's process. */
static int
capture(const struct machine *machine, struct pipeline_source *source,
	const struct pipeline_options *options, struct progress *progress,
	struct pipeline_result *result_out, struct error *err)
{
	AUTO(freep) char *path = machine_path(machine, "result.json");
	AUTO(json_decrefpp) json_t *result = NULL;
	/* Of its own: the next boot may choose others while this one ends. */
	struct disk disk = *current->disk;
	const unsigned epoch = atomic_load(&current->epoch);
	struct capture_count count;
	const struct plan plan = {disk.extents, disk.extent_count};

	(void)options;
	if (source->capture(source, &plan, 1, progress, &count, err) == -1 ||
		complete(machine, source, &count, err) == -1)
		return -1;
	result = json_pack("{s:i, s:I, s:I, s:I, s:s}",
		"epoch", (int)epoch, "captured",
		(json_int_t)count.captured_bytes, "read",
		(json_int_t)count.read_bytes, "bad",
		(json_int_t)count.bad_sectors, "root", count.root_hash);
	*result_out = (struct pipeline_result){.verdict = "unproven",
		.reason = "a test"};
	return json_file_write(path, result, err);
}

/* A port that was free a moment ago. */
static unsigned
free_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t bytes = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	watch_ok(bind(fd, (struct sockaddr *)&address, bytes) == 0,
		"find a port");
	getsockname(fd, (struct sockaddr *)&address, &bytes);
	close(fd);
	return ntohs(address.sin_port);
}

void
host_make(struct host *host, const char *folder, const char *log,
	const struct disk *disk)
{
	AUTO(machine_closep) struct machine *machine = NULL;
	struct error err = {0};

	snprintf(host->folder, sizeof host->folder, "%s", folder);
	snprintf(host->log, sizeof host->log, "%s", log);
	host->disk = disk;
	host->port = free_port();
	watch_ok(machine_create(&machine, folder, MACHINE, &err) == 0,
		"make a machine: %s", err.text);
}

void
host_enroll(const struct host *host, unsigned relay_port, const char *key_path)
{
	struct enrolment enrolment;
	struct error err = {0};
	char server[32];

	snprintf(server, sizeof server, "127.0.0.1:%u", relay_port);
	watch_ok(key_make(&enrolment, MACHINE, server, &err) == 0 &&
			key_write(&enrolment, host_path(host, "enrolment"),
				&err) == 0 &&
			key_write(&enrolment, key_path, &err) == 0,
		"enrol: %s", err.text);
}

const char *
host_path(const struct host *host, const char *relative)
{
	static char path[256];

	snprintf(path, sizeof path, "%s/machines/" MACHINE "/%s", host->folder,
		relative);
	return path;
}

static void
be_the_host(struct host *host)
{
	struct serve_settings settings = {.state = host->folder,
		.session = {.job = capture,
			.finish = "poweroff",
			.patience_seconds = PATIENCE_SECONDS}};
	struct error err = {0};
	char address[32];
	int fd;

	/* The relay's ends, which would stay open with ours. */
	close_range(3, ~0u, 0);
	fd = open(host->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(fd, 2);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(address, sizeof address, "127.0.0.1:%u", host->port);
	settings.listen = address;
	log_open("host", true);
	log_info("---- started");
	if (serve_run(&settings, &err) == -1)
		log_error(&err);
	_exit(1);
}

void
host_start(struct host *host)
{
	pid_t pid; /* not in what the child shares */

	current = host;
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		be_the_host(host);
	setpgid(pid, pid);
	host->pid = pid;
}

/* The calling process is the subreaper of all. */
void
host_kill(struct host *host)
{
	if (host->pid <= 0)
		return;
	kill(-host->pid, SIGKILL);
	while (waitpid(-host->pid, NULL, 0) > 0 || errno == EINTR)
		;
	host->pid = 0;
}

/* The listener's children: sessions, and connections on their way to one. */
static unsigned
find_children(const struct host *host, pid_t children[CHILDREN_LIMIT])
{
	char path[64];
	FILE *file;
	unsigned count = 0;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", host->pid,
		host->pid);
	file = fopen(path, "r");
	while (file != NULL && count < CHILDREN_LIMIT &&
		fscanf(file, "%d", &children[count]) == 1)
		count++;
	if (file != NULL)
		fclose(file);
	return count;
}

bool
host_has_session(const struct host *host)
{
	pid_t children[CHILDREN_LIMIT];

	return find_children(host, children) > 0;
}

bool
host_kill_session(struct host *host)
{
	pid_t children[CHILDREN_LIMIT];
	unsigned count = find_children(host, children);

	for (unsigned i = 0; i < count; i++)
		kill(children[i], SIGKILL);
	for (unsigned i = 0; i < count; i++)
		while (kill(children[i], 0) == 0)
			usleep(500); /* the listener reaps it */
	return count > 0;
}

bool
host_result(const struct host *host, struct capture_count *count_out)
{
	AUTO(json_decrefpp) json_t *result = NULL;

	if (json_file_read(&result, host_path(host, "result.json"), NULL) ==
			-1 ||
		json_number(result, "epoch", 0) != host->epoch)
		return false;
	count_out->captured_bytes =
		(uint64_t)json_number(result, "captured", -1);
	count_out->read_bytes = (uint64_t)json_number(result, "read", -1);
	count_out->bad_sectors = (uint64_t)json_number(result, "bad", -1);
	snprintf(count_out->root_hash, sizeof count_out->root_hash, "%s",
		json_text(result, "root", ""));
	return true;
}

void
host_forget_result(struct host *host)
{
	host->epoch++;
}

void
host_generation(const struct host *host,
	struct host_generation *generation_out)
{
	AUTO(json_decrefpp) json_t *record = NULL;
	const json_t *disks;

	*generation_out = (struct host_generation){.is_settled = true};
	if (json_file_read(&record, host_path(host, "capture/generation.json"),
		    NULL) == -1)
		return;
	disks = json_object_get(record, "disks");
	generation_out->number = (unsigned)json_number(record, "number", 0);
	generation_out->is_settled = json_flag(record, "settled", 0);
	snprintf(generation_out->root, sizeof generation_out->root, "%s",
		json_text(json_array_get(disks, 0), "root_hash", ""));
}

void
host_label(const struct host *host, const char *relative,
	char root_out[HASH_HEX_BYTES])
{
	AUTO(json_decrefpp) json_t *label = NULL;

	root_out[0] = '\0';
	if (json_file_read(&label, host_path(host, relative), NULL) == 0)
		snprintf(root_out, HASH_HEX_BYTES, "%s",
			json_text(label, "root", ""));
}
