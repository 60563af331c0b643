/*
 * The end of a generation.  Until fold_run() begins, base.c's files are whole;
 * once it began it must be ended, because then only both together are.  Every
 * step leaves what the ones before it need if all is done again, and the last
 * thing to go is first the map that says what there is to do.
 */
#include "convert/source/fold.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/source/bad.h"
#include "convert/source/entries.h"
#include "convert/source/qemu-lock.h"
#include "convert/source/raw.h"

struct fold {
	char *raw_path, *next_path, *bad_path, *next_bad_path;
	int raw_fd, next_fd;
	struct entries base, next;
	struct entries joined;	  /* becomes the base's map */
	uint64_t *there, *kept;	  /* in the next generation; bits */
	uint8_t *room;

	/* For `joined`: neighbours go in one write. */
	struct map_entry run[ENTRIES_RUN];
	uint64_t run_first;
	size_t run_count;
};

static bool
is_set(const uint64_t *bits, uint64_t block)
{
	return bits[block / 64] >> (block % 64) & 1;
}

static void
set(uint64_t *bits, uint64_t block)
{
	bits[block / 64] |= (uint64_t)1 << (block % 64);
}

static uint32_t
bytes_of(const struct fold *fold, uint64_t block)
{
	uint64_t left = fold->next.header.disk_bytes - block * BLOCK_BYTES;

	return left < BLOCK_BYTES ? (uint32_t)left : BLOCK_BYTES;
}

static void
fold_close(struct fold *fold)
{
	fd_closep(&fold->raw_fd);
	fd_closep(&fold->next_fd);
	entries_close(&fold->base);
	entries_close(&fold->next);
	entries_close(&fold->joined);
	free(fold->raw_path);
	free(fold->next_path);
	free(fold->bad_path);
	free(fold->next_bad_path);
	free(fold->there);
	free(fold->kept);
	free(fold->room);
}

static int
name_files(struct fold *fold, const char *folder, const char *name,
	struct error *err)
{
	fold->raw_fd = fold->next_fd = -1;
	fold->base.fd = fold->next.fd = fold->joined.fd = -1;
	fold->raw_path = io_format("%s/%s.raw", folder, name);
	fold->next_path = io_format("%s/%s.next", folder, name);
	fold->bad_path = io_format("%s/%s.bad", folder, name);
	fold->next_bad_path = io_format("%s/%s.next-bad", folder, name);
	fold->base.path = io_format("%s/%s.map", folder, name);
	fold->next.path = io_format("%s/%s.next-map", folder, name);
	fold->joined.path = io_format("%s/%s.joined-map", folder, name);
	if (fold->raw_path == NULL || fold->next_path == NULL ||
		fold->bad_path == NULL || fold->next_bad_path == NULL ||
		fold->base.path == NULL || fold->next.path == NULL ||
		fold->joined.path == NULL)
		return error_set(err, ENOMEM, "settle %s", name);
	return 0;
}

/* *any_out is false when there is nothing to fold. */
static int
fold_open(struct fold *fold, bool *any_out, struct error *err)
{
	*any_out = access(fold->next.path, F_OK) == 0 || errno != ENOENT;
	if (!*any_out)
		return 0;
	if (entries_look(&fold->base, err) == -1 ||
		entries_look(&fold->next, err) == -1)
		return -1;
	if (fold->base.header.disk_bytes != fold->next.header.disk_bytes)
		return error_set(err, EBADMSG, "%s is of another disk than %s",
			fold->next.path, fold->base.path);
	fold->base.blocks = fold->next.blocks = fold->joined.blocks =
		entries_count(&fold->next.header);
	fold->raw_fd = open(fold->raw_path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fold->raw_fd == -1)
		return error_set(err, errno, "open %s", fold->raw_path);
	fold->next_fd = open(fold->next_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fold->next_fd == -1)
		return error_set(err, errno, "open %s", fold->next_path);
	fold->there = calloc(fold->next.blocks / 64 + 1, sizeof *fold->there);
	fold->kept = calloc(fold->next.blocks / 64 + 1, sizeof *fold->kept);
	fold->room = malloc(BLOCK_BYTES);
	if (fold->there == NULL || fold->kept == NULL || fold->room == NULL)
		return error_set(err, ENOMEM, "settle %s", fold->raw_path);
	return 0;
}

static int
take_room(void *context, uint64_t block, const struct map_entry *entry,
	struct error *err)
{
	const struct fold *fold = context;

	if (entry->flags & (IMAGE_BASE | IMAGE_ZERO) ||
		fallocate(fold->raw_fd, FALLOC_FL_KEEP_SIZE,
			(off_t)(block * BLOCK_BYTES), bytes_of(fold, block)) == 0 ||
		errno == EOPNOTSUPP)
		return 0;
	error_set(err, errno, "make room in %s", fold->raw_path);
	return error_hint(err, "Free some beside it, then boot the machine's "
		"live image again: what was captured is kept, and so is the "
		"last generation.");
}

/* Its guest would find other blocks than it read before. */
static int
check_unused(const struct fold *fold, struct error *err)
{
	if (!qemu_lock_is_held(fold->raw_fd))
		return 0;
	error_set(err, EBUSY, "%s is in use: the VM of the last generation "
		"runs", fold->raw_path);
	return error_hint(err, "Shut it down, then boot the machine's live "
		"image again: what was captured is kept.");
}

