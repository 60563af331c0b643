/*
 * The captured disk.  The order of writes is the point: data, fdatasync, bad
 * sectors, fdatasync, entries.  A batch of blocks goes through it at once
 * (pending.c).  image-files.c opens the files, blocks.c decides what is fetched.
 *
 * Over a complete generation (base.c) all that goes to files of the next one,
 * and of a block that is as it was only the entry.  fold.c joins the two.
 */
#include "convert/source/image-parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "common/progress.h"
#include "convert/source/bad.h"
#include "convert/source/raw.h"
#include "convert/source/root.h"

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

const char *
image_map_path(const struct image *image)
{
	return image->entries.path;
}

const char *
image_base_path(const struct image *image)
{
	return image->base == NULL ? NULL : image->base->raw_path;
}

static bool
is_set(_Atomic uint64_t *bits, uint64_t block)
{
	return atomic_load_explicit(&bits[block / 64], memory_order_acquire) >>
		(block % 64) & 1;
}

static void
set(_Atomic uint64_t *bits, uint64_t block)
{
	atomic_fetch_or_explicit(&bits[block / 64],
		(uint64_t)1 << (block % 64), memory_order_release);
}

static void
unset(_Atomic uint64_t *bits, uint64_t block)
{
	atomic_fetch_and(&bits[block / 64], ~((uint64_t)1 << (block % 64)));
}

bool
image_has(const struct image *image, uint64_t block)
{
	return is_set(image->present, block);
}

bool
image_is_known(const struct image *image, uint64_t block)
{
	return image_has(image, block) ||
		(image->base != NULL && base_has(image->base, block));
}

uint64_t
image_known_bytes(const struct image *image)
{
	uint64_t bytes = 0;

	for (uint64_t block = 0; block < image->entries.blocks; block++)
		if (image_is_known(image, block))
			bytes += image_block_bytes(image, block);
	return bytes;
}

/* Whether the bad sectors of a block are listed with us ... */
static int
keep_own(const void *context, uint64_t block)
{
	const struct image *image = context;

	return block < image->entries.blocks && image_has(image, block) &&
		!is_set(image->kept, block);
}

/* ... or with the base. */
static int
keep_kept(const void *context, uint64_t block)
{
	const struct image *image = context;

	return block < image->entries.blocks && image_has(image, block) &&
		is_set(image->kept, block);
}

void
image_mark(struct image *image, uint64_t block, uint8_t flags)
{
	uint32_t bytes = image_block_bytes(image, block);

	atomic_fetch_add(&image->present_bytes, bytes);
	if (flags & IMAGE_ZERO)
		atomic_fetch_add(&image->zero_bytes, bytes);
	if (flags & IMAGE_BASE)
		set(image->kept, block);
	set(image->present, block);
}

bool
image_is_foreign(struct image *image)
{
	return strcmp(image->entries.header.session, image->session) != 0 &&
		image_known_bytes(image) > 0;
}

int
image_adopt(struct image *image, struct error *err)
{
	if (strcmp(image->entries.header.session, image->session) == 0)
		return 0;
	memcpy(image->entries.header.session, image->session, MAP_SESSION_BYTES);
	return entries_write_header(&image->entries, err);
}

