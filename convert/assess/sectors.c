/*
 * Parts of disks that are no files: boot loaders and tables of partitions.
 *
 * The appliance waits for udev after each reading of a device, which takes longer
 * than the reading.  So the first sectors of each, where nearly all of it lies,
 * are kept with the handle.
 */
#include "convert/assess/sectors.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "drivers-inject/appliance.h"

enum {
	MESSAGE_BYTES = 1 << 20, /* what fits one libguestfs message */
	HEAD_SECTORS = 128
};

/* How a device begins; the handle has a list of them. */
struct head {
	struct head *next;
	char *device;
	char *data;
	size_t bytes;
};

struct heads {
	struct head *first;
};

static const char KEY[] = "unrack heads of devices";

static void
head_free(struct head *head)
{
	free(head->device);
	free(head->data);
	free(head);
}

static void
drop_heads(struct heads *heads)
{
	while (heads->first != NULL) {
		struct head *next = heads->first->next;

		head_free(heads->first);
		heads->first = next;
	}
}

static void
free_heads(guestfs_h *g, void *opaque, uint64_t event, int handle, int flags,
	const char *buffer, size_t bytes, const uint64_t *array, size_t count)
{
	struct heads *heads = opaque;

	(void)g, (void)event, (void)handle, (void)flags;
	(void)buffer, (void)bytes, (void)array, (void)count;
	drop_heads(heads);
	free(heads);
}

/* NULL when memory is out. */
static struct heads *
heads_of(guestfs_h *g)
{
	struct heads *heads = guestfs_get_private(g, KEY);

	if (heads != NULL)
		return heads;
	heads = calloc(1, sizeof *heads);
	if (heads == NULL)
		return NULL;
	if (guestfs_set_event_callback(g, free_heads, GUESTFS_EVENT_CLOSE, 0,
		    heads) == -1) {
		free(heads);
		return NULL;
	}
	guestfs_set_private(g, KEY, heads);
	return heads;
}

static struct head *
read_head(guestfs_h *g, const char *device)
{
	struct head *head = calloc(1, sizeof *head);

	if (head == NULL)
		return NULL;
	head->device = strdup(device);
	head->data = guestfs_pread_device(g, device,
		HEAD_SECTORS * SECTOR_BYTES, 0, &head->bytes);
	if (head->device == NULL || head->data == NULL) {
		head_free(head);
		return NULL;
	}
	return head;
}

/* NULL when the device cannot be read; owned by the handle. */
static const struct head *
head_of(guestfs_h *g, const char *device)
{
	struct heads *heads = heads_of(g);
	struct head *head = heads == NULL ? NULL : heads->first;

	while (head != NULL && strcmp(head->device, device) != 0)
		head = head->next;
	if (head != NULL || heads == NULL)
		return head;
	head = read_head(g, device);
	if (head != NULL) {
		head->next = heads->first;
		heads->first = head;
	}
	return head;
}

void
sectors_forget(guestfs_h *g)
{
	struct heads *heads = guestfs_get_private(g, KEY);

	if (heads != NULL)
		drop_heads(heads);
}

static bool
read_from_head(uint8_t *data, guestfs_h *g, const char *device,
	size_t offset_bytes, size_t bytes)
{
	const struct head *head = head_of(g, device);

	if (head == NULL || head->bytes < offset_bytes + bytes)
		return false;
	memcpy(data, head->data + offset_bytes, bytes);
	return true;
}

static bool
read_from_device(uint8_t *data, guestfs_h *g, const char *device,
	uint64_t offset_bytes, size_t bytes)
{
	size_t done = 0, n;

	while (done < bytes) {
		AUTO(freep) char *part = guestfs_pread_device(g, device,
			(int)(bytes - done), (int64_t)(offset_bytes + done),
			&n);

		if (part == NULL || n == 0)
			return false;
		memcpy(data + done, part, n);
		done += n;
	}
	return true;
}

uint8_t *
sectors_read(guestfs_h *g, const char *device, uint64_t first, size_t count)
{
	size_t bytes = count * SECTOR_BYTES;
	AUTO(freep) uint8_t *data = NULL;

	if (count > MESSAGE_BYTES / SECTOR_BYTES ||
		first > INT64_MAX / SECTOR_BYTES - count)
		return NULL;
	data = malloc(bytes);
	if (data == NULL)
		return NULL;
	/* A disk that is sick elsewhere in its head may give these. */
	if ((first + count > HEAD_SECTORS ||
		    !read_from_head(data, g, device, first * SECTOR_BYTES,
			    bytes)) &&
		!read_from_device(data, g, device, first * SECTOR_BYTES, bytes))
		return NULL;
	return take(data);
}

int
sectors_write(guestfs_h *g, const char *device, const char *source,
	uint64_t first, const void *data, size_t count, struct error *err)
{
	AUTO(freep) uint8_t *written = NULL;
	size_t bytes = count * SECTOR_BYTES, done = 0;
	int n;

	/* Of all: a disk's beginning may reach over its first partition. */
	sectors_forget(g);
	for (; done < bytes; done += (size_t)n) {
		n = guestfs_pwrite_device(g, device, (const char *)data + done,
			bytes - done, (int64_t)(first * SECTOR_BYTES + done));
		if (n <= 0)
			return guest_error(err, g, "write %s", source);
	}
	written = sectors_read(g, device, first, count);
	if (written == NULL || memcmp(written, data, bytes) != 0)
		return error_set(err, EIO, "%s was not stored as written",
			source);
	return 0;
}
