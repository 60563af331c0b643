/*
 * A guest whose files lie in a folder of this machine.  Every path is opened
 * by the kernel with RESOLVE_IN_ROOT, so that the guest's symlinks, absolute
 * ones too, cannot lead out of the folder.
 */
#include "drivers-inject/guest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "drivers-inject/names.h"

struct folder {
	int root;
};

static int
open_inside(const struct folder *folder, const char *path, int flags,
	mode_t mode)
{
	struct open_how how = {
		.flags = (uint64_t)(flags | O_CLOEXEC |
			((flags & O_PATH) == 0 ? O_NOCTTY : 0)),
		.mode = mode,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};

	return (int)syscall(SYS_openat2, folder->root, path, &how, sizeof how);
}

/* The folder that holds `path`; *name_out points into it. */
static int
open_parent(const struct folder *folder, const char *path,
	const char **name_out, struct error *err)
{
	AUTO(freep) char *parent = strdup(path);
	char *slash = parent == NULL ? NULL : strrchr(parent, '/');
	int fd;

	if (slash == NULL || slash[1] == '\0')
		return error_set(err, EINVAL, "find the folder of %s", path);
	slash[slash == parent ? 1 : 0] = '\0';
	*name_out = strrchr(path, '/') + 1;
	fd = open_inside(folder, parent, O_PATH | O_DIRECTORY, 0);
	return fd == -1 ? error_set(err, errno, "open %s", parent) : fd;
}

static int
folder_stat(void *handle, const char *path, struct guest_stat *stat_out,
	struct error *err)
{
	AUTO(fd_closep) int fd = open_inside(handle, path, O_PATH, 0);
	struct stat st;

	if (fd == -1 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd == -1 || fstat(fd, &st) == -1)
		return error_set(err, errno, "look at %s", path);
	*stat_out = (struct guest_stat){st.st_mode, (uint64_t)st.st_size,
		S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3)};
	return 1;
}

static void
dir_closep(DIR **dir)
{
	if (*dir != NULL)
		closedir(*dir);
}

static int
folder_list(void *handle, const char *path, struct names *names_out,
	struct error *err)
{
	AUTO(fd_closep) int fd =
		open_inside(handle, path, O_RDONLY | O_DIRECTORY, 0);
	AUTO(dir_closep) DIR *dir = NULL;
	const struct dirent *entry;

	if (fd == -1 || (dir = fdopendir(fd)) == NULL)
		return error_set(err, errno, "list %s", path);
	fd = -1;
	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
			strcmp(entry->d_name, "..") != 0 &&
			names_add(names_out, entry->d_name, err) == -1)
			return -1;
	return 0;
}

static int
folder_read(void *handle, const char *path, size_t limit_bytes,
	char **data_out, size_t *bytes_out, struct error *err)
{
	/* O_NONBLOCK: a guest's fifo must not hold us up */
	AUTO(fd_closep) int fd =
		open_inside(handle, path, O_RDONLY | O_NONBLOCK, 0);
	AUTO(freep) char *data = NULL;
	struct stat st;
	size_t bytes;

	if (fd == -1 || fstat(fd, &st) == -1)
		return error_set(err, errno, "read %s", path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, 0, "%s is not a file", path);
	bytes = (uint64_t)st.st_size < limit_bytes ? (size_t)st.st_size
						   : limit_bytes;
	data = malloc(bytes + 1);
	if (data == NULL)
		return error_set(err, ENOMEM, "read %s", path);
	if (io_pread(fd, data, bytes, 0, path, err) == -1)
		return -1;
	data[bytes] = '\0';
	*data_out = take(data);
	*bytes_out = bytes;
	return 0;
}

static int
folder_read_link(void *handle, const char *path, char **target_out,
	struct error *err)
{
	AUTO(fd_closep) int fd = -1;
	char target[PATH_MAX];
	const char *name;
	ssize_t bytes;

	fd = open_parent(handle, path, &name, err);
	if (fd == -1)
		return -1;
	bytes = readlinkat(fd, name, target, sizeof target);
	if (bytes == -1)
		return error_set(err, errno, "read the link %s", path);
	*target_out = strndup(target, (size_t)bytes);
	return *target_out == NULL ? error_set(err, ENOMEM, "read %s", path)
				   : 0;
}

static int
name_of_fd(int fd, char name_out[PATH_MAX])
{
	char link[64];
	ssize_t bytes;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	bytes = readlink(link, name_out, PATH_MAX - 1);
	if (bytes == -1)
		return -1;
	name_out[bytes] = '\0';
	return 0;
}

static int
folder_real_path(void *handle, const char *path, char **path_out,
	struct error *err)
{
	const struct folder *folder = handle;
	AUTO(fd_closep) int fd = open_inside(folder, path, O_PATH, 0);
	char root[PATH_MAX], found[PATH_MAX];
	size_t root_bytes;

	if (fd == -1 || name_of_fd(fd, found) == -1 ||
		name_of_fd(folder->root, root) == -1)
		return error_set(err, errno, "resolve %s", path);
	root_bytes = strcmp(root, "/") == 0 ? 0 : strlen(root);
	if (strncmp(found, root, root_bytes) != 0)
		return error_set(err, 0, "%s was moved meanwhile", path);
	*path_out = strdup(found[root_bytes] == '\0' ? "/" : found + root_bytes);
	return *path_out == NULL ? error_set(err, ENOMEM, "resolve %s", path)
				 : 0;
}

static int
copy_bytes(int from, int to, uint64_t bytes, const char *name,
	struct error *err)
{
	char piece[65536];

	for (uint64_t at = 0; at < bytes;) {
		size_t part = bytes - at < sizeof piece ? (size_t)(bytes - at)
							: sizeof piece;

		if (io_pread(from, piece, part, at, name, err) == -1 ||
			io_write(to, piece, part, name, err) == -1)
			return -1;
		at += part;
	}
	return 0;
}

