#ifndef CONVERT_FOLDER_H
#define CONVERT_FOLDER_H

#include <stddef.h>

#include "wire/key.h"

struct error;

/* A machine whose images lie in a folder. */
struct folder_machine {
	char name[KEY_NAME_BYTES];
	char *stem; /* what its file or folder is called */
	char **disks; /* their paths, in order */
	size_t disk_count;
	char *inventory; /* path of what the source said, or NULL */
};

struct folder {
	struct folder_machine *machines;
	size_t count;
};

/*
 * Find the machines whose disk images lie in `path`:
 *
 *   web1.qcow2              a machine with one disk
 *   db1-sda.raw db1-sdb.raw one with several: a disk's name, or diskN, is behind
 *                           its own and "-", "_" or "."
 *   mail/                   one with all images in the folder, in their order
 *   web1.json mail/inventory.json   what unrack-capture --inventory said of them
 *
 * Nothing is opened.  Fails when there is no image at all.
 */
int folder_read(struct folder *folder_out, const char *path, struct error *err);
void folder_release(struct folder *folder);

#endif
