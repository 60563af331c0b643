#ifndef P2V_DISK_H
#define P2V_DISK_H

#include <jansson.h>
#include <stdbool.h>

struct error;

/*
 * The inventory's "disks": the whole disks of the machine in the order of their
 * names.  Each says whether it is offered, and if not why; `live` offers also
 * those that the running system uses.  Memory and loop devices and floppies are
 * left out.  NULL when memory is out.
 */
json_t *disk_list(const char *root, bool live);

/*
 * An image file, or a whole block device, told as the disk `name`.  The size is
 * rounded up to whole sectors.  It is offered unless it is empty; a device that
 * is used only when `live`.  NULL and an error when it cannot be read.
 */
json_t *disk_of_file(const char *path, const char *name, bool live,
	struct error *err);

#endif
