/* Is there room on the host's disk?  session.c asks before the bulk copy. */
#include "convert/capture/room.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/statvfs.h>

#include "common/error.h"
#include "common/own.h"
#include "common/progress.h"
#include "wire/block.h"

/* Beside the data: the map, the folder, and what others write meanwhile. */
static const uint64_t margin_bytes = 64 << 20;

bool
room_is_shared(const char *folder)
{
	static const char block[BLOCK_BYTES];
	AUTO(fd_closep) int from = open(folder, O_RDWR | O_TMPFILE | O_CLOEXEC,
		0600);
	AUTO(fd_closep) int to = open(folder, O_RDWR | O_TMPFILE | O_CLOEXEC,
		0600);
	struct file_clone_range range = {from, 0, sizeof block, 0};

	return from != -1 && to != -1 &&
		write(from, block, sizeof block) == sizeof block &&
		ioctl(to, FICLONERANGE, &range) == 0;
}

int
room_check(const char *path, uint64_t bytes, struct error *err)
{
	char need[16], have[16], lack[16];
	struct statvfs fs;
	uint64_t room;

	if (statvfs(path, &fs) == -1)
		return error_set(err, errno, "%s", path);
	room = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (bytes == 0 || room >= bytes + margin_bytes)
		return 0;
	error_set(err, ENOSPC, "%s needs %s more, but only %s are free", path,
		progress_bytes(need, bytes), progress_bytes(have, room));
	return error_hint(err, "Free %s beside it, then start again: what was "
		"captured is kept.",
		progress_bytes(lack, bytes + margin_bytes - room));
}