/* What cannot be copied (another owner, when not root) is left: the folder
 * then belongs to whom it belonged. */
static void
copy_attributes(int from, int to, const struct stat *st)
{
	char names[4096], value[4096];
	ssize_t bytes = flistxattr(from, names, sizeof names);

	if (fchown(to, st->st_uid, st->st_gid) == -1)
		errno = 0;
	fchmod(to, st->st_mode & 07777);
	for (ssize_t at = 0; at < bytes; at += (ssize_t)strlen(names + at) + 1) {
		ssize_t got = fgetxattr(from, names + at, value, sizeof value);

		if (got >= 0)
			fsetxattr(to, names + at, value, (size_t)got, 0);
	}
	futimens(to, (struct timespec[2]){st->st_atim, st->st_mtim});
}

static int
fill(int to, int like, uint64_t kept_bytes, const void *data, size_t bytes,
	const char *path, struct error *err)
{
	struct stat st;

	if (like != -1 && copy_bytes(like, to, kept_bytes, path, err) == -1)
		return -1;
	if (io_write(to, data, bytes, path, err) == -1)
		return -1;
	if (like != -1 && fstat(like, &st) == -1)
		return error_set(err, errno, "look at %s", path);
	if (like != -1)
		copy_attributes(like, to, &st);
	return fsync(to) == -1 ? error_set(err, errno, "make %s durable", path)
			       : 0;
}

static int
folder_remove(void *handle, const char *path, struct error *err)
{
	AUTO(fd_closep) int parent = -1;
	const char *name;

	parent = open_parent(handle, path, &name, err);
	if (parent == -1)
		return -1;
	if (unlinkat(parent, name, 0) == -1 && errno != ENOENT)
		return error_set(err, errno, "remove %s", path);
	return 0;
}

static int
folder_create(void *handle, const char *path, const char *like,
	uint64_t kept_bytes, const void *data, size_t bytes, struct error *err)
{
	AUTO(fd_closep) int from = -1;
	AUTO(fd_closep) int to = -1;

	if (folder_remove(handle, path, err) == -1)
		return -1;
	if (like != NULL) {
		from = open_inside(handle, like, O_RDONLY, 0);
		if (from == -1)
			return error_set(err, errno, "open %s", like);
	}
	to = open_inside(handle, path, O_WRONLY | O_CREAT | O_EXCL, 0644);
	if (to == -1)
		return error_set(err, errno, "create %s", path);
	return fill(to, from, kept_bytes, data, bytes, path, err);
}

static int
folder_overwrite(void *handle, const char *path, uint64_t kept_bytes,
	const void *data, size_t bytes, struct error *err)
{
	AUTO(fd_closep) int fd = open_inside(handle, path, O_WRONLY, 0);
	struct stat st;

	if (fd == -1 || fstat(fd, &st) == -1)
		return error_set(err, errno, "open %s", path);
	if (io_pwrite(fd, data, bytes, kept_bytes, path, err) == -1)
		return -1;
	if (ftruncate(fd, (off_t)(kept_bytes + bytes)) == -1)
		return error_set(err, errno, "cut %s", path);
	futimens(fd, (struct timespec[2]){st.st_atim, st.st_mtim});
	return fsync(fd) == -1 ? error_set(err, errno, "make %s durable", path)
			       : 0;
}

static int
folder_rename(void *handle, const char *from, const char *to,
	struct error *err)
{
	AUTO(fd_closep) int from_parent = -1;
	AUTO(fd_closep) int to_parent = -1;
	const char *from_name, *to_name;

	from_parent = open_parent(handle, from, &from_name, err);
	if (from_parent == -1)
		return -1;
	to_parent = open_parent(handle, to, &to_name, err);
	if (to_parent == -1)
		return -1;
	if (renameat(from_parent, from_name, to_parent, to_name) == -1)
		return error_set(err, errno, "rename %s to %s", from, to);
	return 0;
}

static int
folder_free_room(void *handle, const char *path, struct guest_room *room_out,
	struct error *err)
{
	AUTO(fd_closep) int parent = -1;
	const char *name;
	struct statvfs st;

	parent = open_parent(handle, path, &name, err);
	if (parent == -1)
		return -1;
	if (fstatvfs(parent, &st) == -1)
		return error_set(err, errno, "ask for free space at %s", path);
	room_out->bytes = (uint64_t)st.f_bavail * st.f_frsize;
	room_out->root_bytes = (uint64_t)st.f_bfree * st.f_frsize;
	room_out->held_bytes = guest_ext4_held(st.f_blocks, st.f_frsize);
	room_out->files = st.f_files == 0 ? UINT64_MAX : st.f_favail;
	return 0;
}

int
guest_folder_open(struct guest_files *files_out, const char *root,
	struct error *err)
{
	AUTO(freep) struct folder *folder = malloc(sizeof *folder);

	if (folder == NULL)
		return error_set(err, ENOMEM, "open %s", root);
	folder->root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (folder->root == -1)
		return error_set(err, errno, "open %s", root);
	*files_out = (struct guest_files){
		.handle = take(folder),
		.stat = folder_stat,
		.list = folder_list,
		.read = folder_read,
		.read_link = folder_read_link,
		.real_path = folder_real_path,
		.create = folder_create,
		.overwrite = folder_overwrite,
		.rename = folder_rename,
		.remove = folder_remove,
		.free_room = folder_free_room,
	};
	return 0;
}

void
guest_folder_close(struct guest_files *files)
{
	struct folder *folder = files->handle;

	if (folder == NULL)
		return;
	close(folder->root);
	free(folder);
	files->handle = NULL;
}
