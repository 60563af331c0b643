/*
 * The captured disk.  The order of writes is the point: data, fdatasync, bad
 * sectors, fdatasync, entries.  A batch of blocks goes through it at once
 * (pending.c).  entries.c has the map, blocks.c decides what is fetched.
 */
#include "convert/source/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/io.h"
#include "common/log.h"
#include "common/own.h"
#include "common/progress.h"
#include "convert/source/bad.h"
#include "convert/source/entries.h"
#include "convert/source/pending.h"
#include "convert/source/root.h"

struct image {
	char *raw_path, *bad_path;
	int raw_fd, bad_fd;
	struct entries entries;
	char session[MAP_SESSION_BYTES]; /* of the source now */
	_Atomic uint64_t *present;	 /* one bit for each block */
	_Atomic uint64_t present_bytes, zero_bytes;

	atomic_bool dropped; /* removals that are not durable in map and list */
	struct pending *pending;
};

uint64_t
image_disk_bytes(const struct image *image)
{
	return image->entries.header.disk_bytes;
}

uint64_t
image_blocks(const struct image *image)
{
	return image->entries.blocks;
}

uint32_t
image_block_bytes(const struct image *image, uint64_t block)
{
	uint64_t left = image->entries.header.disk_bytes - block * BLOCK_BYTES;

	return left < BLOCK_BYTES ? (uint32_t)left : BLOCK_BYTES;
}

const char *
image_path(const struct image *image)
{
	return image->raw_path;
}

bool
image_has(const struct image *image, uint64_t block)
{
	return atomic_load_explicit(&image->present[block / 64],
		       memory_order_acquire) >>
		(block % 64) & 1;
}

static int
keep_present(const void *context, uint64_t block)
{
	const struct image *image = context;

	return block < image->entries.blocks && image_has(image, block);
}

static void
mark(struct image *image, uint64_t block, uint8_t flags)
{
	uint32_t bytes = image_block_bytes(image, block);

	atomic_fetch_add(&image->present_bytes, bytes);
	if (flags & IMAGE_ZERO)
		atomic_fetch_add(&image->zero_bytes, bytes);
	atomic_fetch_or_explicit(&image->present[block / 64],
		(uint64_t)1 << (block % 64), memory_order_release);
}

static void
mark_loaded(void *context, uint64_t block, const struct map_entry *entry)
{
	mark(context, block, entry->flags);
}

/* Begin an empty map: whatever the files hold is believed no more. */
static int
begin(struct image *image, struct error *err)
{
	if (entries_clear(&image->entries, err) == -1)
		return -1;
	if (ftruncate(image->bad_fd, 0) == -1)
		return error_set(err, errno, "make %s", image->bad_path);
	if (ftruncate(image->raw_fd, (off_t)image->entries.header.disk_bytes) ==
		-1)
		return error_set(err, errno, "grow %s to %ju bytes",
			image->raw_path,
			(uintmax_t)image->entries.header.disk_bytes);
	if (fsync(image->raw_fd) == -1)
		return error_set(err, errno, "make %s durable",
			image->raw_path);
	memcpy(image->entries.header.session, image->session,
		MAP_SESSION_BYTES);
	return entries_write_header(&image->entries, err);
}

/* Take over what an earlier run left, or begin. */
static int
take_over(struct image *image, struct error *err)
{
	uint64_t bytes = image->entries.header.disk_bytes;
	uint8_t header[IMAGE_HEADER_BYTES];
	struct map_header old;
	struct stat raw, map, bad;

	if (fstat(image->raw_fd, &raw) == -1 ||
		fstat(image->entries.fd, &map) == -1 ||
		fstat(image->bad_fd, &bad) == -1)
		return error_set(err, errno, "open %s", image->raw_path);
	if (raw.st_size == 0 || map.st_size < IMAGE_HEADER_BYTES)
		return begin(image, err);
	if (io_pread(image->entries.fd, header, sizeof header, 0, image->entries.path,
		    err) == -1)
		return -1;
	if (!map_header_decode(&old, header)) {
		log_warn("%s is damaged: the disk is captured anew",
			image->entries.path);
		return begin(image, err);
	}
	if (old.disk_bytes == bytes && (uint64_t)raw.st_size != bytes) {
		error_set(err, EEXIST, "%s has %ju bytes, but its map is of "
			"%ju", image->raw_path, (uintmax_t)raw.st_size,
			(uintmax_t)bytes);
		return error_hint(err, "Something else wrote there: move it "
			"and the .map beside it away and start again.");
	}
	if (old.disk_bytes != bytes) {
		error_set(err, EEXIST, "%s holds a disk of %ju bytes, but the "
			"source offers one of %ju", image->raw_path,
			(uintmax_t)old.disk_bytes, (uintmax_t)bytes);
		return error_hint(err, "If the disk was replaced, move %s and "
			"the .map beside it away and start again.",
			image->raw_path);
	}
	if (ftruncate(image->entries.fd,
		    (off_t)map_entry_offset(image->entries.blocks)) == -1)
		return error_set(err, errno, "make %s", image->entries.path);
	image->entries.header = old;
	/* A crash may have left bad sectors of blocks without an entry. */
	atomic_store(&image->dropped, bad.st_size > 0);
	return entries_load(&image->entries, mark_loaded, image, err);
}