uint64_t
image_proven_blocks(const struct image *image)
{
	return image->proven_blocks;
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

/* Sectors that could not be read are listed before their block counts. */
static int
write_bad(struct image *image, const struct pending_block *batch, size_t count,
	struct error *err)
{
	char text[BAD_TEXT_BYTES];
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		size_t bytes;

		if ((batch[i].entry.flags & (IMAGE_BAD | IMAGE_BASE)) !=
			IMAGE_BAD)
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

int
image_write_batch(void *context, const struct pending_block *batch, size_t count,
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
	if (bad_prune(image->bad_path, keep_own, image, err) == -1)
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

int
image_note_proven(struct image *image, uint64_t blocks, struct error *err)
{
	struct map_proof proof = {.blocks = blocks};

	if (image_checkpoint(image, err) == -1)
		return -1;
	memcpy(proof.session, image->session, MAP_SESSION_BYTES);
	return entries_write_proof(&image->entries, &proof, err);
}

int
image_record(struct image *image, uint64_t block, uint8_t flags,
	const uint8_t hash[HASH_BYTES], const uint8_t *bad_map,
	struct error *err)
{
	struct pending_block pending = {.block = block, .entry.flags = flags};

	memcpy(pending.entry.hash, hash, HASH_BYTES);
	if (bad_map != NULL)
		memcpy(pending.bad_map, bad_map, BLOCK_BAD_MAP_BYTES);
	if (pending_add(image->pending, &pending, err) == -1)
		return explain(image, err);
	image_mark(image, block, flags);
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
	if ((data == NULL ? raw_make_hole(image->raw_fd, image->raw_path,
				    offset, bytes, err)
			  : io_pwrite(image->raw_fd, data, bytes, offset,
				    image->raw_path, err)) == -1)
		return explain(image, err);
	return image_record(image, block,
		(data == NULL ? IMAGE_ZERO : 0) | (bad_map ? IMAGE_BAD : 0),
		hash, bad_map, err);
}

/* Of a block that is there. */
static int
data_fd(const struct image *image, uint64_t block)
{
	return is_set(image->kept, block) ? image->base->raw_fd
					  : image->raw_fd;
}

int
image_keep(struct image *image, uint64_t block, const uint8_t hash[HASH_BYTES],
	bool is_bad, bool *kept_out, struct error *err)
{
	struct map_entry entry;

	*kept_out = false;
	if (image->base == NULL || !base_has(image->base, block))
		return 0;
	if (entries_read(&image->base->entries, block, &entry, err) == -1)
		return -1;
	if (memcmp(entry.hash, hash, HASH_BYTES) != 0 ||
		!!(entry.flags & IMAGE_BAD) != is_bad)
		return 0;
	if (image_keep_entry(image, block, &entry, err) == -1)
		return -1;
	*kept_out = true;
	return 0;
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
	if (raw_copy(image->raw_fd, image->raw_path, block * BLOCK_BYTES,
		    bytes, fd == -1 ? data_fd(image, offset_bytes / BLOCK_BYTES)
				    : fd,
		    offset_bytes, room, &copied, err) == -1)
		return explain(image, err);
	/* Of what is here now: the other capture may be changing. */
	if (!copied)
		return 0;
	if (image_read(image, block * BLOCK_BYTES, room, bytes, err) == -1 ||
		hash_block(room, bytes, found, err) == -1)
		return -1;
	if (memcmp(found, hash, HASH_BYTES) != 0)
		return 0;
	if (image_record(image, block, 0, hash, NULL, err) == -1)
		return -1;
	*taken_out = true;
	return 0;
}

int
image_read(const struct image *image, uint64_t offset_bytes, void *data,
	size_t bytes, struct error *err)
{
	uint64_t end = offset_bytes + bytes, next;

	for (uint64_t at = offset_bytes; at < end; at = next) {
		int fd = data_fd(image, at / BLOCK_BYTES);

		for (next = at; next < end &&
			data_fd(image, next / BLOCK_BYTES) == fd;)
			next = (next / BLOCK_BYTES + 1) * BLOCK_BYTES;
		if (next > end)
			next = end;
		if (io_pread(fd, (char *)data + (at - offset_bytes), next - at,
			    at, fd == image->raw_fd ? image->raw_path
						    : image->base->raw_path,
			    err) == -1)
			return -1;
	}
	return 0;
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
	unset(image->present, block);
	unset(image->kept, block);
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
	uint64_t kept = 0;

	if (image_flush(image, err) == -1 ||
		bad_count(count_out, image->bad_path, keep_own, image, err) ==
			-1)
		return -1;
	if (image->base != NULL &&
		bad_count(&kept, image->base->bad_path, keep_kept, image,
			err) == -1)
		return -1;
	*count_out += kept;
	return 0;
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
