/*
 * What unrack-inject works on: disk images in, a mounted guest out.  Next:
 * appliance.c, where they are mounted, and guest-libguestfs.c, the files there.
 */
#include "drivers-inject/guest-disks.h"

#include <errno.h>
#include <fcntl.h>
#include <guestfs.h>
#include <stdint.h>
#include <string.h>

#include "common/error.h"
#include "common/log.h"
#include "common/own.h"
#include "common/strings.h"
#include "drivers-inject/appliance.h"
#include "drivers-inject/guest.h"

enum { HEADER_BYTES = 80 };

static uint64_t
big_endian(const uint8_t *at, int bytes)
{
	uint64_t value = 0;

	while (bytes-- > 0)
		value = value << 8 | *at++;
	return value;
}

int
guest_disks_format(const char **format_out, const char *path, struct error *err)
{
	AUTO(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t header[HEADER_BYTES] = {0};
	ssize_t got;

	if (fd == -1 || (got = pread(fd, header, sizeof header, 0)) == -1) {
		error_set(err, errno, "open %s", path);
		return error_hint(err, "--disk wants a disk image that you may "
			"read and write.");
	}
	*format_out = "raw";
	if (memcmp(header, "QFI\xfb", 4) != 0)
		return 0;
	*format_out = "qcow2";
	/* backing file at 8; incompatible feature 2 is an external data file */
	if (big_endian(header + 8, 8) != 0 ||
		(big_endian(header + 4, 4) >= 3 &&
			(big_endian(header + 72, 8) & 4) != 0)) {
		error_set(err, 0, "%s says that it is a qcow2 image which "
			"refers to another file", path);
		return error_hint(err, "If it is one that you made, say "
			"--format qcow2; if it is a raw disk, --format raw.");
	}
	return 0;
}

static int
describe_disks(struct appliance_disk *disks, const char *const paths[],
	size_t count, const char *format, bool read_only, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		const char *found = format;

		if (found == NULL &&
			guest_disks_format(&found, paths[i], err) == -1)
			return -1;
		log_debug("%s is %s", paths[i], found);
		disks[i] = (struct appliance_disk){.path = paths[i],
			.format = found, .read_only = read_only,
			.in_place = true};
	}
	return 0;
}

static int
choose_root(guestfs_h *g, char **roots, struct error *err)
{
	AUTO(freep) char *type = NULL;

	if (roots[0] == NULL) {
		error_set(err, 0, "no operating system was found");
		return error_hint(err, "Give all disks of the server, each with "
			"--disk.");
	}
	if (roots[1] != NULL)
		log_warn("there are several systems; taking the first, on %s",
			roots[0]);
	type = guestfs_inspect_get_type(g, roots[0]);
	if (type == NULL)
		return guest_error(err, g, "inspect the system");
	if (strcmp(type, "linux") != 0) {
		error_set(err, 0, "the system is %s, not Linux", type);
		return error_hint(err, "Only Linux is supported so far.");
	}
	return 0;
}

/* Pairs of mount point and device, in order of the mount points' length. */
static void
sort_mounts(char **mounts)
{
	for (size_t i = 0; mounts[i] != NULL; i += 2)
		for (size_t j = i + 2; mounts[j] != NULL; j += 2)
			if (strlen(mounts[j]) < strlen(mounts[i])) {
				char *point = mounts[i], *device = mounts[i + 1];

				mounts[i] = mounts[j];
				mounts[i + 1] = mounts[j + 1];
				mounts[j] = point;
				mounts[j + 1] = device;
			}
}

static int
mount_all(guestfs_h *g, const char *root, bool read_only, struct error *err)
{
	AUTO(strings_freep) char **mounts =
		guestfs_inspect_get_mountpoints(g, root);

	if (mounts == NULL)
		return guest_error(err, g, "read the guest's fstab");
	sort_mounts(mounts);
	for (size_t i = 0; mounts[i] != NULL; i += 2) {
		const char *point = mounts[i], *device = mounts[i + 1];

		log_debug("mount %s on %s", device, point);
		if ((read_only ? guestfs_mount_ro(g, device, point)
			       : guestfs_mount(g, device, point)) == 0)
			continue;
		guest_error(err, g, "mount %s", device);
		if (strcmp(point, "/") == 0 || strcmp(point, "/boot") == 0)
			return error_hint(err, "Check that file system on the "
				"server, or give the disk that it is on.");
		log_warn("going on without a file system: %s", err->text);
		error_clear(err);
	}
	return 0;
}

static int
mount_system(guestfs_h *g, bool read_only, struct error *err)
{
	AUTO(strings_freep) char **roots = guestfs_inspect_os(g);

	if (roots == NULL)
		return guest_error(err, g, "inspect the disks");
	if (choose_root(g, roots, err) == -1)
		return -1;
	return mount_all(g, roots[0], read_only, err);
}

int
guest_disks_open(struct guest_files *files_out, const char *const disks[],
	size_t count, const char *format, bool read_only, struct error *err)
{
	AUTO(freep) struct appliance_disk *described =
		calloc(count, sizeof *described);
	AUTO(appliance_killp) guestfs_h *g = NULL;

	if (described == NULL)
		return error_set(err, ENOMEM, "attach the disks");
	if (describe_disks(described, disks, count, format, read_only, err) ==
			-1 ||
		appliance_open(&g, described, count, false, err) == -1 ||
		mount_system(g, read_only, err) == -1)
		return -1;
	guest_libguestfs_open(files_out, take(g));
	return 0;
}

int
guest_disks_close(struct guest_files *files, struct error *err)
{
	return appliance_close(take(files->handle), err);
}
