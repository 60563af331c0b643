#ifndef P2V_DISK_H
#define P2V_DISK_H

#include <jansson.h>

struct error;

/*
 * The inventory's "disks": the whole disks of the machine in the order of their
 * names.  Each says whether it is offered, and if not why.  Memory and loop
 * devices and floppies are left out.  NULL when memory is out.
 */
json_t *disk_list(const char *root);

/*
 * An image file told as the disk `name`; it is always offered.  The size is
 * rounded up to whole sectors.  NULL and an error when it cannot be read.
 */
json_t *disk_of_file(const char *path, const char *name, struct error *err);

#endif
