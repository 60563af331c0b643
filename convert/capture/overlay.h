#ifndef CONVERT_CAPTURE_OVERLAY_H
#define CONVERT_CAPTURE_OVERLAY_H

struct error;

/*
 * The conversion's thin layer, qcow2, over a disk: an absolute path or an
 * nbd+unix URI of the given format.  An old file at `path` is replaced.
 */
int overlay_create(const char *path, const char *backing,
	const char *backing_format, struct error *err);

/*
 * Put it over another disk with the same content.  The old one is not opened, so
 * it may be gone.
 */
int overlay_rebase(const char *path, const char *backing,
	const char *backing_format, struct error *err);

#endif
