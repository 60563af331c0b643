#ifndef CONVERT_ASSESS_LINUX_ROOT_H
#define CONVERT_ASSESS_LINUX_ROOT_H

#include <stdbool.h>

struct guest_files;

/*
 * Is this the root file system of a Linux, by itself, before anything else is
 * mounted on it?
 */
bool linux_root_is_there(const struct guest_files *files);

/* Is there an init, with all that is mounted now? */
bool linux_root_has_init(const struct guest_files *files);

#endif
