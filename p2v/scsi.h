#ifndef P2V_SCSI_H
#define P2V_SCSI_H

#include <jansson.h>

/*
 * The inventory's "scsi": devices that are neither disks nor enclosures, such as
 * tape drives and their robots, at most SCSI_LIMIT.  NULL when memory is out.
 */
enum { SCSI_LIMIT = 128 };
json_t *scsi_list(const char *root);

#endif
