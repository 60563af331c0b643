/*
 * The generation that stays whole while image.c makes the next one.  fold.c
 * joins the two.
 */
#include "convert/source/base.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"

static struct base *
base_new(const char *folder, const char *name, uint64_t disk_bytes)
{
	AUTO(base_closep) struct base *base = calloc(1, sizeof *base);

	if (base == NULL)
		return NULL;
	base->raw_fd = base->entries.fd = -1;
	base->entries.blocks = (disk_bytes + BLOCK_BYTES - 1) / BLOCK_BYTES;
	base->raw_path = io_format("%s/%s.raw", folder, name);
	base->bad_path = io_format("%s/%s.bad", folder, name);
	base->entries.path = io_format("%s/%s.map", folder, name);
	base->there = calloc(base->entries.blocks / 64 + 1,
		sizeof *base->there);
	if (base->raw_path == NULL || base->bad_path == NULL ||
		base->entries.path == NULL || base->there == NULL)
		return NULL;
	return take(base);
}

/* Whatever is odd about the files, image.c says better than we could. */
static bool
is_complete(struct base *base, uint64_t disk_bytes)
{
	struct stat raw;

	if (entries_look(&base->entries, NULL) == -1)
		return false;
	base->raw_fd = open(base->raw_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	return base->raw_fd != -1 && fstat(base->raw_fd, &raw) == 0 &&
		base->entries.header.generation > 0 &&
		base->entries.header.disk_bytes == disk_bytes &&
		(uint64_t)raw.st_size == disk_bytes;
}

static int
note(void *context, uint64_t block, const struct map_entry *entry,
	struct error *err)
{
	struct base *base = context;
	uint64_t left = base->entries.header.disk_bytes - block * BLOCK_BYTES;

	(void)entry;
	(void)err;
	base->there[block / 64] |= (uint64_t)1 << (block % 64);
	base->there_bytes += left < BLOCK_BYTES ? left : BLOCK_BYTES;
	return 0;
}

int
base_open(struct base **base_out, const char *folder, const char *name,
	uint64_t disk_bytes, struct error *err)
{
	AUTO(base_closep) struct base *base =
		base_new(folder, name, disk_bytes);

	*base_out = NULL;
	if (base == NULL)
		return error_set(err, ENOMEM, "open %s/%s.raw", folder, name);
	if (!is_complete(base, disk_bytes))
		return 0;
	if (entries_load(&base->entries, note, base, err) == -1)
		return -1;
	*base_out = take(base);
	return 0;
}

void
base_close(struct base *base)
{
	fd_closep(&base->raw_fd);
	entries_close(&base->entries);
	free(base->raw_path);
	free(base->bad_path);
	free(base->there);
	free(base);
}
