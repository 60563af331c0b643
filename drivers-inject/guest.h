#ifndef DRIVERS_INJECT_GUEST_H
#define DRIVERS_INJECT_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct names;

struct guest_stat {
	uint32_t mode; /* as st_mode */
	uint64_t bytes;
	bool is_null; /* /dev/null, by which administrators mask a file */
};

/* What could still be written in a file system. */
struct guest_room {
	uint64_t bytes;	     /* by an unprivileged program */
	uint64_t root_bytes; /* by root, where some is kept for it */
	uint64_t files;	     /* new ones; UINT64_MAX: they are not counted */
	uint64_t held_bytes; /* of an ext4 with extents, for nobody at all */
};

/*
 * The files of a guest.  Paths are absolute and are resolved inside the guest,
 * symlinks included; nothing outside of it can be reached.  Each function
 * returns -1 with *err set on failure.  guest-libguestfs.c and guest-folder.c
 * implement it.
 */
struct guest_files {
	void *handle; /* the first argument of each function */

	/* 1 and *stat_out, or 0 when nothing is there; follows symlinks. */
	int (*stat)(void *handle, const char *path, struct guest_stat *stat_out,
		struct error *err);

	/* Append the names in a folder, without "." and "..". */
	int (*list)(void *handle, const char *path, struct names *names_out,
		struct error *err);

	/*
	 * The first `limit_bytes` of a regular file, or all when it is shorter;
	 * NUL-terminated beyond *bytes_out; freed by the caller.
	 */
	int (*read)(void *handle, const char *path, size_t limit_bytes,
		char **data_out, size_t *bytes_out, struct error *err);

	/* The target of a symlink, as it is written; freed by the caller. */
	int (*read_link)(void *handle, const char *path, char **target_out,
		struct error *err);

	/* The path without symlinks; freed by the caller. */
	int (*real_path)(void *handle, const char *path, char **path_out,
		struct error *err);

	/*
	 * Make a file that holds the first `kept_bytes` of `like` and then
	 * `data`, with owner, mode, times and extended attributes of `like`,
	 * and make it durable.  `like` may be NULL: root's, 0644.  An older file
	 * of that name is replaced.
	 */
	int (*create)(void *handle, const char *path, const char *like,
		uint64_t kept_bytes, const void *data, size_t bytes,
		struct error *err);

	/*
	 * Put `data` behind the first `kept_bytes` of a file that is there, cut
	 * it behind, and make it durable.  Its times stay.
	 */
	int (*overwrite)(void *handle, const char *path, uint64_t kept_bytes,
		const void *data, size_t bytes, struct error *err);

	int (*rename)(void *handle, const char *from, const char *to,
		struct error *err);

	/* Being absent is no failure. */
	int (*remove)(void *handle, const char *path, struct error *err);

	/* In the folder that `path` lies in. */
	int (*free_room)(void *handle, const char *path,
		struct guest_room *room_out, struct error *err);
};

/*
 * What Linux holds back of an ext4 with so many blocks, so that it can always
 * split an extent (s_resv_clusters in its fs/ext4/super.c).
 */
uint64_t guest_ext4_held(uint64_t blocks, uint64_t block_bytes);

/* 1, 0 or -1: is a regular file there? */
int guest_has_file(const struct guest_files *files, const char *path,
	struct error *err);

/* 1, 0 or -1: is a folder there? */
int guest_has_folder(const struct guest_files *files, const char *path,
	struct error *err);

/*
 * A whole file of at most `limit_bytes`; a longer one fails with EFBIG.  A file
 * that is not there gives 0 and *data_out NULL when `missing_ok`.
 */
int guest_read(const struct guest_files *files, const char *path,
	size_t limit_bytes, bool missing_ok, char **data_out, size_t *bytes_out,
	struct error *err);

/* Room that a file of this size takes: whole units, as a folder takes one. */
enum { GUEST_UNIT_BYTES = 4096 };
size_t guest_file_room(size_t bytes);

/*
 * Would `bytes` more in `count` new files fit into the file system of `path`, and
 * leave some space?  `promised` bytes of it are needed for something else.  Fails
 * with ENOSPC and a hint when not.
 */
int guest_check_room(const struct guest_files *files, const char *path,
	size_t bytes, size_t count, uint64_t promised, struct error *err);

/*
 * Replace a file (a real path, or one that is new) so that the old or the new
 * content is there, whole: a new file beside it, read back and compared with
 * `kept` + `data`, then renamed.  `kept` is how the present file begins and
 * stays.  Fails with ENOSPC, having written nothing, when there is no room.
 */
int guest_replace(const struct guest_files *files, const char *path,
	const void *kept, size_t kept_bytes, const void *data, size_t bytes,
	struct error *err);

/*
 * Put `data` behind `kept`, which is how the file begins, in place: where there
 * is no room for a second file.  Read back and compared; after a failure the
 * file is `kept` alone.  One that does not begin so is left as it is.
 */
int guest_extend(const struct guest_files *files, const char *path,
	const void *kept, size_t kept_bytes, const void *data, size_t bytes,
	struct error *err);

/*
 * Put `data` in the place of `before`, which is the whole file: where there is
 * no room for a second one.  Read back and compared; after a failure the file
 * is `before` again, or *err says that it is not.
 */
int guest_rewrite(const struct guest_files *files, const char *path,
	const void *before, size_t before_bytes, const void *data,
	size_t bytes, struct error *err);

/* A folder tree on this machine.  `root` is borrowed until close. */
int guest_folder_open(struct guest_files *files_out, const char *root,
	struct error *err);
void guest_folder_close(struct guest_files *files);

/* What is mounted in a launched libguestfs handle (guestfs_h *), borrowed. */
struct guestfs_h;
void guest_libguestfs_open(struct guest_files *files_out,
	struct guestfs_h *g);

#endif
