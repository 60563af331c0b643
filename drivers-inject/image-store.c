/* Images between a dry run and the run that follows; image.c uses it. */
#include "drivers-inject/image-store.h"

#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "drivers-inject/initramfs.h"

/* Packed and unpacked: three or four images of today's servers. */
enum { STORE_LIMIT = 384 << 20 };

struct kept {
	struct kept *next;
	char *path;
	struct image_content content;
};

struct image_store {
	struct kept *first;
	size_t bytes;
};

void
image_content_release(struct image_content *content)
{
	initramfs_free(content->base);
	free(content->data);
	*content = (struct image_content){NULL, 0, NULL};
}

static void
kept_free(struct kept *kept)
{
	image_content_release(&kept->content);
	free(kept->path);
	free(kept);
}

struct image_store *
image_store_new(void)
{
	return calloc(1, sizeof(struct image_store));
}

void
image_store_free(struct image_store *store)
{
	while (store != NULL && store->first != NULL) {
		struct kept *next = store->first->next;

		kept_free(store->first);
		store->first = next;
	}
	free(store);
}

static size_t
memory_of(const struct image_content *content)
{
	size_t bytes = content->bytes;

	for (size_t i = 0; i < content->base->segment_count; i++)
		if (content->base->segments[i].decompressed != NULL)
			bytes += content->base->segments[i].plain_bytes;
	return bytes;
}

void
image_store_put(struct image_store *store, const char *path,
	struct image_content *content)
{
	struct kept *kept = NULL;
	size_t bytes = memory_of(content);

	if (bytes <= STORE_LIMIT - store->bytes)
		kept = calloc(1, sizeof *kept);
	if (kept != NULL)
		kept->path = strdup(path);
	if (kept == NULL || kept->path == NULL) {
		free(kept);
		image_content_release(content);
		return;
	}
	kept->content = *content;
	*content = (struct image_content){NULL, 0, NULL};
	kept->next = store->first;
	store->first = kept;
	store->bytes += bytes;
}

bool
image_store_take(struct image_store *store, const char *path,
	struct image_content *content_out)
{
	struct kept **place = &store->first;
	struct kept *kept;

	while (*place != NULL && strcmp((*place)->path, path) != 0)
		place = &(*place)->next;
	kept = *place;
	if (kept == NULL)
		return false;
	*place = kept->next;
	store->bytes -= memory_of(&kept->content);
	*content_out = kept->content;
	kept->content = (struct image_content){NULL, 0, NULL};
	kept_free(kept);
	return true;
}
