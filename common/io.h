#ifndef COMMON_IO_H
#define COMMON_IO_H

#include <stddef.h>
#include <stdint.h>

struct error;

/*
 * Whole transfers: EINTR and short counts are handled.  `name` is what the
 * failure text calls the file.  Reading less than asked for is a failure with
 * code EPIPE for io_read and EIO for io_pread ("ends at byte N").
 */
int io_read(int fd, void *data, size_t bytes, const char *name,
	struct error *err);
int io_write(int fd, const void *data, size_t bytes, const char *name,
	struct error *err);
int io_pread(int fd, void *data, size_t bytes, uint64_t offset_bytes,
	const char *name, struct error *err);
int io_pwrite(int fd, const void *data, size_t bytes, uint64_t offset_bytes,
	const char *name, struct error *err);

/*
 * Read a whole file of at most `limit_bytes`; works on files of /proc and /sys,
 * which tell no size.  *data_out is NUL-terminated beyond *bytes_out (which may
 * be NULL) and freed by the caller.  A longer file fails with EFBIG.
 */
int io_read_file(char **data_out, size_t *bytes_out, const char *path,
	size_t limit_bytes, struct error *err);

/*
 * Replace a file so that after a crash either the old or the new content is
 * there, whole: temporary file beside it, fsync, rename, fsync of the folder.
 */
int io_write_file(const char *path, const void *data, size_t bytes,
	unsigned mode, struct error *err);

/* Make a folder and its missing parents (0700).  Being there is no failure. */
int io_make_folders(const char *path, struct error *err);

/*
 * Where what costs only time to make again is kept:
 * "${XDG_CACHE_HOME:-~/.cache}/unrack", freed by the caller; it may not be there
 * yet.  NULL when out of memory.
 */
char *io_cache_folder(void);

/* Remove a file, or a folder and all below it; links are not followed. */
int io_remove_tree(const char *path, struct error *err);

/* printf into a new string, which the caller frees.  NULL when out of memory. */
char *io_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
