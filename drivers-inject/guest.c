/*
 * What every kind of guest access shares: whole reads, and replacing a file
 * without leaving half of one.  guest-libguestfs.c and guest-folder.c do
 * the single steps.
 */
#include "drivers-inject/guest.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"

/* Left free beside a new file, so that the guest can still write its own. */
enum { SPARE_BYTES = 1 << 20 };

static int
has_type(const struct guest_files *files, const char *path, mode_t type,
	struct error *err)
{
	struct guest_stat st;
	int there = files->stat(files->handle, path, &st, err);

	return there != 1 ? there : (st.mode & S_IFMT) == type;
}

int
guest_has_file(const struct guest_files *files, const char *path,
	struct error *err)
{
	return has_type(files, path, S_IFREG, err);
}

int
guest_has_folder(const struct guest_files *files, const char *path,
	struct error *err)
{
	return has_type(files, path, S_IFDIR, err);
}

int
guest_read(const struct guest_files *files, const char *path,
	size_t limit_bytes, bool missing_ok, char **data_out, size_t *bytes_out,
	struct error *err)
{
	struct guest_stat st;
	int there = files->stat(files->handle, path, &st, err);

	*data_out = NULL;
	*bytes_out = 0;
	if (there == -1)
		return -1;
	if (there == 0)
		return missing_ok ? 0 : error_set(err, ENOENT, "read %s", path);
	if (!S_ISREG(st.mode))
		return error_set(err, 0, "%s is not a file", path);
	if (st.bytes > limit_bytes)
		return error_set(err, EFBIG, "read %s (%ju bytes)", path,
			(uintmax_t)st.bytes);
	return files->read(files->handle, path, limit_bytes, data_out,
		bytes_out, err);
}

size_t
guest_file_room(size_t bytes)
{
	return (bytes + GUEST_UNIT_BYTES - 1) / GUEST_UNIT_BYTES *
		GUEST_UNIT_BYTES;
}

uint64_t
guest_ext4_held(uint64_t blocks, uint64_t block_bytes)
{
	/* A 50th of all; statvfs leaves out what the file system itself takes. */
	uint64_t held = blocks / 40;

	return (held < 4096 ? held : 4096) * block_bytes;
}

int
guest_check_room(const struct guest_files *files, const char *path,
	size_t bytes, size_t count, uint64_t promised, struct error *err)
{
	struct guest_room room;

	if (files->free_room(files->handle, path, &room, err) == -1)
		return -1;
	room.bytes = room.bytes > promised ? room.bytes - promised : 0;
	if (room.bytes < (uint64_t)bytes + SPARE_BYTES)
		error_set(err, ENOSPC, "%s needs %zu more bytes and %ju are "
			"free", path, bytes + SPARE_BYTES,
			(uintmax_t)room.bytes);
	else if (room.files < count)
		error_set(err, ENOSPC, "%s needs %zu more inodes and %ju are "
			"free", path, count, (uintmax_t)room.files);
	else
		return 0;
	return error_hint(err, "Free space in that file system (old kernels, "
		"logs) or enlarge it, then run this again.");
}

static int
compare(const struct guest_files *files, const char *path, const void *kept,
	size_t kept_bytes, const void *data, size_t bytes, struct error *err)
{
	AUTO(freep) char *found = NULL;
	size_t found_bytes;

	if (guest_read(files, path, kept_bytes + bytes, false, &found,
			&found_bytes, err) == -1)
		return -1;
	if (found_bytes != kept_bytes + bytes ||
		(kept_bytes > 0 && memcmp(found, kept, kept_bytes) != 0) ||
		(bytes > 0 && memcmp(found + kept_bytes, data, bytes) != 0))
		return error_set(err, EIO, "%s was not stored as written", path);
	return 0;
}

int
guest_replace(const struct guest_files *files, const char *path,
	const void *kept, size_t kept_bytes, const void *data, size_t bytes,
	struct error *err)
{
	AUTO(freep) char *beside = io_format("%s.unrack-new", path);
	int there = guest_has_file(files, path, err);
	struct error ignored;

	if (beside == NULL)
		return error_set(err, ENOMEM, "replace %s", path);
	if (there == -1 ||
		guest_check_room(files, path, kept_bytes + bytes, 1, 0,
			err) == -1)
		return -1;
	if (files->create(files->handle, beside, there ? path : NULL, kept_bytes,
			data, bytes, err) == -1 ||
		compare(files, beside, kept, kept_bytes, data, bytes, err) ==
			-1 ||
		files->rename(files->handle, beside, path, err) == -1) {
		files->remove(files->handle, beside, &ignored);
		return -1;
	}
	return 0;
}

static int
check_beginning(const struct guest_files *files, const char *path,
	const void *kept, size_t kept_bytes, struct error *err)
{
	AUTO(freep) char *found = NULL;
	size_t found_bytes = 0;

	if (files->read(files->handle, path, kept_bytes, &found, &found_bytes,
			err) == -1)
		return -1;
	if (found_bytes != kept_bytes || memcmp(found, kept, kept_bytes) != 0)
		return error_set(err, EIO, "%s is not what was read before",
			path);
	return 0;
}

int
guest_extend(const struct guest_files *files, const char *path,
	const void *kept, size_t kept_bytes, const void *data, size_t bytes,
	struct error *err)
{
	struct error ignored;

	if (check_beginning(files, path, kept, kept_bytes, err) == -1)
		return -1;
	if (files->overwrite(files->handle, path, kept_bytes, data, bytes,
			err) == 0 &&
		compare(files, path, kept, kept_bytes, data, bytes, err) == 0)
		return 0;
	files->overwrite(files->handle, path, kept_bytes, NULL, 0, &ignored);
	return -1;
}

static int
overwrite(const struct guest_files *files, const char *path, const void *data,
	size_t bytes, struct error *err)
{
	return files->overwrite(files->handle, path, 0, data, bytes, err) == -1
		? -1
		: compare(files, path, NULL, 0, data, bytes, err);
}

int
guest_rewrite(const struct guest_files *files, const char *path,
	const void *before, size_t before_bytes, const void *data,
	size_t bytes, struct error *err)
{
	struct error ignored;

	if (overwrite(files, path, data, bytes, err) == 0)
		return 0;
	if (overwrite(files, path, before, before_bytes, &ignored) == -1 &&
		compare(files, path, NULL, 0, before, before_bytes,
			&ignored) == -1)
		return error_add(err, "%s is damaged", path);
	return -1;
}
