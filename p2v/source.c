/*
 * Reading disks, sick ones too: a range that fails is read again in smaller and
 * smaller pieces, until what is lost is known by the sector.  lane.c calls it.
 */
#include "p2v/source.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "common/error.h"

enum { CAREFUL_BYTES = SOURCE_ALIGN_BYTES, SECTOR_TRIES = 3 };

struct source {
	const struct source_ops *ops;
	void *context;
	uint64_t size_bytes;
	unsigned sector_bytes;
	char name[];
};

/* From a large piece to a small one; the disk's own sector is the last. */
static const size_t pieces[] = {64 << 10, CAREFUL_BYTES, 512};

int
source_new(struct source **source_out, const char *name, uint64_t size_bytes,
	unsigned sector_bytes, const struct source_ops *ops, void *context,
	struct error *err)
{
	struct source *source = malloc(sizeof *source + strlen(name) + 1);

	if (source == NULL)
		return error_set(err, ENOMEM, "open %s", name);
	source->ops = ops;
	source->context = context;
	source->size_bytes = size_bytes;
	source->sector_bytes = sector_bytes;
	strcpy(source->name, name);
	*source_out = source;
	return 0;
}

void
source_close(struct source *source)
{
	if (source == NULL)
		return;
	source->ops->close(source->context);
	free(source);
}

uint64_t
source_size_bytes(const struct source *source)
{
	return source->size_bytes;
}

const char *
source_name(const struct source *source)
{
	return source->name;
}

/* What the kernel says of a spot that the disk cannot read. */
static int
is_bad_spot(int code)
{
	static const int codes[] = {EIO, ENODATA, EILSEQ, EREMOTEIO, ETIMEDOUT};

	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (code == codes[i])
			return 1;
	return 0;
}

struct reading {
	struct source *source;
	uint64_t offset_bytes; /* of the whole range */
	uint8_t *data;
	uint8_t *bad_map;
	unsigned bad;
};

static void
mark_bad(struct reading *reading, size_t at, size_t bytes)
{
	memset(reading->data + at, 0, bytes);
	for (size_t i = 0; i < bytes; i += SOURCE_SECTOR_BYTES) {
		size_t sector = (at + i) / SOURCE_SECTOR_BYTES;

		reading->bad_map[sector / 8] |= (uint8_t)(1 << sector % 8);
		reading->bad++;
	}
}

/* 0, or the errno value of the last try. */
static int
read_piece(struct reading *reading, size_t at, size_t bytes, int tries,
	int careful)
{
	const struct source *source = reading->source;
	int code = EIO;

	while (tries-- > 0 && is_bad_spot(code))
		code = source->ops->read(source->context, reading->data + at,
			bytes, reading->offset_bytes + at, careful);
	return code;
}

/* Read a failed range again in the pieces of `level` and finer ones. */
static int
narrow(struct reading *reading, size_t at, size_t bytes, unsigned level)
{
	size_t piece = pieces[level], end = at + bytes, length;
	unsigned levels = sizeof pieces / sizeof pieces[0];
	int last, code;

	if (piece < reading->source->sector_bytes)
		piece = reading->source->sector_bytes;
	last = piece == reading->source->sector_bytes || level + 1 == levels;
	for (; at < end; at += length) {
		length = end - at < piece ? end - at : piece;
		code = read_piece(reading, at, length, last ? SECTOR_TRIES : 1,
			piece <= CAREFUL_BYTES);
		if (code != 0 && !is_bad_spot(code))
			return code;
		if (code != 0 && last)
			mark_bad(reading, at, length);
		else if (code != 0)
			code = narrow(reading, at, length, level + 1);
		if (code != 0 && !is_bad_spot(code))
			return code;
	}
	return 0;
}

int
source_read(struct source *source, void *data, size_t bytes,
	uint64_t offset_bytes, uint8_t *bad_map, unsigned *bad_out,
	struct error *err)
{
	struct reading reading = {source, offset_bytes, data, bad_map, 0};
	int code;

	memset(bad_map, 0, (bytes / SOURCE_SECTOR_BYTES + 7) / 8);
	code = read_piece(&reading, 0, bytes, 1, 0);
	if (is_bad_spot(code))
		code = narrow(&reading, 0, bytes, 0);
	*bad_out = reading.bad;
	if (code == 0)
		return 0;
	error_set(err, code, "read %s at byte %ju", source->name,
		(uintmax_t)offset_bytes);
	return error_hint(err, "Is the disk still connected?");
}

/* A device or a file. */
struct reader {
	int fd;
	int direct_fd; /* without the page cache, or -1 where that is refused */
	bool live;
	uint64_t bytes; /* what there is to read; a file may end in a sector */
};

/*
 * 0 or an errno value.  The end of a file is followed by zeros; a device's
 * comes too early only when it vanished.
 */
static int
read_whole(const struct reader *reader, int fd, char *data, size_t bytes,
	uint64_t offset_bytes)
{
	while (bytes > 0) {
		ssize_t got = pread(fd, data, bytes, (off_t)offset_bytes);

		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return errno;
		if (got == 0 && offset_bytes < reader->bytes)
			return ENODEV;
		if (got == 0) {
			memset(data, 0, bytes);
			return 0;
		}
		data += got;
		bytes -= (size_t)got;
		offset_bytes += (uint64_t)got;
	}
	return 0;
}

