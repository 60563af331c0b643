/*
 * Blocks in sparse files.  image.c writes what is captured with it, fold.c what
 * takes the place of the last generation.
 */
#include "convert/source/raw.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "wire/block.h"

int
raw_make_hole(int fd, const char *path, uint64_t offset, uint32_t bytes,
	struct error *err)
{
	static const uint8_t zeros[BLOCK_BYTES];
	off_t data = lseek(fd, (off_t)offset, SEEK_DATA);

	if ((data == -1 && errno == ENXIO) ||
		(data != -1 && (uint64_t)data >= offset + bytes))
		return 0;
	if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		    (off_t)offset, bytes) == 0)
		return 0;
	return io_pwrite(fd, zeros, bytes, offset, path, err);
}

int
raw_copy(int fd, const char *path, uint64_t offset_bytes, uint32_t bytes,
	int from_fd, uint64_t from_bytes, void *room, bool *copied_out,
	struct error *err)
{
	off_t from = (off_t)from_bytes, to = (off_t)offset_bytes;
	ssize_t copied = copy_file_range(from_fd, &from, fd, &to, bytes, 0);

	*copied_out = copied == (ssize_t)bytes;
	if (*copied_out)
		return 0;
	if (io_pread(from_fd, room, bytes, from_bytes, "another file", NULL) ==
		-1)
		return 0;
	*copied_out = true;
	return io_pwrite(fd, room, bytes, offset_bytes, path, err);
}
