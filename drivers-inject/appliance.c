/*
 * The libguestfs appliance: a small VM that mounts the disks, so that hostile
 * file systems never reach the host's kernel.  It runs none of the guest's
 * code: only its own tools and libguestfs' calls that read and write data.  Next:
 * guest-disks.c for unrack-inject, convert/assess/volume.c for unrack.
 */
#include "drivers-inject/appliance.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "common/accelerator.h"
#include "common/error.h"
#include "common/own.h"
#include "drivers-inject/appliance-kernel.h"

/* LUKS 2 fills up to a gigabyte for each passphrase that is tried. */
enum { MEMORY_MB = 768, LUKS_MEMORY_MB = 2048 };

int
guest_error(struct error *err, guestfs_h *g, const char *format, ...)
{
	const char *why = guestfs_last_error(g);
	char what[256];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof what, format, args);
	va_end(args);
	error_set(err, 0, "%s: %s", what, why == NULL ? "no reason given" : why);
	if (err != NULL)
		err->code = guestfs_last_errno(g);
	return -1;
}

/* QEMU hangs on a /dev/kvm that cannot run a guest; libguestfs would use it. */
static int
choose_accelerator(guestfs_h *g, struct error *err)
{
	enum accelerator accelerator;

	if (accelerator_find(&accelerator, err) == -1)
		return -1;
	if (accelerator == ACCELERATOR_TCG &&
		guestfs_set_backend_setting(g, "force_tcg", "1") == -1)
		return guest_error(err, g, "configure libguestfs");
	return 0;
}

/* A variable that names what is not there; NULL: none does. */
static const char *
find_lost(void)
{
	static const char *const names[] = {"SUPERMIN_KERNEL",
		"SUPERMIN_MODULES"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *path = getenv(names[i]);

		if (path != NULL && access(path, R_OK) == -1)
			return names[i];
	}
	return NULL;
}

static bool
is_users_kernel(void)
{
	const char *chosen = getenv(APPLIANCE_KERNEL_CHOSEN);
	const char *kernel = getenv("SUPERMIN_KERNEL");

	return chosen == NULL || kernel == NULL || strcmp(chosen, kernel) != 0;
}

/*
 * The host may have got another kernel since appliance-kernel.c chose this one:
 * then supermin finds one by itself.  What the user chose is not passed over.
 */
static int
check_kernel(struct error *err)
{
	const char *lost = find_lost();

	if (lost == NULL)
		return 0;
	if (is_users_kernel()) {
		error_set(err, errno, "read %s, which %s names", getenv(lost),
			lost);
		return error_hint(err, "Have %s name what is there, or unset "
			"SUPERMIN_KERNEL, SUPERMIN_KERNEL_VERSION and "
			"SUPERMIN_MODULES: then a kernel in /boot is taken.",
			lost);
	}
	unsetenv("SUPERMIN_KERNEL");
	unsetenv("SUPERMIN_KERNEL_VERSION");
	unsetenv("SUPERMIN_MODULES");
	return 0;
}

static int
configure(guestfs_h *g, bool opens_luks, struct error *err)
{
	guestfs_set_error_handler(g, NULL, NULL);
	if (guestfs_set_backend(g, "direct") == -1 ||
		guestfs_set_memsize(g, opens_luks ? LUKS_MEMORY_MB : MEMORY_MB) ==
			-1 ||
		guestfs_set_smp(g, 1) == -1 ||
		guestfs_set_network(g, 0) == -1 ||
		guestfs_set_autosync(g, 1) == -1)
		return guest_error(err, g, "configure libguestfs");
	return choose_accelerator(g, err);
}

/* A label is letters alone: "diskaa", "diskab", ... */
static int
add_disk(guestfs_h *g, const struct appliance_disk *disk, size_t index,
	struct error *err)
{
	const char label[] = {'d', 'i', 's', 'k', (char)('a' + index / 26 % 26),
		(char)('a' + index % 26), '\0'};
	struct guestfs_add_drive_opts_argv options = {
		.bitmask = GUESTFS_ADD_DRIVE_OPTS_FORMAT_BITMASK |
			GUESTFS_ADD_DRIVE_OPTS_LABEL_BITMASK |
			GUESTFS_ADD_DRIVE_OPTS_READONLY_BITMASK,
		.label = label,
		.format = disk->format,
		.readonly = disk->read_only,
	};

	if (!disk->read_only && !disk->in_place) {
		options.bitmask |= GUESTFS_ADD_DRIVE_OPTS_CACHEMODE_BITMASK |
			GUESTFS_ADD_DRIVE_OPTS_DISCARD_BITMASK;
		options.cachemode = "unsafe";
		options.discard = "enable";
	}
	/* Partition tables count in these. */
	if (disk->sector_bytes == 4096) {
		options.bitmask |= GUESTFS_ADD_DRIVE_OPTS_BLOCKSIZE_BITMASK;
		options.blocksize = 4096;
	}
	if (guestfs_add_drive_opts_argv(g, disk->path, &options) == -1)
		return guest_error(err, g, "attach %s", disk->path);
	return 0;
}

