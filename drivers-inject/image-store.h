#ifndef DRIVERS_INJECT_IMAGE_STORE_H
#define DRIVERS_INJECT_IMAGE_STORE_H

#include <stdbool.h>
#include <stddef.h>

struct initramfs;

/*
 * Images that a dry run has read and unpacked, for the run that follows it on the
 * same guest.  What would take too much memory is not kept, and is read again.
 */
struct image_store;

/* NULL when memory is out: nothing is kept then. */
struct image_store *image_store_new(void);

/* Does nothing to NULL. */
void image_store_free(struct image_store *store);

/* What belongs to one image. */
struct image_content {
	char *data; /* as read */
	size_t bytes;
	struct initramfs *base; /* parsed from `data`, and borrows it */
};

/* Keep, or release, the content, which the store takes over. */
void image_store_put(struct image_store *store, const char *path,
	struct image_content *content);

/* Hand over what is kept of this path; false when nothing is. */
bool image_store_take(struct image_store *store, const char *path,
	struct image_content *content_out);

/* Release for AUTO, and to empty one. */
void image_content_release(struct image_content *content);

#endif