/*
 * The page cache reads at least 4096 bytes, so that one bad sector would take
 * seven good ones along: go around it, with memory that is aligned.
 */
static int
read_carefully(const struct reader *reader, void *data, size_t bytes,
	uint64_t offset_bytes)
{
	_Alignas(4096) char aligned[CAREFUL_BYTES];
	int code = read_whole(reader, reader->direct_fd, aligned, bytes,
		offset_bytes);

	if (code == 0)
		memcpy(data, aligned, bytes);
	return code;
}

/*
 * Around the page cache, which would copy every byte once more and fill the
 * memory that the live image runs in.  On a running system it would also show
 * what it once read: what a file system writes reaches the disk without passing
 * the cache of the whole disk's device.  EINVAL: not possible here.
 */
static int
read_directly(const struct reader *reader, char *data, size_t bytes,
	uint64_t offset_bytes)
{
	size_t whole = bytes / SOURCE_ALIGN_BYTES * SOURCE_ALIGN_BYTES;
	int code = 0;

	if (reader->direct_fd == -1 || (uintptr_t)data % SOURCE_ALIGN_BYTES != 0)
		return EINVAL;
	if (whole > 0)
		code = read_whole(reader, reader->direct_fd, data, whole,
			offset_bytes);
	if (code == 0 && bytes > whole)
		code = read_carefully(reader, data + whole, bytes - whole,
			offset_bytes + whole);
	return code;
}

static void
forget(const struct reader *reader, size_t bytes, uint64_t offset_bytes)
{
	posix_fadvise(reader->fd, (off_t)offset_bytes, (off_t)bytes,
		POSIX_FADV_DONTNEED);
}

static int
reader_read(void *context, void *data, size_t bytes, uint64_t offset_bytes,
	int careful)
{
	const struct reader *reader = context;
	int code;

	if (careful && reader->direct_fd != -1 && bytes <= CAREFUL_BYTES)
		return read_carefully(reader, data, bytes, offset_bytes);
	code = read_directly(reader, data, bytes, offset_bytes);
	if (code != EINVAL) /* of a file system that wants more */
		return code;
	if (reader->live)
		forget(reader, bytes, offset_bytes);
	code = read_whole(reader, reader->fd, data, bytes, offset_bytes);
	forget(reader, bytes, offset_bytes);
	return code;
}

static void
reader_close(void *context)
{
	struct reader *reader = context;

	fd_closep(&reader->fd);
	fd_closep(&reader->direct_fd);
	free(reader);
}

static const struct source_ops reader_ops = {reader_read, reader_close};

static int
reader_measure(struct reader *reader, unsigned *sector_bytes_out,
	const char *path, struct error *err)
{
	struct stat st;
	int sector = SOURCE_SECTOR_BYTES;

	if (fstat(reader->fd, &st) == -1)
		return error_set(err, errno, "measure %s", path);
	if (S_ISREG(st.st_mode)) {
		reader->bytes = (uint64_t)st.st_size;
	} else if (!S_ISBLK(st.st_mode)) {
		return error_set(err, 0, "%s is neither a disk nor an image "
			"file", path);
	} else if (ioctl(reader->fd, BLKGETSIZE64, &reader->bytes) == -1 ||
		ioctl(reader->fd, BLKSSZGET, &sector) == -1) {
		return error_set(err, errno, "measure %s", path);
	}
	if (sector < SOURCE_SECTOR_BYTES || sector > CAREFUL_BYTES)
		sector = SOURCE_SECTOR_BYTES;
	*sector_bytes_out = (unsigned)sector;
	return 0;
}

static struct reader *
reader_open(const char *path, bool live, struct error *err)
{
	struct reader *reader = malloc(sizeof *reader);

	if (reader == NULL) {
		error_set(err, ENOMEM, "open %s", path);
		return NULL;
	}
	reader->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (reader->fd == -1) {
		error_set(err, errno, "open %s", path);
		if (errno == EACCES)
			error_hint(err, "Run unrack-capture as root, or name "
				"an image that you may read.");
		free(reader);
		return NULL;
	}
	reader->direct_fd = open(path, O_RDONLY | O_CLOEXEC | O_DIRECT);
	/* Read ahead would be old by the time it is asked for. */
	posix_fadvise(reader->fd, 0, 0,
		live ? POSIX_FADV_RANDOM : POSIX_FADV_SEQUENTIAL);
	reader->live = live;
	return reader;
}

int
source_open(struct source **source_out, const char *path, bool live,
	struct error *err)
{
	struct reader *reader = reader_open(path, live, err);
	unsigned sector_bytes = SOURCE_SECTOR_BYTES;
	uint64_t size_bytes;

	if (reader == NULL)
		return -1;
	if (reader_measure(reader, &sector_bytes, path, err) == 0) {
		size_bytes = (reader->bytes + SOURCE_SECTOR_BYTES - 1) /
			SOURCE_SECTOR_BYTES * SOURCE_SECTOR_BYTES;
		if (source_new(source_out, path, size_bytes, sector_bytes,
			    &reader_ops, reader, err) == 0)
			return 0;
	}
	reader_close(reader);
	return -1;
}
