/*
 * Reading and writing that finishes what it began.  Every durable small file
 * of the project goes through io_write_file().
 */
#include "common/io.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/own.h"

int
io_read(int fd, void *data, size_t bytes, const char *name, struct error *err)
{
	char *at = data;

	while (bytes > 0) {
		ssize_t got = read(fd, at, bytes);

		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return error_set(err, errno, "read %s", name);
		if (got == 0)
			return error_set(err, EPIPE, "read %s", name);
		at += got;
		bytes -= (size_t)got;
	}
	return 0;
}

int
io_write(int fd, const void *data, size_t bytes, const char *name,
	struct error *err)
{
	const char *at = data;

	while (bytes > 0) {
		ssize_t put = write(fd, at, bytes);

		if (put == -1 && errno == EINTR)
			continue;
		if (put == -1)
			return error_set(err, errno, "write %s", name);
		at += put;
		bytes -= (size_t)put;
	}
	return 0;
}

int
io_pread(int fd, void *data, size_t bytes, uint64_t offset_bytes,
	const char *name, struct error *err)
{
	char *at = data;

	while (bytes > 0) {
		ssize_t got = pread(fd, at, bytes, (off_t)offset_bytes);

		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return error_set(err, errno, "read %s at byte %ju",
				name, (uintmax_t)offset_bytes);
		if (got == 0)
			return error_set(err, EIO, "%s ends at byte %ju", name,
				(uintmax_t)offset_bytes);
		at += got;
		bytes -= (size_t)got;
		offset_bytes += (uint64_t)got;
	}
	return 0;
}

int
io_pwrite(int fd, const void *data, size_t bytes, uint64_t offset_bytes,
	const char *name, struct error *err)
{
	const char *at = data;

	while (bytes > 0) {
		ssize_t put = pwrite(fd, at, bytes, (off_t)offset_bytes);

		if (put == -1 && errno == EINTR)
			continue;
		if (put == -1)
			return error_set(err, errno, "write %s at byte %ju",
				name, (uintmax_t)offset_bytes);
		at += put;
		bytes -= (size_t)put;
		offset_bytes += (uint64_t)put;
	}
	return 0;
}

int
io_read_file(char **data_out, size_t *bytes_out, const char *path,
	size_t limit_bytes, struct error *err)
{
	AUTO(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	AUTO(freep) char *data = NULL;
	size_t used = 0, room = 0;

	if (fd == -1)
		return error_set(err, errno, "open %s", path);
	for (;;) {
		ssize_t got;

		if (used + 1 >= room) {
			char *larger = realloc(data, room = room * 2 + 4096);

			if (larger == NULL)
				return error_set(err, ENOMEM, "read %s", path);
			data = larger;
		}
		got = read(fd, data + used, room - used - 1);
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return error_set(err, errno, "read %s", path);
		if (got == 0)
			break;
		used += (size_t)got;
		if (used > limit_bytes)
			return error_set(err, EFBIG, "read %s", path);
	}
	data[used] = '\0';
	*data_out = take(data);
	if (bytes_out != NULL)
		*bytes_out = used;
	return 0;
}

static int
sync_folder_of(const char *path, struct error *err)
{
	AUTO(freep) char *folder = strdup(path);
	AUTO(fd_closep) int fd = -1;
	char *slash;

	if (folder == NULL)
		return error_set(err, ENOMEM, "write %s", path);
	slash = strrchr(folder, '/');
	if (slash != NULL)
		slash[slash == folder ? 1 : 0] = '\0';
	fd = open(slash == NULL ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1 || fsync(fd) == -1)
		return error_set(err, errno, "make %s durable", path);
	return 0;
}

static int
write_and_sync(int fd, const char *path, const void *data, size_t bytes,
	unsigned mode, struct error *err)
{
	if (io_write(fd, data, bytes, path, err) == -1)
		return -1;
	if (fchmod(fd, (mode_t)mode) == -1 || fsync(fd) == -1)
		return error_set(err, errno, "make %s durable", path);
	return 0;
}

int
io_write_file(const char *path, const void *data, size_t bytes, unsigned mode,
	struct error *err)
{
	AUTO(freep) char *temporary = io_format("%s.XXXXXX", path);
	AUTO(fd_closep) int fd = -1;

	if (temporary == NULL)
		return error_set(err, ENOMEM, "write %s", path);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd == -1)
		return error_set(err, errno, "create %s", path);
	if (write_and_sync(fd, path, data, bytes, mode, err) == -1) {
		unlink(temporary);
		return -1;
	}
	if (rename(temporary, path) == -1) {
		error_set(err, errno, "replace %s", path);
		unlink(temporary);
		return -1;
	}
	return sync_folder_of(path, err);
}

char *
io_cache_folder(void)
{
	const char *cache = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");

	if (cache != NULL && *cache == '/')
		return io_format("%s/unrack", cache);
	return io_format("%s/.cache/unrack",
		home != NULL && *home == '/' ? home : "/tmp");
}

int
io_make_folders(const char *path, struct error *err)
{
	AUTO(freep) char *part = strdup(path);
	struct stat st;

	if (part == NULL)
		return error_set(err, ENOMEM, "make folder %s", path);
	for (char *slash = part + 1; *part != '\0'; slash++) {
		char stop = *slash;

		if (stop != '/' && stop != '\0')
			continue;
		*slash = '\0';
		if (mkdir(part, 0700) == -1 && errno != EEXIST)
			return error_set(err, errno, "make folder %s", part);
		*slash = stop;
		if (stop == '\0')
			break;
	}
	if (stat(path, &st) == -1)
		return error_set(err, errno, "make folder %s", path);
	return S_ISDIR(st.st_mode) ? 0
				   : error_set(err, ENOTDIR, "make folder %s", path);
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

int
io_remove_tree(const char *path, struct error *err)
{
	if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == -1 &&
		errno != ENOENT)
		return error_set(err, errno, "remove %s", path);
	return 0;
}

char *
io_format(const char *format, ...)
{
	char *text;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) == -1)
		text = NULL;
	va_end(args);
	return text;
}
