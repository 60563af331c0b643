/*
 * A capture compared with the hashes that the source computed in its memory:
 * whatever changed it since then, on the way through the host's disks or by
 * hand, is found.  source/map.h has the map.
 */
#include "convert/capture/check.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/source/map.h"
#include "convert/source/root.h"

enum { STEP_BLOCKS = 64, THREADS = 32 };

struct check {
	const char *raw_path, *map_path;
	int raw_fd, map_fd;
	uint64_t disk_bytes, blocks;
	struct progress *progress;
	_Atomic uint64_t next; /* block that nobody looks at yet */

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t ended;
	unsigned running;
	bool failed;
	struct error why;
	struct check_result *result;
};

static uint32_t
bytes_of(const struct check *check, uint64_t block)
{
	uint64_t left = check->disk_bytes - block * BLOCK_BYTES;

	return left < BLOCK_BYTES ? (uint32_t)left : BLOCK_BYTES;
}

/* Keep the first ones, in order; with the lock held. */
static void
note(struct check_result *result, uint64_t block, const char *what)
{
	uint64_t offset = block * BLOCK_BYTES;
	size_t at = result->place_count;

	result->bad_blocks++;
	while (at > 0 && result->places[at - 1].offset_bytes > offset)
		at--;
	if (at == CHECK_PLACES)
		return;
	if (result->place_count < CHECK_PLACES)
		result->place_count++;
	memmove(&result->places[at + 1], &result->places[at],
		(result->place_count - at - 1) * sizeof *result->places);
	result->places[at] = (struct check_place){offset, what};
}

static bool
is_blank(const uint8_t entry[IMAGE_ENTRY_BYTES])
{
	static const uint8_t blank[IMAGE_ENTRY_BYTES];

	return memcmp(entry, blank, IMAGE_ENTRY_BYTES) == 0;
}

/* What is wrong with a block, or NULL.  -1 only when nothing can be said. */
static int
judge(const struct check *check, uint64_t block, const struct map_entry *entry,
	uint8_t *room, const char **what_out, struct error *err)
{
	uint32_t bytes = bytes_of(check, block);
	uint8_t hash[HASH_BYTES];

	*what_out = NULL;
	if (io_pread(check->raw_fd, room, bytes, block * BLOCK_BYTES,
		    check->raw_path, err) == -1) {
		error_clear(err);
		*what_out = "it cannot be read on this host";
		return 0;
	}
	if (hash_block(room, bytes, hash, err) == -1)
		return -1;
	if (memcmp(hash, entry->hash, HASH_BYTES) != 0)
		*what_out = "its data does not fit its hash";
	return 0;
}

static int
check_block(struct check *check, uint64_t block, const uint8_t *bytes,
	uint8_t *room, struct error *err)
{
	struct map_entry entry;
	const char *what = "its entry in the map is damaged";
	bool present = map_entry_decode(&entry, block, bytes);

	if (!present && is_blank(bytes))
		return 0;
	if (present && judge(check, block, &entry, room, &what, err) == -1)
		return -1;
	progress_count(check->progress, bytes_of(check, block));
	pthread_mutex_lock(&check->lock);
	check->result->blocks++;
	check->result->bytes += bytes_of(check, block);
	if (what != NULL)
		note(check->result, block, what);
	pthread_mutex_unlock(&check->lock);
	return 0;
}

static int
check_step(struct check *check, uint64_t first, uint8_t *room,
	struct error *err)
{
	uint8_t entries[STEP_BLOCKS * IMAGE_ENTRY_BYTES];
	uint64_t count = check->blocks - first;

	if (count > STEP_BLOCKS)
		count = STEP_BLOCKS;
	if (io_pread(check->map_fd, entries, count * IMAGE_ENTRY_BYTES,
		    map_entry_offset(first), check->map_path, err) == -1)
		return -1;
	for (uint64_t i = 0; i < count; i++)
		if (check_block(check, first + i,
			    entries + i * IMAGE_ENTRY_BYTES, room, err) == -1)
			return -1;
	return 0;
}

static int
check_steps(struct check *check, struct error *err)
{
	AUTO(freep) uint8_t *room = malloc(BLOCK_BYTES);
	uint64_t first;

	if (room == NULL)
		return error_set(err, ENOMEM, "check %s", check->raw_path);
	while ((first = atomic_fetch_add(&check->next, STEP_BLOCKS)) <
		check->blocks)
		if (check_step(check, first, room, err) == -1)
			return -1;
	return 0;
}

