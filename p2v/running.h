#ifndef P2V_RUNNING_H
#define P2V_RUNNING_H

#include <stdbool.h>

/*
 * Does the system that runs here lie on a disk, rather than in memory, on a medium
 * or on a network, as live images and rescue systems do?
 */
bool running_from_disk(const char *root);

/*
 * The UUID of the file system that it has as its root, freed by the caller: by it
 * the host knows whether it is the one that was captured.  NULL: not known.
 */
char *running_root_uuid(const char *root);

#endif
