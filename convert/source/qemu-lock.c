/*
 * The locks by which QEMU says that it uses an image (its block/file-posix.c):
 * on bytes 100 to 299, where no data is meant.
 */
#include "convert/source/qemu-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/error.h"
#include "common/own.h"

static struct flock
all_locks(void)
{
	return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET,
		.l_start = 100, .l_len = 200};
}

bool
qemu_lock_is_held(int fd)
{
	struct flock lock = all_locks();

	return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

int
qemu_lock_take(int *fd_out, const char *path, struct error *err)
{
	AUTO(fd_closep) int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	struct flock lock = all_locks();

	*fd_out = -1;
	if (fd == -1)
		return error_set(err, errno, "open %s", path);
	if (fcntl(fd, F_OFD_SETLK, &lock) == -1)
		return errno == EAGAIN || errno == EACCES
			? error_set(err, EBUSY, "%s is in use: the VM runs",
				  path)
			: error_set(err, errno, "lock %s", path);
	*fd_out = fd;
	fd = -1;
	return 0;
}
