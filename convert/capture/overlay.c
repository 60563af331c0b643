/*
 * Overlays by qemu-img.  Their clusters are blocks of the wire (64 KiB), so that
 * plan.c finds whole blocks in them.
 */
#include "convert/capture/overlay.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/process.h"

enum { OVERLAY_SECONDS = 120 };

int
overlay_create(const char *path, const char *backing,
	const char *backing_format, struct error *err)
{
	const char *const argv[] = {"qemu-img", "create", "-q", "-f", "qcow2",
		"-o", "cluster_size=64k", "-F", backing_format, "-b", backing,
		path, NULL};

	if (process_run(argv, NULL, OVERLAY_SECONDS, err) == -1) {
		unlink(path);
		return error_add(err, "make the overlay %s", path);
	}
	return 0;
}

int
overlay_rebase(const char *path, const char *backing,
	const char *backing_format, struct error *err)
{
	const char *const argv[] = {"qemu-img", "rebase", "-q", "-u", "-f",
		"qcow2", "-F", backing_format, "-b", backing, path, NULL};

	if (process_run(argv, NULL, OVERLAY_SECONDS, err) == -1)
		return error_add(err, "put %s over %s", path, backing);
	return 0;
}
