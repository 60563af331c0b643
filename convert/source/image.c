/*
 * The captured disk.  The order of writes is the point: data, fdatasync, bad
 * sectors, fdatasync, entries.  A batch of blocks goes through it at once, so
 * that the syncs cost little.  map.c has the bytes of the map, blocks.c decides
 * what is fetched.
 */
#include "convert/source/image.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "common/error.h"
#include "common/io.h"
#include "common/log.h"
#include "common/monotonic.h"
#include "common/own.h"
#include "common/progress.h"
#include "convert/source/bad.h"
#include "convert/source/map.h"
#include "convert/source/root.h"

enum {
	BATCH_BLOCKS = 1024, /* 64 MiB */
	BATCH_SECONDS = 2,
	LOAD_ENTRIES = 4096
};

/* A stored block that waits for its data to be durable. */
struct pending {
	uint64_t block;
	struct map_entry entry;
	uint8_t bad_map[BLOCK_BAD_MAP_BYTES];
};

struct image {
	char *raw_path, *map_path, *bad_path;
	int raw_fd, map_fd, bad_fd;
	struct map_header header;
	char session[MAP_SESSION_BYTES]; /* of the source now */
	uint64_t blocks;
	_Atomic uint64_t *present; /* one bit for each block */

	atomic_bool dropped; /* removals that are not durable in map and list */

	pthread_mutex_t flushing; /* taken before `lock` */
	pthread_mutex_t lock;	  /* guards what follows */
	struct pending *pending, *batch;
	size_t pending_count;
	time_t pending_since;
	uint64_t present_bytes, zero_bytes;
	bool failed;
};

uint64_t
image_disk_bytes(const struct image *image)
{
	return image->header.disk_bytes;
}

uint64_t
image_blocks(const struct image *image)
{
	return image->blocks;
}

uint32_t
image_block_bytes(const struct image *image, uint64_t block)
{
	uint64_t left = image->header.disk_bytes - block * BLOCK_BYTES;

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

	return block < image->blocks && image_has(image, block);
}

/* With image->lock held, or before the image is shared. */
static void
mark(struct image *image, uint64_t block, uint8_t flags)
{
	uint32_t bytes = image_block_bytes(image, block);

	atomic_fetch_or_explicit(&image->present[block / 64],
		(uint64_t)1 << (block % 64), memory_order_release);
	image->present_bytes += bytes;
	if (flags & IMAGE_ZERO)
		image->zero_bytes += bytes;
}

static int
load_entries(struct image *image, uint64_t first, uint8_t *room,
	struct error *err)
{
	uint64_t count = image->blocks - first;
	struct map_entry entry;

	if (count > LOAD_ENTRIES)
		count = LOAD_ENTRIES;
	if (io_pread(image->map_fd, room, count * IMAGE_ENTRY_BYTES,
		    map_entry_offset(first), image->map_path, err) == -1)
		return -1;
	for (uint64_t i = 0; i < count; i++)
		if (map_entry_decode(&entry, first + i,
			    room + i * IMAGE_ENTRY_BYTES))
			mark(image, first + i, entry.flags);
	return 0;
}

/* Read the entries, passing over the holes of the file. */
static int
load(struct image *image, struct error *err)
{
	AUTO(freep) uint8_t *room = malloc(LOAD_ENTRIES * IMAGE_ENTRY_BYTES);

	if (room == NULL)
		return error_set(err, ENOMEM, "read %s", image->map_path);
	for (uint64_t first = 0; first < image->blocks;) {
		off_t data = lseek(image->map_fd,
			(off_t)map_entry_offset(first), SEEK_DATA);

		if (data == -1 && errno == ENXIO)
			break;
		if (data > (off_t)map_entry_offset(first))
			first = ((uint64_t)data - IMAGE_HEADER_BYTES) /
				IMAGE_ENTRY_BYTES;
		if (load_entries(image, first, room, err) == -1)
			return -1;
		first += LOAD_ENTRIES;
	}
	return 0;
}