int
fold_prepare(const char *folder, const char *name, struct error *err)
{
	AUTO(fold_close) struct fold fold = {0};
	bool any;

	if (name_files(&fold, folder, name, err) == -1 ||
		fold_open(&fold, &any, err) == -1)
		return -1;
	if (!any)
		return 0;
	if (check_unused(&fold, err) == -1)
		return -1;
	return entries_load(&fold.next, take_room, &fold, err);
}

static int
join_block(void *context, uint64_t block, const struct map_entry *entry,
	struct error *err)
{
	struct fold *fold = context;
	uint64_t offset = block * BLOCK_BYTES;
	bool copied;

	set(fold->there, block);
	if (entry->flags & IMAGE_BASE) {
		set(fold->kept, block);
		return 0;
	}
	if (entry->flags & IMAGE_ZERO)
		return raw_make_hole(fold->raw_fd, fold->raw_path, offset,
			bytes_of(fold, block), err);
	if (raw_copy(fold->raw_fd, fold->raw_path, offset,
		    bytes_of(fold, block), fold->next_fd, offset, fold->room,
		    &copied, err) == -1)
		return -1;
	return copied ? 0 : error_set(err, EIO, "read block %ju of %s",
				    (uintmax_t)block, fold->next_path);
}

/* What is not part of the new generation must not lie about in it. */
static int
clear_block(void *context, uint64_t block, const struct map_entry *entry,
	struct error *err)
{
	const struct fold *fold = context;

	(void)entry;
	return is_set(fold->there, block) ? 0
		: raw_make_hole(fold->raw_fd, fold->raw_path,
			  block * BLOCK_BYTES, bytes_of(fold, block), err);
}

static int
join_data(struct fold *fold, struct error *err)
{
	if (entries_load(&fold->next, join_block, fold, err) == -1 ||
		entries_load(&fold->base, clear_block, fold, err) == -1)
		return -1;
	if (fdatasync(fold->raw_fd) == -1)
		return error_set(err, errno, "make %s durable",
			fold->raw_path);
	return 0;
}

static int
is_kept(const void *context, uint64_t block)
{
	const struct fold *fold = context;

	return block < fold->next.blocks && is_set(fold->kept, block);
}

static int
is_new(const void *context, uint64_t block)
{
	const struct fold *fold = context;

	return block < fold->next.blocks && is_set(fold->there, block) &&
		!is_set(fold->kept, block);
}

static int
write_run(struct fold *fold, struct error *err)
{
	const struct map_entry *run[ENTRIES_RUN];

	for (size_t i = 0; i < fold->run_count; i++)
		run[i] = &fold->run[i];
	return fold->run_count == 0 ? 0
		: entries_write(&fold->joined, fold->run_first, run,
			  fold->run_count, err);
}

static int
join_entry(void *context, uint64_t block, const struct map_entry *entry,
	struct error *err)
{
	struct fold *fold = context;

	if (fold->run_count == ENTRIES_RUN ||
		block != fold->run_first + fold->run_count) {
		if (write_run(fold, err) == -1)
			return -1;
		fold->run_count = 0;
		fold->run_first = block;
	}
	fold->run[fold->run_count] = *entry;
	fold->run[fold->run_count++].flags &= (uint8_t)~IMAGE_BASE;
	return 0;
}

static int
sync_folder(const char *folder, struct error *err)
{
	AUTO(fd_closep) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1 || fsync(fd) == -1)
		return error_set(err, errno, "make %s durable", folder);
	return 0;
}

/* A whole new file, so that there is never a map of two generations. */
static int
join_map(struct fold *fold, const char *folder, uint32_t number,
	struct error *err)
{
	struct entries *joined = &fold->joined;

	joined->header = fold->next.header;
	joined->header.generation = number;
	if (entries_open(joined, err) == -1 || entries_clear(joined, err) == -1 ||
		entries_load(&fold->next, join_entry, fold, err) == -1 ||
		write_run(fold, err) == -1 ||
		entries_write_header(joined, err) == -1)
		return -1;
	if (fsync(joined->fd) == -1 ||
		rename(joined->path, fold->base.path) == -1)
		return error_set(err, errno, "replace %s", fold->base.path);
	return sync_folder(folder, err);
}

static int
remove_next(const struct fold *fold, const char *folder, struct error *err)
{
	if (unlink(fold->next.path) == -1 && errno != ENOENT)
		return error_set(err, errno, "remove %s", fold->next.path);
	if (sync_folder(folder, err) == -1)
		return -1;
	unlink(fold->next_path);
	unlink(fold->next_bad_path);
	return 0;
}

/* A disk whose first generation this is: it was written where it belongs. */
static int
set_number(struct fold *fold, uint32_t number, struct error *err)
{
	if (entries_look(&fold->base, err) == -1)
		return -1;
	if (fold->base.header.generation == number)
		return 0;
	close(take_fd(&fold->base.fd));
	fold->base.header.generation = number;
	if (entries_open(&fold->base, err) == -1)
		return -1;
	return entries_write_header(&fold->base, err);
}

int
fold_run(const char *folder, const char *name, uint32_t number,
	struct error *err)
{
	AUTO(fold_close) struct fold fold = {0};
	bool any;

	if (name_files(&fold, folder, name, err) == -1 ||
		fold_open(&fold, &any, err) == -1)
		return -1;
	if (!any)
		return set_number(&fold, number, err) == -1
			? -1
			: remove_next(&fold, folder, err);
	if (join_data(&fold, err) == -1 ||
		bad_join(fold.bad_path, is_kept, fold.next_bad_path, is_new,
			&fold, err) == -1 ||
		join_map(&fold, folder, number, err) == -1)
		return -1;
	return remove_next(&fold, folder, err);
}
