#ifndef CONVERT_SOURCE_QEMU_LOCK_H
#define CONVERT_SOURCE_QEMU_LOCK_H

#include <stdbool.h>

struct error;

/* Does a QEMU have this open image in use? */
bool qemu_lock_is_held(int fd);

/*
 * Keep QEMU from starting on an image: *fd_out holds the lock until it is
 * closed.  Fails with EBUSY when a QEMU uses the image.
 */
int qemu_lock_take(int *fd_out, const char *path, struct error *err);

#endif
