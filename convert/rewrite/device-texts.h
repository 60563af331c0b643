#ifndef CONVERT_REWRITE_DEVICE_TEXTS_H
#define CONVERT_REWRITE_DEVICE_TEXTS_H

#include <guestfs.h>

struct changes;
struct error;
struct findings;
struct references;

/*
 * Plan the edits of texts that name devices other than disks: serial consoles
 * and graphics cards.  Call it behind texts_plan(): it goes on with what is
 * planned there.
 */
int device_texts_plan(guestfs_h *g, struct references *references,
	struct findings *findings, struct changes *changes, struct error *err);

#endif