int
appliance_shell(guestfs_h *g, const char *script, char **output_out,
	struct error *err)
{
	/* debug joins its arguments and gives them to a shell. */
	AUTO(freep) char *command = strdup(script);
	char *const arguments[] = {command, NULL};

	if (command == NULL)
		return error_set(err, ENOMEM, "run a tool in the appliance");
	*output_out = guestfs_debug(g, "sh", arguments);
	return *output_out == NULL
		? guest_error(err, g, "run a tool in the appliance")
		: 0;
}

bool
appliance_is_null(const struct guestfs_statns *stat)
{
	return S_ISCHR((mode_t)stat->st_mode) &&
		(dev_t)stat->st_rdev == makedev(1, 3);
}

int
appliance_replace(guestfs_h *g, const char *fresh, const char *path)
{
	const struct guestfs_set_e2attrs_argv clear = {
		.bitmask = GUESTFS_SET_E2ATTRS_CLEAR_BITMASK,
		.clear = 1,
	};
	const struct guestfs_set_e2attrs_argv set = {.bitmask = 0};
	AUTO(freep) char *flags = NULL;
	char lifted[3] = "";
	int result;

	if (guestfs_rename(g, fresh, path) == 0)
		return 0;
	if (guestfs_last_errno(g) != EPERM ||
		(flags = guestfs_get_e2attrs(g, path)) == NULL ||
		strpbrk(flags, "ia") == NULL ||
		guestfs_set_e2attrs_argv(g, path, "ia", &clear) == -1)
		return -1;
	result = guestfs_rename(g, fresh, path);
	strcat(lifted, strchr(flags, 'i') == NULL ? "" : "i");
	strcat(lifted, strchr(flags, 'a') == NULL ? "" : "a");
	guestfs_set_e2attrs_argv(g, path, lifted, &set);
	return result;
}

/*
 * udev leaves an array inactive while members may still come, and the
 * appliance's start passes it over then.  Here none will come.
 */
static int
start_degraded_arrays(guestfs_h *g, struct error *err)
{
	static const char script[] =
		"grep -qsx inactive /sys/block/md*/md/array_state || exit 0\n"
		"mdadm --incremental --run --scan >&2\n"
		"udevadm settle >&2\n"
		"echo started";
	AUTO(freep) char *output = NULL;

	if (appliance_shell(g, script, &output, err) == -1)
		return -1;
	if (*output != '\0' && guestfs_lvm_scan(g, 1) == -1)
		return guest_error(err, g, "look for volumes on arrays");
	return 0;
}

int
appliance_open(guestfs_h **g_out, const struct appliance_disk *disks,
	size_t count, bool opens_luks, struct error *err)
{
	AUTO(appliance_killp) guestfs_h *g = NULL;

	if (check_kernel(err) == -1)
		return -1;
	g = guestfs_create();
	if (g == NULL)
		return error_set(err, errno, "create a libguestfs handle");
	if (configure(g, opens_luks, err) == -1)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (add_disk(g, &disks[i], i, err) == -1)
			return -1;
	if (guestfs_launch(g) == -1) {
		guest_error(err, g, "launch the libguestfs appliance");
		return error_hint(err, "Run libguestfs-test-tool: it names what "
			"this host lacks.  /boot/vmlinuz-* must be readable.");
	}
	if (start_degraded_arrays(g, err) == -1)
		return -1;
	*g_out = take(g);
	return 0;
}

/*
 * The appliance does not stop arrays, and is gone before the kernel marks them by
 * itself.  One that is not marked as clean is not started when it lacks a member.
 * Those that are resynchronised were not clean before.
 */
static int
mark_arrays_clean(guestfs_h *g, struct error *err)
{
	static const char script[] =
		"for array in /sys/block/md*; do\n"
		"	grep -qsx idle $array/md/sync_action || continue\n"
		"	echo 0.01 > $array/md/safe_mode_delay\n"
		"	for member in $array/slaves/*; do\n"
		"		for try in $(seq 50); do\n"
		"			mdadm --examine /dev/${member##*/} 2>&1 |\n"
		"				grep -q 'State : active' || break\n"
		"			sleep 0.1\n"
		"		done\n"
		"	done\n"
		"done";
	AUTO(freep) char *output = NULL;

	return appliance_shell(g, script, &output, err);
}

int
appliance_close(guestfs_h *g, struct error *err)
{
	int failed = 0;

	if (guestfs_umount_all(g) == -1)
		failed = guest_error(err, g, "unmount the guest");
	else
		failed = mark_arrays_clean(g, err);
	if (guestfs_shutdown(g) == -1 && failed == 0)
		failed = guest_error(err, g, "shut the appliance down");
	guestfs_close(g);
	return failed;
}

void
appliance_kill(guestfs_h *g)
{
	if (g != NULL)
		guestfs_close(g);
}