static int
open_files(struct image *image, const char *folder, struct error *err)
{
	const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
	AUTO(fd_closep) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		return error_set(err, errno, "open %s", folder);
	image->raw_fd = open(image->raw_path, flags, 0600);
	if (image->raw_fd == -1)
		return error_set(err, errno, "open %s", image->raw_path);
	if (entries_open(&image->entries, err) == -1)
		return -1;
	image->bad_fd = open(image->bad_path, flags | O_APPEND, 0600);
	if (image->bad_fd == -1)
		return error_set(err, errno, "open %s", image->bad_path);
	if (fsync(fd) == -1)
		return error_set(err, errno, "make %s durable", folder);
	return 0;
}

static int
write_batch(void *context, const struct pending_block *batch, size_t count,
	struct error *err);

static struct image *
image_new(const char *folder, const char *name, uint64_t disk_bytes,
	const char *session)
{
	AUTO(image_closep) struct image *image = calloc(1, sizeof *image);

	if (image == NULL)
		return NULL;
	image->raw_fd = image->entries.fd = image->bad_fd = -1;
	image->entries.header.disk_bytes = disk_bytes;
	image->entries.blocks = (disk_bytes + BLOCK_BYTES - 1) / BLOCK_BYTES;
	strncpy(image->session, session, MAP_SESSION_BYTES - 1);
	image->raw_path = io_format("%s/%s.raw", folder, name);
	image->entries.path = io_format("%s/%s.map", folder, name);
	image->bad_path = io_format("%s/%s.bad", folder, name);
	image->present = calloc(image->entries.blocks / 64 + 1,
		sizeof *image->present);
	if (image->raw_path == NULL || image->entries.path == NULL ||
		image->bad_path == NULL || image->present == NULL ||
		pending_new(&image->pending, image->raw_path, write_batch,
			image, NULL) == -1)
		return NULL;
	return take(image);
}

int
image_open(struct image **image_out, const char *folder, const char *name,
	uint64_t disk_bytes, const char *session, struct error *err)
{
	AUTO(image_closep) struct image *image =
		image_new(folder, name, disk_bytes, session);

	if (image == NULL)
		return error_set(err, ENOMEM, "open %s/%s.raw", folder, name);
	if (open_files(image, folder, err) == -1 || take_over(image, err) == -1)
		return -1;
	*image_out = take(image);
	return 0;
}

void
image_close(struct image *image)
{
	if (image == NULL)
		return;
	fd_closep(&image->raw_fd);
	fd_closep(&image->bad_fd);
	entries_close(&image->entries);
	pending_freep(&image->pending);
	free(image->raw_path);
	free(image->bad_path);
	free(image->present);
	free(image);
}

bool
image_is_foreign(struct image *image)
{
	uint64_t present, zero;

	image_count(image, &present, &zero);
	return present > 0 &&
		strcmp(image->entries.header.session, image->session) != 0;
}

int
image_adopt(struct image *image, struct error *err)
{
	if (strcmp(image->entries.header.session, image->session) == 0)
		return 0;
	memcpy(image->entries.header.session, image->session, MAP_SESSION_BYTES);
	image->entries.header.generation++;
	return entries_write_header(&image->entries, err);
}

/* What to do when the disk of the host is full. */
static int
explain(struct image *image, struct error *err)
{
	uint64_t present, zero;
	char text[16];

	if (err->code != ENOSPC && err->code != EDQUOT)
		return -1;
	image_count(image, &present, &zero);
	return error_hint(err, "Free up to %s beside it, then start again: what "
		"was captured is kept.",
		progress_bytes(text, image->entries.header.disk_bytes - present));
}

static int
write_zeros(struct image *image, uint64_t offset, uint32_t bytes,
	struct error *err)
{
	static const uint8_t zeros[BLOCK_BYTES];

	return io_pwrite(image->raw_fd, zeros, bytes, offset, image->raw_path,
		err);
}

/* A hole, also when an earlier run wrote there. */
static int
make_hole(struct image *image, uint64_t offset, uint32_t bytes,
	struct error *err)
{
	off_t data = lseek(image->raw_fd, (off_t)offset, SEEK_DATA);

