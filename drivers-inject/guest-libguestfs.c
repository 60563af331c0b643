/*
 * A guest whose disks are mounted in a libguestfs appliance.  Only the
 * appliance's own programs run there; nothing here executes a file of the
 * guest.  Content travels through memory files, as libguestfs wants names.
 */
#include "drivers-inject/guest.h"

#include <errno.h>
#include <guestfs.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "drivers-inject/appliance.h"
#include "drivers-inject/names.h"

/* What fits one libguestfs message. */
enum { MESSAGE_BYTES = 1 << 20 };

static void
guest_statns_freep(struct guestfs_statns **st)
{
	if (*st != NULL)
		guestfs_free_statns(*st);
}

static int
libguestfs_stat(void *handle, const char *path, struct guest_stat *stat_out,
	struct error *err)
{
	AUTO(guest_statns_freep) struct guestfs_statns *st = NULL;

	/* Absence is an answer, not a line on stderr. */
	guestfs_push_error_handler(handle, NULL, NULL);
	st = guestfs_statns(handle, path);
	guestfs_pop_error_handler(handle);
	if (st == NULL && (guestfs_last_errno(handle) == ENOENT ||
				  guestfs_last_errno(handle) == ENOTDIR))
		return 0;
	if (st == NULL)
		return guest_error(err, handle, "look at %s", path);
	*stat_out = (struct guest_stat){(uint32_t)st->st_mode,
		(uint64_t)st->st_size, appliance_is_null(st)};
	return 1;
}

static int
libguestfs_list(void *handle, const char *path, struct names *names_out,
	struct error *err)
{
	char **found = guestfs_ls(handle, path);
	int result = 0;

	if (found == NULL)
		return guest_error(err, handle, "list %s", path);
	for (size_t i = 0; found[i] != NULL; i++) {
		if (result == 0)
			result = names_add(names_out, found[i], err);
		free(found[i]);
	}
	free(found);
	return result;
}

static int
read_large(guestfs_h *g, const char *path, size_t bytes, char **data_out,
	struct error *err)
{
	AUTO(fd_closep) int memory = memfd_create("guest file", MFD_CLOEXEC);
	AUTO(freep) char *data = malloc(bytes + 1);
	char name[64];

	if (memory == -1 || data == NULL)
		return error_set(err, ENOMEM, "read %s", path);
	snprintf(name, sizeof name, "/proc/self/fd/%d", memory);
	if (guestfs_download_offset(g, path, name, 0, (int64_t)bytes) == -1)
		return guest_error(err, g, "read %s", path);
	if (io_pread(memory, data, bytes, 0, path, err) == -1)
		return -1;
	data[bytes] = '\0';
	*data_out = take(data);
	return 0;
}

static int
libguestfs_read(void *handle, const char *path, size_t limit_bytes,
	char **data_out, size_t *bytes_out, struct error *err)
{
	AUTO(freep) char *found = NULL;
	struct guest_stat st;
	size_t bytes;
	int there = libguestfs_stat(handle, path, &st, err);

	if (there == -1)
		return -1;
	if (there == 0)
		return error_set(err, ENOENT, "read %s", path);
	if (!S_ISREG(st.mode))
		return error_set(err, 0, "%s is not a file", path);
	bytes = st.bytes < limit_bytes ? (size_t)st.bytes : limit_bytes;
	*bytes_out = bytes;
	if (bytes > MESSAGE_BYTES)
		return read_large(handle, path, bytes, data_out, err);
	if (bytes > 0) {
		found = guestfs_pread(handle, path, (int)bytes, 0, bytes_out);
		if (found == NULL)
			return guest_error(err, handle, "read %s", path);
	}
	*data_out = malloc(*bytes_out + 1);
	if (*data_out == NULL)
		return error_set(err, ENOMEM, "read %s", path);
	if (*bytes_out > 0)
		memcpy(*data_out, found, *bytes_out);
	(*data_out)[*bytes_out] = '\0';
	return 0;
}

static int
libguestfs_read_link(void *handle, const char *path, char **target_out,
	struct error *err)
{
	*target_out = guestfs_readlink(handle, path);
	return *target_out == NULL
		? guest_error(err, handle, "read the link %s", path)
		: 0;
}

static int
libguestfs_real_path(void *handle, const char *path, char **path_out,
	struct error *err)
{
	*path_out = guestfs_realpath(handle, path);
	return *path_out == NULL ? guest_error(err, handle, "resolve %s", path) : 0;
}

static int
upload(guestfs_h *g, const char *path, uint64_t offset, const void *data,
	size_t bytes, struct error *err)
{
	AUTO(fd_closep) int memory = memfd_create("guest file", MFD_CLOEXEC);
	char name[64];

	if (memory == -1)
		return error_set(err, errno, "write %s", path);
	if (io_write(memory, data, bytes, path, err) == -1)
		return -1;
	snprintf(name, sizeof name, "/proc/self/fd/%d", memory);
	if (guestfs_upload_offset(g, name, path, (int64_t)offset) == -1)
		return guest_error(err, g, "write %s", path);
	return 0;
}