static void *
worker(void *argument)
{
	struct check *check = argument;
	struct error err = {0};
	int failed = check_steps(check, &err);

	pthread_mutex_lock(&check->lock);
	if (failed && !check->failed) {
		check->failed = true;
		check->why = err;
	}
	check->running--;
	pthread_cond_signal(&check->ended);
	pthread_mutex_unlock(&check->lock);
	return NULL;
}

static void
wait_for_workers(struct check *check, void (*tick)(void *context),
	void *context)
{
	pthread_mutex_lock(&check->lock);
	while (check->running > 0) {
		struct timespec until;

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec++;
		if (pthread_cond_timedwait(&check->ended, &check->lock,
			    &until) != ETIMEDOUT || tick == NULL)
			continue;
		pthread_mutex_unlock(&check->lock);
		tick(context);
		pthread_mutex_lock(&check->lock);
	}
	pthread_mutex_unlock(&check->lock);
}

static int
check_all(struct check *check, void (*tick)(void *context), void *context,
	struct error *err)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	pthread_t threads[THREADS];
	unsigned count = 0;

	check->running = 1; /* us, until all are started */
	for (long i = 0; i < cores && i < THREADS; i++) {
		pthread_mutex_lock(&check->lock);
		check->running++;
		pthread_mutex_unlock(&check->lock);
		if (pthread_create(&threads[count], NULL, worker, check) == 0) {
			count++;
			continue;
		}
		pthread_mutex_lock(&check->lock);
		check->running--;
		pthread_mutex_unlock(&check->lock);
	}
	if (count == 0) {
		worker(check);
	} else {
		pthread_mutex_lock(&check->lock);
		check->running--;
		pthread_mutex_unlock(&check->lock);
	}
	wait_for_workers(check, tick, context);
	for (unsigned i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	if (check->failed)
		*err = check->why;
	return check->failed ? -1 : 0;
}

static int
check_header(const struct check *check, struct error *err)
{
	uint8_t bytes[IMAGE_HEADER_BYTES];
	struct map_header header;

	if (io_pread(check->map_fd, bytes, sizeof bytes, 0, check->map_path,
		    err) == -1)
		return -1;
	if (!map_header_decode(&header, bytes))
		error_set(err, EBADMSG, "%s: its header is damaged",
			check->map_path);
	else if (header.disk_bytes != check->disk_bytes)
		error_set(err, EBADMSG, "%s is of a disk of %ju bytes, but "
			"disks.json says %ju", check->map_path,
			(uintmax_t)header.disk_bytes,
			(uintmax_t)check->disk_bytes);
	else
		return 0;
	return error_hint(err, "Nothing proves this capture any more: capture "
		"the machine again.");
}

int
check_run(const char *folder, const char *name, uint64_t disk_bytes,
	struct progress *progress, void (*tick)(void *context), void *context,
	struct check_result *result_out, struct error *err)
{
	AUTO(freep) char *raw = io_format("%s/%s.raw", folder, name);
	AUTO(freep) char *map = io_format("%s/%s.map", folder, name);
	AUTO(fd_closep) int raw_fd = -1;
	AUTO(fd_closep) int map_fd = -1;
	struct check check = {.raw_path = raw, .map_path = map,
		.disk_bytes = disk_bytes, .progress = progress,
		.blocks = (disk_bytes + BLOCK_BYTES - 1) / BLOCK_BYTES,
		.result = result_out};
	int failed;

	memset(result_out, 0, sizeof *result_out);
	if (raw == NULL || map == NULL)
		return error_set(err, ENOMEM, "check %s", name);
	check.raw_fd = raw_fd = open(raw, O_RDONLY | O_CLOEXEC);
	if (raw_fd == -1)
		return error_set(err, errno, "open %s", raw);
	check.map_fd = map_fd = open(map, O_RDONLY | O_CLOEXEC);
	if (map_fd == -1)
		return error_set(err, errno, "open %s", map);
	if (check_header(&check, err) == -1)
		return -1;
	pthread_mutex_init(&check.lock, NULL);
	pthread_cond_init(&check.ended, NULL);
	failed = check_all(&check, tick, context, err);
	pthread_cond_destroy(&check.ended);
	pthread_mutex_destroy(&check.lock);
	if (failed)
		return -1;
	return root_hash(map_fd, map, disk_bytes, result_out->root_hash, err);
}