static int
write_header(struct image *image, struct error *err)
{
	uint8_t bytes[IMAGE_HEADER_BYTES];

	map_header_encode(&image->header, bytes);
	if (io_pwrite(image->map_fd, bytes, sizeof bytes, 0, image->map_path,
		    err) == -1)
		return -1;
	if (fdatasync(image->map_fd) == -1)
		return error_set(err, errno, "make %s durable",
			image->map_path);
	return 0;
}

/* Begin an empty map: whatever the files hold is believed no more. */
static int
begin(struct image *image, struct error *err)
{
	uint64_t bytes = map_entry_offset(image->blocks);

	if (ftruncate(image->map_fd, 0) == -1 ||
		ftruncate(image->map_fd, (off_t)bytes) == -1)
		return error_set(err, errno, "make %s", image->map_path);
	if (ftruncate(image->bad_fd, 0) == -1)
		return error_set(err, errno, "make %s", image->bad_path);
	if (ftruncate(image->raw_fd, (off_t)image->header.disk_bytes) == -1)
		return error_set(err, errno, "grow %s to %ju bytes",
			image->raw_path, (uintmax_t)image->header.disk_bytes);
	if (fsync(image->raw_fd) == -1)
		return error_set(err, errno, "make %s durable",
			image->raw_path);
	memcpy(image->header.session, image->session, MAP_SESSION_BYTES);
	return write_header(image, err);
}