/* cp -a of the appliance keeps owner, mode, ACLs, labels; we keep the times. */
static int
create_like(guestfs_h *g, const char *path, const char *like,
	uint64_t kept_bytes, const void *data, size_t bytes, struct error *err)
{
	AUTO(guest_statns_freep) struct guestfs_statns *st =
		guestfs_statns(g, like);

	if (st == NULL)
		return guest_error(err, g, "look at %s", like);
	if (guestfs_cp_a(g, like, path) == -1 ||
		guestfs_truncate_size(g, path, (int64_t)kept_bytes) == -1)
		return guest_error(err, g, "create %s", path);
	if (upload(g, path, kept_bytes, data, bytes, err) == -1)
		return -1;
	if (guestfs_utimens(g, path, st->st_atime_sec, st->st_atime_nsec,
			st->st_mtime_sec, st->st_mtime_nsec) == -1)
		return guest_error(err, g, "set the times of %s", path);
	return 0;
}

static int
libguestfs_create(void *handle, const char *path, const char *like,
	uint64_t kept_bytes, const void *data, size_t bytes, struct error *err)
{
	if (guestfs_rm_f(handle, path) == -1)
		return guest_error(err, handle, "remove %s", path);
	if (like != NULL) {
		if (create_like(handle, path, like, kept_bytes, data, bytes,
				err) == -1)
			return -1;
	} else {
		if (upload(handle, path, 0, data, bytes, err) == -1)
			return -1;
		if (guestfs_chown(handle, 0, 0, path) == -1 ||
			guestfs_chmod(handle, 0644, path) == -1)
			return guest_error(err, handle, "create %s", path);
	}
	return guestfs_sync(handle) == -1
		? guest_error(err, handle, "make durable %s", path)
		: 0;
}

static int
libguestfs_overwrite(void *handle, const char *path, uint64_t kept_bytes,
	const void *data, size_t bytes, struct error *err)
{
	AUTO(guest_statns_freep) struct guestfs_statns *st =
		guestfs_statns(handle, path);

	if (st == NULL)
		return guest_error(err, handle, "look at %s", path);
	if (bytes > 0 &&
		upload(handle, path, kept_bytes, data, bytes, err) == -1)
		return -1;
	if (guestfs_truncate_size(handle, path,
		    (int64_t)(kept_bytes + bytes)) == -1 ||
		guestfs_utimens(handle, path, st->st_atime_sec,
			st->st_atime_nsec, st->st_mtime_sec,
			st->st_mtime_nsec) == -1 ||
		guestfs_sync(handle) == -1)
		return guest_error(err, handle, "write %s", path);
	return 0;
}

static int
libguestfs_rename(void *handle, const char *from, const char *to,
	struct error *err)
{
	return appliance_replace(handle, from, to) == -1
		? guest_error(err, handle, "replace %s", to)
		: 0;
}

static int
libguestfs_remove(void *handle, const char *path, struct error *err)
{
	return guestfs_rm_f(handle, path) == -1
		? guest_error(err, handle, "remove %s", path)
		: 0;
}

static int
libguestfs_free_room(void *handle, const char *path,
	struct guest_room *room_out, struct error *err)
{
	AUTO(freep) char *folder = strdup(path);
	struct guestfs_statvfs *st;
	char *slash = folder == NULL ? NULL : strrchr(folder, '/');

	if (slash == NULL)
		return error_set(err, EINVAL, "find the folder of %s", path);
	slash[slash == folder ? 1 : 0] = '\0';
	st = guestfs_statvfs(handle, folder);
	if (st == NULL)
		return guest_error(err, handle, "ask for free space at %s", path);
	room_out->bytes = (uint64_t)st->bavail * (uint64_t)st->frsize;
	room_out->root_bytes = (uint64_t)st->bfree * (uint64_t)st->frsize;
	room_out->held_bytes = guest_ext4_held((uint64_t)st->blocks,
		(uint64_t)st->frsize);
	room_out->files = st->files <= 0 ? UINT64_MAX : (uint64_t)st->favail;
	guestfs_free_statvfs(st);
	return 0;
}

void
guest_libguestfs_open(struct guest_files *files_out, struct guestfs_h *g)
{
	*files_out = (struct guest_files){
		.handle = g,
		.stat = libguestfs_stat,
		.list = libguestfs_list,
		.read = libguestfs_read,
		.read_link = libguestfs_read_link,
		.real_path = libguestfs_real_path,
		.create = libguestfs_create,
		.overwrite = libguestfs_overwrite,
		.rename = libguestfs_rename,
		.remove = libguestfs_remove,
		.free_room = libguestfs_free_room,
	};
}