	if ((data == -1 && errno == ENXIO) ||
		(data != -1 && (uint64_t)data >= offset + bytes))
		return 0;
	if (fallocate(image->raw_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		    (off_t)offset, bytes) == 0)
		return 0;
	return write_zeros(image, offset, bytes, err);
}

/* Sectors that could not be read are listed before their block counts. */
static int
write_bad(struct image *image, const struct pending_block *batch, size_t count,
	struct error *err)
{
	char text[BAD_TEXT_BYTES];
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		size_t bytes;

		if (!(batch[i].entry.flags & IMAGE_BAD))
			continue;
		bytes = bad_format(text, batch[i].block, batch[i].bad_map);
		if (io_write(image->bad_fd, text, bytes, image->bad_path,
			    err) == -1)
			return -1;
		any = true;
	}
	if (any && fdatasync(image->bad_fd) == -1)
		return error_set(err, errno, "make %s durable",
			image->bad_path);
	return 0;
}

/* Neighbours in one write. */
static int
write_entries(struct image *image, const struct pending_block *batch,
	size_t count, struct error *err)
{
	const struct map_entry *entries[ENTRIES_RUN];

	for (size_t i = 0, run; i < count; i += run) {
		for (run = 0; run < ENTRIES_RUN && i + run < count &&
			batch[i + run].block == batch[i].block + run; run++)
			entries[run] = &batch[i + run].entry;
		if (entries_write(&image->entries, batch[i].block, entries,
			    run, err) == -1)
			return -1;
	}
	return 0;
}

static int
write_batch(void *context, const struct pending_block *batch, size_t count,
	struct error *err)
{
	struct image *image = context;

	if (fdatasync(image->raw_fd) == -1)
		return error_set(err, errno, "make %s durable",
			image->raw_path);
	if (write_bad(image, batch, count, err) == -1)
		return -1;
	return write_entries(image, batch, count, err);
}

int
image_flush(struct image *image, struct error *err)
{
	return pending_flush(image->pending, err) == -1 ? explain(image, err)
							: 0;
}

int
image_flush_old(struct image *image, struct error *err)
{
	return pending_flush_old(image->pending, err) == -1
		? explain(image, err)
		: 0;
}

/*
 * Before data of a dropped block is overwritten, its old entry is durably gone.
 * With the pending blocks held.
 */
static int
forget_dropped(struct image *image, struct error *err)
{
	if (!atomic_load(&image->dropped))
		return 0;
	if (entries_sync(&image->entries, err) == -1)
		return -1;
	if (bad_prune(image->bad_path, keep_present, image, err) == -1)
		return -1;
	fd_closep(&image->bad_fd);
	image->bad_fd = open(image->bad_path,
		O_RDWR | O_CREAT | O_CLOEXEC | O_APPEND, 0600);
	if (image->bad_fd == -1)
		return error_set(err, errno, "open %s", image->bad_path);
	atomic_store(&image->dropped, false);
	return 0;
}

static int
settle_dropped(struct image *image, struct error *err)
{
	int failed;

	if (!atomic_load(&image->dropped))
		return 0;
	pending_hold(image->pending);
	failed = forget_dropped(image, err);
	pending_go_on(image->pending);
	return failed;
}

int
image_checkpoint(struct image *image, struct error *err)
{
	if (image_flush(image, err) == -1 || settle_dropped(image, err) == -1)
		return -1;
	return entries_sync(&image->entries, err);
}

/* A block's data is in the file: its entry follows with the next batch. */
static int
record(struct image *image, uint64_t block, uint8_t flags,
	const uint8_t hash[HASH_BYTES], const uint8_t *bad_map,
	struct error *err)
{
	struct pending_block pending = {.block = block, .entry.flags = flags};

	memcpy(pending.entry.hash, hash, HASH_BYTES);
	if (bad_map != NULL)
		memcpy(pending.bad_map, bad_map, BLOCK_BAD_MAP_BYTES);
	if (pending_add(image->pending, &pending, err) == -1)
		return explain(image, err);
	mark(image, block, flags);
	return 0;
}

int
image_store(struct image *image, uint64_t block, const void *data,
	const uint8_t hash[HASH_BYTES], const uint8_t *bad_map,
	struct error *err)
{
	uint32_t bytes = image_block_bytes(image, block);
	uint64_t offset = block * BLOCK_BYTES;

	if (image_has(image, block))
		return 0;
	if (settle_dropped(image, err) == -1)
		return -1;
	if ((data == NULL ? make_hole(image, offset, bytes, err)
			  : io_pwrite(image->raw_fd, data, bytes, offset,
				    image->raw_path, err)) == -1)
		return explain(image, err);
	return record(image, block,
		(data == NULL ? IMAGE_ZERO : 0) | (bad_map ? IMAGE_BAD : 0),
		hash, bad_map, err);
}

