/*
 * A map file and what is done to it.  map.c has its bytes; image.c decides when
 * an entry may be written.
 */
#include "convert/source/entries.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"

enum { LOAD_ENTRIES = 4096 };

int
entries_open(struct entries *entries, struct error *err)
{
	entries->fd = open(entries->path,
		O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (entries->fd == -1)
		return error_set(err, errno, "open %s", entries->path);
	return 0;
}

int
entries_look(struct entries *entries, struct error *err)
{
	uint8_t bytes[IMAGE_HEADER_BYTES];

	entries->fd = open(entries->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (entries->fd == -1)
		return error_set(err, errno, "open %s", entries->path);
	if (io_pread(entries->fd, bytes, sizeof bytes, 0, entries->path,
		    err) == -1)
		return -1;
	if (!map_header_decode(&entries->header, bytes))
		return error_set(err, EBADMSG, "%s: its header is damaged",
			entries->path);
	return 0;
}

void
entries_close(struct entries *entries)
{
	fd_closep(&entries->fd);
	free(entries->path);
}

int
entries_sync(const struct entries *entries, struct error *err)
{
	if (fdatasync(entries->fd) == -1)
		return error_set(err, errno, "make %s durable", entries->path);
	return 0;
}

int
entries_write_header(struct entries *entries, struct error *err)
{
	uint8_t bytes[IMAGE_HEADER_BYTES];

	map_header_encode(&entries->header, bytes);
	if (io_pwrite(entries->fd, bytes, sizeof bytes, 0, entries->path,
		    err) == -1)
		return -1;
	return entries_sync(entries, err);
}

/* In a sector of its own: a torn write must not cost the header. */
int
entries_write_proof(const struct entries *entries,
	const struct map_proof *proof, struct error *err)
{
	uint8_t bytes[MAP_PROOF_BYTES];

	map_proof_encode(proof, bytes);
	if (io_pwrite(entries->fd, bytes, sizeof bytes, MAP_PROOF_OFFSET,
		    entries->path, err) == -1)
		return -1;
	return entries_sync(entries, err);
}

int
entries_clear(struct entries *entries, struct error *err)
{
	uint64_t bytes = map_entry_offset(entries->blocks);

	if (ftruncate(entries->fd, 0) == -1 ||
		ftruncate(entries->fd, (off_t)bytes) == -1)
		return error_set(err, errno, "make %s", entries->path);
	return 0;
}

static int
load_some(const struct entries *entries, uint64_t first, uint8_t *room,
	entries_visitor *there, void *context, struct error *err)
{
	uint64_t count = entries->blocks - first;
	struct map_entry entry;

	if (count > LOAD_ENTRIES)
		count = LOAD_ENTRIES;
	if (io_pread(entries->fd, room, count * IMAGE_ENTRY_BYTES,
		    map_entry_offset(first), entries->path, err) == -1)
		return -1;
	for (uint64_t i = 0; i < count; i++)
		if (map_entry_decode(&entry, first + i,
			    room + i * IMAGE_ENTRY_BYTES) &&
			there(context, first + i, &entry, err) == -1)
			return -1;
	return 0;
}

/* Passes over the holes of the file. */
int
entries_load(const struct entries *entries, entries_visitor *there,
	void *context, struct error *err)
{
	AUTO(freep) uint8_t *room = malloc(LOAD_ENTRIES * IMAGE_ENTRY_BYTES);

	if (room == NULL)
		return error_set(err, ENOMEM, "read %s", entries->path);
	for (uint64_t first = 0; first < entries->blocks;) {
		off_t data = lseek(entries->fd,
			(off_t)map_entry_offset(first), SEEK_DATA);

		if (data == -1 && errno == ENXIO)
			break;
		if (data > (off_t)map_entry_offset(first))
			first = ((uint64_t)data - IMAGE_HEADER_BYTES) /
				IMAGE_ENTRY_BYTES;
		if (load_some(entries, first, room, there, context, err) == -1)
			return -1;
		first += LOAD_ENTRIES;
	}
	return 0;
}

int
entries_read(const struct entries *entries, uint64_t block,
	struct map_entry *entry_out, struct error *err)
{
	uint8_t bytes[IMAGE_ENTRY_BYTES];

	if (io_pread(entries->fd, bytes, sizeof bytes, map_entry_offset(block),
		    entries->path, err) == -1)
		return -1;
	if (!map_entry_decode(entry_out, block, bytes))
		return error_set(err, EBADMSG, "%s changed under us",
			entries->path);
	return 0;
}

int
entries_write(const struct entries *entries, uint64_t first,
	const struct map_entry *const run[], size_t count, struct error *err)
{
	uint8_t bytes[ENTRIES_RUN * IMAGE_ENTRY_BYTES];

	for (size_t i = 0; i < count; i++)
		map_entry_encode(run[i], first + i,
			bytes + i * IMAGE_ENTRY_BYTES);
	return io_pwrite(entries->fd, bytes, count * IMAGE_ENTRY_BYTES,
		map_entry_offset(first), entries->path, err);
}

int
entries_erase(const struct entries *entries, uint64_t block, struct error *err)
{
	static const uint8_t absent[IMAGE_ENTRY_BYTES];

	return io_pwrite(entries->fd, absent, sizeof absent,
		map_entry_offset(block), entries->path, err);
}
