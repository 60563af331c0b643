#ifndef CONVERT_REWRITE_TEXTS_H
#define CONVERT_REWRITE_TEXTS_H

#include <guestfs.h>

struct changes;
struct error;
struct findings;
struct guest;
struct references;
struct volume;

/*
 * Plan every edit of a text in the mounted Linux system: device names, boot
 * loader, interface names.  Writes nothing.
 */
int texts_plan(guestfs_h *g, const struct guest *guest,
	const struct volume *root, struct references *references,
	struct findings *findings, struct changes *changes, struct error *err);

#endif
