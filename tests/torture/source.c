/*
 * unrack-capture with a sick disk: its session, lanes and inventory as they are,
 * over a file of which some sectors cannot be read and others only at a second
 * try.  fault.c says which.
 *
 *	torture-source KEY FILE SEED
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "common/error.h"
#include "common/io.h"
#include "common/log.h"
#include "common/json.h"
#include "p2v/inventory.h"
#include "p2v/screen.h"
#include "p2v/session.h"
#include "p2v/source.h"
#include "tests/torture/fault.h"
#include "wire/key.h"

struct sick {
	int fd;
	uint64_t seed;
	uint64_t sectors;
	atomic_uchar *reads; /* of each sector that is flaky */
};

static int
sick_read(void *context, void *data, size_t bytes, uint64_t offset_bytes,
	int careful)
{
	struct sick *sick = context;
	uint64_t first = offset_bytes / SOURCE_SECTOR_BYTES;
	struct error err;
	int code = 0;

	(void)careful;
	for (uint64_t i = first; i < first + bytes / SOURCE_SECTOR_BYTES; i++)
		if (fault_is_bad(sick->seed, i) ||
			(fault_is_flaky(sick->seed, i) &&
				atomic_load(&sick->reads[i]) < 2 &&
				atomic_fetch_add(&sick->reads[i], 1) < 2))
			code = EIO;
	if (code != 0)
		return code;
	return io_pread(sick->fd, data, bytes, offset_bytes, "the disk",
		       &err) == 0 ? 0 : EIO;
}

static void
sick_close(void *context)
{
	struct sick *sick = context;

	close(sick->fd);
	free(sick->reads);
}

static const struct source_ops sick_ops = {sick_read, sick_close};

static int
sick_open(struct source **source_out, struct sick *sick, const char *path,
	struct error *err)
{
	struct stat st;

	sick->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (sick->fd == -1 || fstat(sick->fd, &st) == -1)
		return error_set(err, errno, "open %s", path);
	sick->sectors = (uint64_t)st.st_size / SOURCE_SECTOR_BYTES;
	sick->reads = calloc(sick->sectors, sizeof *sick->reads);
	if (sick->reads == NULL)
		return error_set(err, ENOMEM, "open %s", path);
	return source_new(source_out, path, (uint64_t)st.st_size,
		SOURCE_SECTOR_BYTES, &sick_ops, sick, err);
}

static int
run(const char *key, const char *path, uint64_t seed, struct error *err)
{
	AUTO(json_decrefpp) json_t *inventory = NULL;
	AUTO(source_closep) struct source *source = NULL;
	AUTO(screen_closep) struct screen *screen = NULL;
	struct sick sick = {.seed = seed};
	struct enrolment enrolment;
	struct closing closing;
	struct session_plan plan = {.enrolment = &enrolment,
		.sources = &source, .count = 1, .mode = "capture"};

	if (key_read(&enrolment, key, err) == -1 ||
		inventory_collect(&inventory, "", false, time(NULL),
			err) == -1 ||
		inventory_use_files(inventory, &path, 1, false, err) == -1 ||
		screen_open(&screen, NULL, 0, err) == -1 ||
		sick_open(&source, &sick, path, err) == -1)
		return -1;
	plan.inventory = inventory;
	plan.screen = screen;
	return session_run(&plan, &closing, err);
}

int
main(int argc, char *argv[])
{
	struct error err = {0};

	log_open("torture-source", true);
	signal(SIGPIPE, SIG_IGN);
	if (argc != 4)
		error_set(&err, 0, "usage: torture-source KEY FILE SEED");
	else if (run(argv[1], argv[2], strtoull(argv[3], NULL, 0), &err) == 0)
		return 0;
	log_error(&err);
	return 1;
}
