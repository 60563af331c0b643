/*
 * The files of an image: begun, or taken over from an earlier run.  image.c is
 * what is done with them.
 */
#include "convert/source/image-parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "common/log.h"
#include "common/own.h"

static int
mark_loaded(void *context, uint64_t block, const struct map_entry *entry,
	struct error *err)
{
	(void)err;
	image_mark(context, block, entry->flags);
	return 0;
}

int
image_keep_entry(void *context, uint64_t block, const struct map_entry *entry,
	struct error *err)
{
	struct image *image = context;

	return image_record(image, block, entry->flags | IMAGE_BASE, entry->hash,
		NULL, err);
}

/*
 * Without a session in its header, every block of the base is compared before
 * it counts.  Since the boot that the base came from, nothing can have changed.
 */
static int
begin_next(struct image *image, struct error *err)
{
	const struct map_header *base = &image->base->entries.header;

	image->entries.header.generation = base->generation + 1;
	if (entries_write_header(&image->entries, err) == -1)
		return -1;
	if (strcmp(base->session, image->session) != 0)
		return 0;
	if (entries_load(&image->base->entries, image_keep_entry, image, err) == -1 ||
		image_checkpoint(image, err) == -1)
		return -1;
	return image_adopt(image, err);
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
	if (image->base != NULL)
		return begin_next(image, err);
	memcpy(image->entries.header.session, image->session,
		MAP_SESSION_BYTES);
	return entries_write_header(&image->entries, err);
}

/*
 * What another boot proved is forgotten for good: this one may store blocks that
 * that one would have to compare.
 */
static int
take_over_proof(struct image *image, const uint8_t header[IMAGE_HEADER_BYTES],
	struct error *err)
{
	const struct map_proof none = {0};
	struct map_proof old;

	if (!map_proof_decode(&old, header + MAP_PROOF_OFFSET))
		return 0;
	if (strcmp(old.session, image->session) != 0)
		return entries_write_proof(&image->entries, &none, err);
	image->proven_blocks = old.blocks;
	return 0;
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
	/* What fold.c left over is of the base. */
	if (image->base != NULL &&
		old.generation <= image->base->entries.header.generation)
		return begin(image, err);
	image->entries.header = old;
	/* A crash may have left bad sectors of blocks without an entry. */
	atomic_store(&image->dropped, bad.st_size > 0);
	if (take_over_proof(image, header, err) == -1)
		return -1;
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

/* A next generation of what is not there (it was moved away) is of nothing. */
static void
remove_next(const char *folder, const char *name)
{
	static const char *const suffixes[] = {"next-map", "next", "next-bad"};

	for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
		AUTO(freep) char *path = io_format("%s/%s.%s", folder, name,
			suffixes[i]);

		if (path != NULL)
			unlink(path);
	}
}

static struct image *
image_new(const char *folder, const char *name, uint64_t disk_bytes,
	const char *session, struct base *base)
{
	AUTO(image_closep) struct image *image = calloc(1, sizeof *image);
	const char *next = base == NULL ? "" : "next-";

	if (image == NULL) {
		base_closep(&base);
		return NULL;
	}
	image->base = base;
	image->raw_fd = image->entries.fd = image->bad_fd = -1;
	image->entries.header.disk_bytes = disk_bytes;
	image->entries.blocks = (disk_bytes + BLOCK_BYTES - 1) / BLOCK_BYTES;
	strncpy(image->session, session, MAP_SESSION_BYTES - 1);
	image->raw_path = io_format("%s/%s.%s", folder, name,
		base == NULL ? "raw" : "next");
	image->entries.path = io_format("%s/%s.%smap", folder, name, next);
	image->bad_path = io_format("%s/%s.%sbad", folder, name, next);
	image->present = calloc(image->entries.blocks / 64 + 1,
		sizeof *image->present);
	image->kept = calloc(image->entries.blocks / 64 + 1,
		sizeof *image->kept);
	if (image->raw_path == NULL || image->entries.path == NULL ||
		image->bad_path == NULL || image->present == NULL ||
		image->kept == NULL ||
		pending_new(&image->pending, image->raw_path, image_write_batch,
			image, NULL) == -1)
		return NULL;
	return take(image);
}

int
image_open(struct image **image_out, const char *folder, const char *name,
	uint64_t disk_bytes, const char *session, struct error *err)
{
	AUTO(image_closep) struct image *image = NULL;
	struct base *base;

	if (base_open(&base, folder, name, disk_bytes, err) == -1)
		return -1;
	if (base == NULL)
		remove_next(folder, name);
	image = image_new(folder, name, disk_bytes, session, base);
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
	base_closep(&image->base);
	free(image->raw_path);
	free(image->bad_path);
	free(image->present);
	free(image->kept);
	free(image);
}