/* Take over what an earlier run left, or begin. */
static int
take_over(struct image *image, struct error *err)
{
	uint64_t bytes = image->header.disk_bytes;
	uint8_t header[IMAGE_HEADER_BYTES];
	struct map_header old;
	struct stat raw, map, bad;

	if (fstat(image->raw_fd, &raw) == -1 ||
		fstat(image->map_fd, &map) == -1 ||
		fstat(image->bad_fd, &bad) == -1)
		return error_set(err, errno, "open %s", image->raw_path);
	if (raw.st_size == 0 || map.st_size < IMAGE_HEADER_BYTES)
		return begin(image, err);
	if (io_pread(image->map_fd, header, sizeof header, 0, image->map_path,
		    err) == -1)
		return -1;
	if (!map_header_decode(&old, header)) {
		log_warn("%s is damaged: the disk is captured anew",
			image->map_path);
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
	if (ftruncate(image->map_fd, (off_t)map_entry_offset(image->blocks)) ==
		-1)
		return error_set(err, errno, "make %s", image->map_path);
	image->header = old;
	/* A crash may have left bad sectors of blocks without an entry. */
	atomic_store(&image->dropped, bad.st_size > 0);
	return load(image, err);
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
	image->map_fd = open(image->map_path, flags, 0600);
	if (image->map_fd == -1)
		return error_set(err, errno, "open %s", image->map_path);
	image->bad_fd = open(image->bad_path, flags | O_APPEND, 0600);
	if (image->bad_fd == -1)
		return error_set(err, errno, "open %s", image->bad_path);
	if (fsync(fd) == -1)
		return error_set(err, errno, "make %s durable", folder);
	return 0;
}

static struct image *
image_new(const char *folder, const char *name, uint64_t disk_bytes,
	const char *session)
{
	AUTO(image_closep) struct image *image = calloc(1, sizeof *image);

	if (image == NULL)
		return NULL;
	image->raw_fd = image->map_fd = image->bad_fd = -1;
	pthread_mutex_init(&image->flushing, NULL);
	pthread_mutex_init(&image->lock, NULL);
	image->header.disk_bytes = disk_bytes;
	image->blocks = (disk_bytes + BLOCK_BYTES - 1) / BLOCK_BYTES;
	strncpy(image->session, session, MAP_SESSION_BYTES - 1);
	image->raw_path = io_format("%s/%s.raw", folder, name);
	image->map_path = io_format("%s/%s.map", folder, name);
	image->bad_path = io_format("%s/%s.bad", folder, name);
	image->present = calloc(image->blocks / 64 + 1, sizeof *image->present);
	image->pending = calloc(BATCH_BLOCKS, sizeof *image->pending);
	image->batch = calloc(BATCH_BLOCKS, sizeof *image->batch);
	if (image->raw_path == NULL || image->map_path == NULL ||
		image->bad_path == NULL || image->present == NULL ||
		image->pending == NULL || image->batch == NULL)
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
	fd_closep(&image->map_fd);
	fd_closep(&image->bad_fd);
	pthread_mutex_destroy(&image->flushing);
	pthread_mutex_destroy(&image->lock);
	free(image->raw_path);
	free(image->map_path);
	free(image->bad_path);
	free(image->present);
	free(image->pending);
	free(image->batch);
	free(image);
}

bool
image_is_foreign(struct image *image)
{
	uint64_t present, zero;

	image_count(image, &present, &zero);
	return present > 0 &&
		strcmp(image->header.session, image->session) != 0;
}

int
image_adopt(struct image *image, struct error *err)
{
	if (strcmp(image->header.session, image->session) == 0)
		return 0;
	memcpy(image->header.session, image->session, MAP_SESSION_BYTES);
	image->header.generation++;
	return write_header(image, err);
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
		progress_bytes(text, image->header.disk_bytes - present));
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
write_bad(struct image *image, const struct pending *batch, size_t count,
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

static int
by_block(const void *a, const void *b)
{
	const struct pending *one = a, *two = b;

	return (one->block > two->block) - (one->block < two->block);
}

/* Neighbours in one write. */
static int
write_entries(struct image *image, struct pending *batch, size_t count,
	struct error *err)
{
	uint8_t bytes[64 * IMAGE_ENTRY_BYTES];

	qsort(batch, count, sizeof *batch, by_block);
	for (size_t i = 0, run; i < count; i += run) {
		for (run = 0; run < 64 && i + run < count &&
			batch[i + run].block == batch[i].block + run; run++)
			map_entry_encode(&batch[i + run].entry,
				batch[i + run].block,
				bytes + run * IMAGE_ENTRY_BYTES);
		if (io_pwrite(image->map_fd, bytes, run * IMAGE_ENTRY_BYTES,
			    map_entry_offset(batch[i].block), image->map_path,
			    err) == -1)
			return -1;
	}
	return 0;
}

static int
write_batch(struct image *image, struct pending *batch, size_t count,
	struct error *err)
{
	if (fdatasync(image->raw_fd) == -1)
		return error_set(err, errno, "make %s durable",
			image->raw_path);
	if (write_bad(image, batch, count, err) == -1)
		return -1;
	return write_entries(image, batch, count, err);
}

/* With image->flushing held. */
static int
flush(struct image *image, struct error *err)
{
	struct pending *batch;
	size_t count;
	bool failed;

	pthread_mutex_lock(&image->lock);
	batch = image->pending;
	count = image->pending_count;
	image->pending = image->batch;
	image->batch = batch;
	image->pending_count = 0;
	failed = image->failed;
	pthread_mutex_unlock(&image->lock);
	if (failed)
		return error_set(err, EIO, "%s: an earlier write failed",
			image->raw_path);
	if (count == 0 || write_batch(image, batch, count, err) == 0)
		return 0;

	/* The kernel may have dropped the data: nothing is certain now. */
	pthread_mutex_lock(&image->lock);
	image->failed = true;
	pthread_mutex_unlock(&image->lock);
	return explain(image, err);
}

int
image_flush(struct image *image, struct error *err)
{
	int failed;

	pthread_mutex_lock(&image->flushing);
	failed = flush(image, err);
	pthread_mutex_unlock(&image->flushing);
	return failed;
}

int
image_flush_old(struct image *image, struct error *err)
{
	bool old;

	pthread_mutex_lock(&image->lock);
	old = image->pending_count > 0 &&
		monotonic_ticks() - image->pending_since >= BATCH_SECONDS;
	pthread_mutex_unlock(&image->lock);
	return old ? image_flush(image, err) : 0;
}

/*
 * Before data of a dropped block is overwritten, its old entry is durably gone.
 * With image->flushing held.
 */
static int
forget_dropped(struct image *image, struct error *err)
{
	if (!atomic_load(&image->dropped))
		return 0;
	if (fdatasync(image->map_fd) == -1)
		return error_set(err, errno, "make %s durable",
			image->map_path);
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
	pthread_mutex_lock(&image->flushing);
	failed = forget_dropped(image, err);
	pthread_mutex_unlock(&image->flushing);
	return failed;
}

int
image_checkpoint(struct image *image, struct error *err)
{
	if (image_flush(image, err) == -1 || settle_dropped(image, err) == -1)
		return -1;
	if (fdatasync(image->map_fd) == -1)
		return error_set(err, errno, "make %s durable",
			image->map_path);
	return 0;
}

/* Make room among the pending blocks; returns with image->lock held. */
static int
reserve(struct image *image, struct error *err)
{
	pthread_mutex_lock(&image->lock);
	while (image->pending_count == BATCH_BLOCKS) {
		pthread_mutex_unlock(&image->lock);
		if (image_flush(image, err) == -1)
			return -1;
		pthread_mutex_lock(&image->lock);
	}
	return 0;
}

/* A block's data is in the file: its entry follows with the next batch. */
static int
record(struct image *image, uint64_t block, uint8_t flags,
	const uint8_t hash[HASH_BYTES], const uint8_t *bad_map,
	struct error *err)
{
	struct pending *pending;

	if (reserve(image, err) == -1)
		return -1;
	if (image->pending_count == 0)
		image->pending_since = monotonic_ticks();
	pending = &image->pending[image->pending_count++];
	pending->block = block;
	pending->entry.flags = flags;
	memcpy(pending->entry.hash, hash, HASH_BYTES);
	if (bad_map != NULL)
		memcpy(pending->bad_map, bad_map, BLOCK_BAD_MAP_BYTES);
	mark(image, block, flags);
	pthread_mutex_unlock(&image->lock);
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
	uint8_t bytes[IMAGE_ENTRY_BYTES];

	if (image_flush(image, err) == -1 ||
		io_pread(image->map_fd, bytes, sizeof bytes,
			map_entry_offset(block), image->map_path, err) == -1)
		return -1;
	if (!map_entry_decode(entry_out, block, bytes))
		return error_set(err, EBADMSG, "%s changed under us",
			image->map_path);
	return 0;
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
	static const uint8_t absent[IMAGE_ENTRY_BYTES];
	uint32_t bytes = image_block_bytes(image, block);
	struct map_entry entry;

	if (read_entry(image, block, &entry, err) == -1 ||
		io_pwrite(image->map_fd, absent, sizeof absent,
			map_entry_offset(block), image->map_path, err) == -1)
		return -1;
	pthread_mutex_lock(&image->lock);
	atomic_fetch_and(&image->present[block / 64],
		~((uint64_t)1 << (block % 64)));
	image->present_bytes -= bytes;
	if (entry.flags & IMAGE_ZERO)
		image->zero_bytes -= bytes;
	pthread_mutex_unlock(&image->lock);
	atomic_store(&image->dropped, true);
	return 0;
}

void
image_count(struct image *image, uint64_t *present_out, uint64_t *zero_out)
{
	pthread_mutex_lock(&image->lock);
	*present_out = image->present_bytes;
	*zero_out = image->zero_bytes;
	pthread_mutex_unlock(&image->lock);
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
	return root_hash(image->map_fd, image->map_path,
		image->header.disk_bytes, hex_out, err);
}