/*
 * copy_file_range() shares the extent where it can.  `room` is for where it
 * cannot work at all.  *copied_out is false when the other file cannot be read.
 */
static int
copy_block(struct image *image, uint64_t offset, uint32_t bytes, int fd,
	uint64_t from_bytes, void *room, bool *copied_out, struct error *err)
{
	off_t from = (off_t)from_bytes, to = (off_t)offset;
	ssize_t copied = copy_file_range(fd, &from, image->raw_fd, &to, bytes,
		0);

	*copied_out = copied == (ssize_t)bytes;
	if (*copied_out)
		return 0;
	if (io_pread(fd, room, bytes, from_bytes, "another capture", NULL) ==
		-1)
		return 0;
	*copied_out = true;
	return io_pwrite(image->raw_fd, room, bytes, offset, image->raw_path,
		err);
}

int
image_take(struct image *image, uint64_t block, int fd, uint64_t offset_bytes,
	const uint8_t hash[HASH_BYTES], bool *taken_out, struct error *err)
{
	uint32_t bytes = image_block_bytes(image, block);
	AUTO(freep) uint8_t *room = malloc(bytes);
	uint8_t found[HASH_BYTES];
	bool copied;

	*taken_out = false;
	if (room == NULL)
		return error_set(err, ENOMEM, "write %s", image->raw_path);
	if (image_has(image, block))
		return 0;
	if (settle_dropped(image, err) == -1)
		return -1;
	if (copy_block(image, block * BLOCK_BYTES, bytes,
		    fd == -1 ? image->raw_fd : fd, offset_bytes, room, &copied,
		    err) == -1)
		return explain(image, err);
	/* Of what is here now: the other capture may be changing. */
	if (!copied)
		return 0;
	if (image_read(image, block * BLOCK_BYTES, room, bytes, err) == -1 ||
		hash_block(room, bytes, found, err) == -1)
		return -1;
	if (memcmp(found, hash, HASH_BYTES) != 0)
		return 0;
	if (record(image, block, 0, hash, NULL, err) == -1)
		return -1;
	*taken_out = true;
	return 0;
}

int
image_read(const struct image *image, uint64_t offset_bytes, void *data,
	size_t bytes, struct error *err)
{
	return io_pread(image->raw_fd, data, bytes, offset_bytes,
		image->raw_path, err);
}

static int
read_entry(struct image *image, uint64_t block, struct map_entry *entry_out,
	struct error *err)
{
	if (image_flush(image, err) == -1)
		return -1;
	return entries_read(&image->entries, block, entry_out, err);
}

int
image_hash(struct image *image, uint64_t block, uint8_t hash_out[HASH_BYTES],
	struct error *err)
{
	struct map_entry entry;

	if (read_entry(image, block, &entry, err) == -1)
		return -1;
	memcpy(hash_out, entry.hash, HASH_BYTES);
	return 0;
}

int
image_is_bad(struct image *image, uint64_t block, bool *bad_out,
	struct error *err)
{
	struct map_entry entry;

	if (read_entry(image, block, &entry, err) == -1)
		return -1;
	*bad_out = entry.flags & IMAGE_BAD;
	return 0;
}

int
image_drop(struct image *image, uint64_t block, struct error *err)
{
	uint32_t bytes = image_block_bytes(image, block);
	struct map_entry entry;

	if (read_entry(image, block, &entry, err) == -1 ||
		entries_erase(&image->entries, block, err) == -1)
		return -1;
	atomic_fetch_and(&image->present[block / 64],
		~((uint64_t)1 << (block % 64)));
	atomic_fetch_sub(&image->present_bytes, bytes);
	if (entry.flags & IMAGE_ZERO)
		atomic_fetch_sub(&image->zero_bytes, bytes);
	atomic_store(&image->dropped, true);
	return 0;
}

void
image_count(struct image *image, uint64_t *present_out, uint64_t *zero_out)
{
	*present_out = atomic_load(&image->present_bytes);
	*zero_out = atomic_load(&image->zero_bytes);
}

int
image_bad_sectors(struct image *image, uint64_t *count_out, struct error *err)
{
	return image_flush(image, err) == -1
		? -1
		: bad_count(count_out, image->bad_path, keep_present, image,
			  err);
}

int
image_root(struct image *image, char hex_out[HASH_HEX_BYTES],
	struct error *err)
{
	if (image_flush(image, err) == -1)
		return -1;
	return root_hash(image->entries.fd, image->entries.path,
		image->entries.header.disk_bytes, hex_out, err);
}
