/*
 * Appending to a part of a carry set: frames become durable before the entry
 * that tells of them is written.
 */
#include "wire/carry-writer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>

#include "common/error.h"
#include "common/io.h"
#include "common/monotonic.h"

enum { SYNC_SECONDS = 2 };

struct carry_writer {
	const struct carry_folder *folder;
	const uint8_t *key;
	uint32_t chunk;	      /* the one that is open, or the next */
	char *index_path, *data_path;
	int index_fd, data_fd; /* -1: no chunk is open */
	struct seal *index_seal, *data_seal;
	uint64_t entries;
	uint32_t bytes;	    /* of the data file */
	uint32_t begun;	    /* where the frames of the next entry begin */
	uint32_t committed; /* what entries tell of */
	time_t synced;
};

int
carry_writer_open(struct carry_writer **writer_out,
	const struct carry_folder *folder, const uint8_t *key, uint32_t chunk,
	struct error *err)
{
	struct carry_writer *writer = calloc(1, sizeof *writer);

	if (writer == NULL)
		return error_set(err, ENOMEM, "write %s", folder->path);
	writer->folder = folder;
	writer->key = key;
	writer->chunk = chunk;
	writer->index_fd = writer->data_fd = -1;
	*writer_out = writer;
	return 0;
}

static void
close_chunk(struct carry_writer *writer)
{
	fd_closep(&writer->index_fd);
	fd_closep(&writer->data_fd);
	writer->index_fd = writer->data_fd = -1;
	seal_freep(&writer->index_seal);
	seal_freep(&writer->data_seal);
	writer->index_seal = writer->data_seal = NULL;
	freep(&writer->index_path);
	freep(&writer->data_path);
	writer->index_path = writer->data_path = NULL;
}

void
carry_writer_close(struct carry_writer *writer)
{
	if (writer == NULL)
		return;
	close_chunk(writer);
	free(writer);
}

static int
create(int *fd_out, const char *path, struct error *err)
{
	*fd_out = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return *fd_out == -1 ? error_set(err, errno, "create %s", path) : 0;
}

static int
sync_folder(const char *path, struct error *err)
{
	AUTO(fd_closep) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1 || fsync(fd) == -1)
		return error_set(err, errno, "sync %s", path);
	return 0;
}

/* Both files, and the head with a new salt. */
static int
begin_chunk(struct carry_writer *writer, struct error *err)
{
	const struct carry_folder *folder = writer->folder;
	uint8_t head[CARRY_CHUNK_BYTES], salt[SEAL_SALT_BYTES];

	writer->index_path = carry_chunk_path(folder->path, writer->chunk,
		"index");
	writer->data_path = carry_chunk_path(folder->path, writer->chunk,
		"data");
	if (writer->index_path == NULL || writer->data_path == NULL)
		return error_set(err, ENOMEM, "write %s", folder->path);
	if (getrandom(salt, sizeof salt, 0) != (ssize_t)sizeof salt)
		return error_set(err, errno, "make a salt");
	carry_chunk_encode(&folder->part, writer->chunk, salt, head);
	writer->entries = writer->bytes = writer->begun = writer->committed = 0;
	if (carry_seal(&writer->index_seal, &folder->part, writer->chunk, 'i',
		    salt, writer->key, err) == -1 ||
		carry_seal(&writer->data_seal, &folder->part, writer->chunk,
			'd', salt, writer->key, err) == -1 ||
		create(&writer->index_fd, writer->index_path, err) == -1 ||
		io_write(writer->index_fd, head, sizeof head,
			writer->index_path, err) == -1 ||
		create(&writer->data_fd, writer->data_path, err) == -1)
		return -1;
	return sync_folder(folder->path, err);
}

int
carry_writer_begin(struct carry_writer *writer, struct error *err)
{
	if (writer->data_fd != -1 &&
		writer->bytes > CARRY_CHUNK_LIMIT - CARRY_GROUP_LIMIT) {
		if (carry_writer_sync(writer, err) == -1)
			return -1;
		close_chunk(writer);
		writer->chunk++;
	}
	if (writer->data_fd == -1 && begin_chunk(writer, err) == -1)
		return -1;
	writer->begun = writer->bytes;
	return 0;
}

int
carry_writer_frame(struct carry_writer *writer, uint8_t *frame,
	uint32_t payload_bytes, struct error *err)
{
	uint32_t bytes = CARRY_HEAD_BYTES + payload_bytes;

	if (carry_frame_close(frame, payload_bytes, writer->data_seal,
		    writer->bytes, err) == -1 ||
		io_write(writer->data_fd, frame, bytes, writer->data_path,
			err) == -1)
		return -1;
	writer->bytes += bytes;
	return 0;
}

struct carry_place
carry_writer_place(const struct carry_writer *writer)
{
	return (struct carry_place){writer->folder->part.number, writer->chunk,
		writer->begun, writer->bytes - writer->begun};
}

int
carry_writer_sync(struct carry_writer *writer, struct error *err)
{
	if (writer->index_fd != -1 && fdatasync(writer->index_fd) == -1)
		return error_set(err, errno, "sync %s", writer->index_path);
	writer->synced = monotonic_ticks();
	return 0;
}

int
carry_writer_commit(struct carry_writer *writer,
	const struct carry_entry *entry, struct error *err)
{
	uint8_t bytes[CARRY_ENTRY_BYTES];

	if (writer->bytes > writer->committed &&
		fdatasync(writer->data_fd) == -1)
		return error_set(err, errno, "sync %s", writer->data_path);
	if (carry_entry_encode(entry, writer->index_seal, writer->entries,
		    bytes, err) == -1 ||
		io_write(writer->index_fd, bytes, sizeof bytes,
			writer->index_path, err) == -1)
		return -1;
	writer->entries++;
	writer->committed = writer->bytes;
	if (monotonic_ticks() - writer->synced < SYNC_SECONDS)
		return 0;
	return carry_writer_sync(writer, err);
}

void
carry_writer_abandon(struct carry_writer *writer)
{
	bool empty = writer->entries == 0;

	/* What cannot be given back only takes room. */
	if (writer->data_fd != -1 &&
		ftruncate(writer->data_fd, (off_t)writer->committed) == -1)
		empty = false;
	if (empty && writer->index_fd != -1)
		unlink(writer->index_path);
	if (empty && writer->data_fd != -1)
		unlink(writer->data_path);
	close_chunk(writer);
	writer->chunk += !empty;
}
