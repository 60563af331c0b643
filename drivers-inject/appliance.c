/*
 * The libguestfs appliance of unrack-inject: disks in, a mounted guest out.
 * guest-libguestfs.c is what works in it afterwards.
 */
#include "drivers-inject/appliance.h"

#include <errno.h>
#include <fcntl.h>
#include <guestfs.h>
#include <stdint.h>
#include <string.h>

#include "common/error.h"
#include "common/log.h"
#include "common/own.h"

enum { HEADER_BYTES = 80 };

static void
guestfs_closep(guestfs_h **g)
{
	if (*g != NULL)
		guestfs_close(*g);
}

static void
strings_freep(char ***strings)
{
	for (size_t i = 0; *strings != NULL && (*strings)[i] != NULL; i++)
		free((*strings)[i]);
	free(*strings);
}

static int
guest_fail(guestfs_h *g, struct error *err, const char *what)
{
	const char *why = guestfs_last_error(g);

	return error_set(err, 0, "%s: %s", what,
		why == NULL ? "libguestfs failed" : why);
}

static uint64_t
big_endian(const uint8_t *at, int bytes)
{
	uint64_t value = 0;

	while (bytes-- > 0)
		value = value << 8 | *at++;
	return value;
}

int
appliance_format(const char **format_out, const char *path, struct error *err)
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
add_disks(guestfs_h *g, const char *const disks[], size_t count,
	const char *format, bool read_only, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		const char *found = format;

		if (found == NULL &&
			appliance_format(&found, disks[i], err) == -1)
			return -1;
		log_debug("%s is %s", disks[i], found);
		if (guestfs_add_drive_opts(g, disks[i],
				GUESTFS_ADD_DRIVE_OPTS_FORMAT, found,
				GUESTFS_ADD_DRIVE_OPTS_READONLY, read_only,
				-1) == -1)
			return guest_fail(g, err, disks[i]);
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
		return guest_fail(g, err, "inspect the system");
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
		return guest_fail(g, err, "read the guest's fstab");
	sort_mounts(mounts);
	for (size_t i = 0; mounts[i] != NULL; i += 2) {
		const char *point = mounts[i], *device = mounts[i + 1];

		log_debug("mount %s on %s", device, point);
		if ((read_only ? guestfs_mount_ro(g, device, point)
			       : guestfs_mount(g, device, point)) == 0)
			continue;
		guest_fail(g, err, device);
		if (strcmp(point, "/") == 0 || strcmp(point, "/boot") == 0)
			return error_hint(err, "Check that file system on the "
				"server, or give the disk that it is on.");
		log_warn("not mounted: %s", err->text);
		error_clear(err);
	}
	return 0;
}

/*
 * libguestfs takes KVM when /dev/kvm opens, and then hangs where KVM cannot run
 * a guest (nested virtualisation).  The appliance works for seconds only, so
 * emulation is the rule and KVM is asked for.
 */
static int
configure(guestfs_h *g, struct error *err)
{
	const char *accelerator = getenv("UNRACK_ACCEL");

	guestfs_set_error_handler(g, NULL, NULL);
	if (guestfs_set_backend(g, "direct") == -1)
		return guest_fail(g, err, "configure libguestfs");
	if (accelerator != NULL && strcmp(accelerator, "kvm") == 0)
		return 0;
	if (guestfs_set_backend_setting(g, "force_tcg", "1") == -1)
		return guest_fail(g, err, "configure libguestfs");
	return 0;
}

int
appliance_open(struct guestfs_h **g_out, const char *const disks[],
	size_t count, const char *format, bool read_only, struct error *err)
{
	AUTO(guestfs_closep) guestfs_h *g =
		guestfs_create_flags(GUESTFS_CREATE_NO_CLOSE_ON_EXIT);
	AUTO(strings_freep) char **roots = NULL;

	if (g == NULL)
		return error_set(err, errno, "start libguestfs");
	if (configure(g, err) == -1 ||
		add_disks(g, disks, count, format, read_only, err) == -1)
		return -1;
	if (guestfs_launch(g) == -1) {
		guest_fail(g, err, "start the libguestfs appliance");
		return error_hint(err, "libguestfs-test-tool shows what it "
			"lacks; /boot/vmlinuz-* must be readable.");
	}
	roots = guestfs_inspect_os(g);
	if (roots == NULL)
		return guest_fail(g, err, "inspect the disks");
	if (choose_root(g, roots, err) == -1 ||
		mount_all(g, roots[0], read_only, err) == -1)
		return -1;
	*g_out = take(g);
	return 0;
}

int
appliance_close(struct guestfs_h *g, struct error *err)
{
	int result = 0;

	if (guestfs_umount_all(g) == -1)
		result = guest_fail(g, err, "unmount the guest");
	if (guestfs_shutdown(g) == -1 && result == 0)
		result = guest_fail(g, err, "write the disks");
	guestfs_close(g);
	return result;
}
