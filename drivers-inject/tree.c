/*
 * The files of an initramfs as the kernel leaves them after unpacking all its
 * segments one over the other.  Everything that injection asks of an image is
 * asked here, through the image's own symlinks (lib -> usr/lib).
 */
#include "drivers-inject/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/own.h"
#include "drivers-inject/cpio.h"

/*
 * Of one path: as many links as the kernel follows, but with targets of 4 KiB
 * each, the names of one image would take minutes to resolve.
 */
enum { LINK_LIMIT = 40, TARGETS_BYTES = 1024 };

enum { BUCKETS = 1 << 16, NODE_LIMIT = 400000 };

#define NOTHING UINT32_MAX

static uint32_t
bucket_of(const struct tree *tree, uint32_t parent, const char *name,
	size_t bytes)
{
	uint32_t hash = tree->seed ^ parent;

	for (size_t i = 0; i < bytes; i++)
		hash = (hash ^ (uint8_t)name[i]) * 16777619u;
	return (hash ^ hash >> 16) % BUCKETS;
}

static uint32_t
lookup(const struct tree *tree, uint32_t parent, const char *name, size_t bytes)
{
	uint32_t at = tree->buckets[bucket_of(tree, parent, name, bytes)];

	while (at != NOTHING) {
		const struct tree_node *node = &tree->nodes[at];

		if (node->parent == parent && node->name_bytes == bytes &&
			memcmp(node->name, name, bytes) == 0)
			return at;
		at = node->next;
	}
	return NOTHING;
}

static int
append_node(struct tree *tree, uint32_t parent, const char *name,
	size_t name_bytes, struct error *err)
{
	uint32_t *bucket =
		&tree->buckets[bucket_of(tree, parent, name, name_bytes)];

	if (tree->count >= NODE_LIMIT)
		return error_set(err, 0, "more than %d files", NODE_LIMIT);
	if (tree->count == tree->room) {
		size_t room = tree->room * 2 + 1024;
		struct tree_node *larger =
			realloc(tree->nodes, room * sizeof *larger);

		if (larger == NULL)
			return error_set(err, ENOMEM, "list an initramfs");
		tree->nodes = larger;
		tree->room = room;
	}
	tree->nodes[tree->count] = (struct tree_node){.parent = parent,
		.next = *bucket, .name = name, .name_bytes = name_bytes};
	*bucket = (uint32_t)tree->count++;
	return 0;
}

void
tree_free(struct tree *tree)
{
	if (tree == NULL)
		return;
	free(tree->nodes);
	free(tree->buckets);
	free(tree);
}

OWN_DEFINE(struct tree, tree_free)

int
tree_new(struct tree **tree_out, struct error *err)
{
	AUTO(tree_freep) struct tree *tree = calloc(1, sizeof *tree);

	if (tree == NULL ||
		(tree->buckets = malloc(BUCKETS * sizeof *tree->buckets)) == NULL)
		return error_set(err, ENOMEM, "list an initramfs");
	for (size_t i = 0; i < BUCKETS; i++)
		tree->buckets[i] = NOTHING;
	/* A hostile image cannot choose names that all share a bucket. */
	if (getrandom(&tree->seed, sizeof tree->seed, 0) == -1)
		return error_set(err, errno, "list an initramfs");
	if (append_node(tree, 0, "", 0, err) == -1)
		return -1;
	tree->nodes[0].present = true;
	tree->nodes[0].mode = S_IFDIR | 0755;
	*tree_out = take(tree);
	return 0;
}

bool
tree_is_folder(const struct tree_node *node)
{
	return node != NULL && node->present && S_ISDIR(node->mode);
}

bool
tree_is_file(const struct tree_node *node)
{
	return node != NULL && node->present && S_ISREG(node->mode);
}

/* A path on its way to a node. */
struct walk {
	uint32_t at;	 /* the deepest folder reached */
	const char *rest; /* what was not reached: "" or a path without links */
	size_t rest_bytes;
	unsigned links;
	size_t targets_bytes; /* of these links */
	char path[2][TREE_PATH_BYTES]; /* rest lies in one of them */
};

/* Replace the component [name, name + bytes) of the walk by a link's target. */
static int
follow(struct walk *walk, const struct tree_node *link, size_t name_bytes)
{
	char *into = walk->path[walk->rest < walk->path[1]];
	size_t tail = walk->rest_bytes - name_bytes;

	walk->targets_bytes += link->bytes;
	if (++walk->links > LINK_LIMIT || link->bytes == 0 ||
		walk->targets_bytes > TARGETS_BYTES ||
		link->bytes + tail >= TREE_PATH_BYTES ||
		memchr(link->data, '\0', link->bytes) != NULL)
		return -1;
	memcpy(into, link->data, link->bytes);
	memcpy(into + link->bytes, walk->rest + name_bytes, tail);
	into[link->bytes + tail] = '\0';
	walk->at = link->data[0] == '/' ? 0 : link->parent;
	walk->rest = into;
	walk->rest_bytes = link->bytes + tail;
	return 0;
}

/*
 * Go as far as the tree goes.  1: all of the path was reached, or all but its
 * last component when `follow_last` is false; 0: rest is missing; -1: nothing
 * can be there (a loop, too long a way, a file on it).
 */
static int
walk_on(const struct tree *tree, struct walk *walk, bool follow_last)
{
	for (;;) {
		size_t name_bytes;
		uint32_t next;
		const struct tree_node *node;

		while (*walk->rest == '/')
			walk->rest++, walk->rest_bytes--;
		name_bytes = strcspn(walk->rest, "/");
		if (name_bytes == 0)
			return 1;
		if (!tree_is_folder(&tree->nodes[walk->at]))
			return -1;
		if (!follow_last && walk->rest[name_bytes +
				strspn(walk->rest + name_bytes, "/")] == '\0')
			return 1;
		if (strncmp(walk->rest, "..", name_bytes) == 0) {
			if (name_bytes == 2)
				walk->at = tree->nodes[walk->at].parent;
			walk->rest += name_bytes;
			walk->rest_bytes -= name_bytes;
			continue;
		}
		next = lookup(tree, walk->at, walk->rest, name_bytes);
		if (next == NOTHING || !tree->nodes[next].present)
			return 0;
		node = &tree->nodes[next];
		if (S_ISLNK(node->mode)) {
			if (follow(walk, node, name_bytes) == -1)
				return -1;
			continue;
		}
		walk->at = next;
		walk->rest += name_bytes;
		walk->rest_bytes -= name_bytes;
	}
}

static int
walk_path(const struct tree *tree, struct walk *walk, const char *path,
	bool follow_last)
{
	walk->rest_bytes = strlen(path);
	if (walk->rest_bytes >= TREE_PATH_BYTES)
		return -1;
	memcpy(walk->path[0], path, walk->rest_bytes + 1);
	walk->rest = walk->path[0];
	walk->at = 0;
	walk->links = 0;
	walk->targets_bytes = 0;
	return walk_on(tree, walk, follow_last);
}

/* What the kernel does with something of another type that is in the way. */
static bool
make_way(struct tree *tree, struct tree_node *node, uint32_t mode)
{
	if (!node->present)
		return true;
	if (S_ISLNK(mode) || ((node->mode ^ mode) & S_IFMT) != 0) {
		if (node->children > 0)
			return false;
		node->present = false;
		tree->nodes[node->parent].children--;
	}
	return true;
}

static void
fill_node(struct tree *tree, struct tree_node *node,
	const struct cpio_entry *entry)
{
	if (!node->present)
		tree->nodes[node->parent].children++;
	node->present = true;
	node->mode = entry->mode;
	node->uid = entry->uid;
	node->gid = entry->gid;
	node->data = entry->data;
	node->bytes = entry->bytes;
}

int
tree_add(struct tree *tree, const struct cpio_entry *entry,
	struct tree_node **node_out, struct error *err)
{
	struct walk walk;
	size_t name_bytes;
	uint32_t at;

	*node_out = NULL;
	if (walk_path(tree, &walk, entry->name, false) != 1)
		return 0;
	name_bytes = strcspn(walk.rest, "/");
	if (name_bytes == 0 || strncmp(walk.rest, "..", name_bytes) == 0)
		return 0;
	at = lookup(tree, walk.at, walk.rest, name_bytes);
	if (at == NOTHING) {
		const char *end = entry->name + strlen(entry->name);

		/* The last component is never a link's: it is the entry's. */
		while (end > entry->name && end[-1] == '/')
			end--;
		if (append_node(tree, walk.at, end - name_bytes, name_bytes,
				err) == -1)
			return -1;
		at = (uint32_t)tree->count - 1;
	}
	if (!make_way(tree, &tree->nodes[at], entry->mode))
		return 0;
	fill_node(tree, &tree->nodes[at], entry);
	*node_out = &tree->nodes[at];
	return 0;
}

const struct tree_node *
tree_find(const struct tree *tree, const char *path)
{
	struct walk walk;

	return walk_path(tree, &walk, path, true) == 1 ? &tree->nodes[walk.at]
						       : NULL;
}

const struct tree_node *
tree_child(const struct tree *tree, const struct tree_node *folder,
	const char *name)
{
	uint32_t at = lookup(tree, (uint32_t)(folder - tree->nodes), name,
		strlen(name));

	return at == NOTHING || !tree->nodes[at].present ? NULL
							 : &tree->nodes[at];
}

bool
tree_is_below(const struct tree *tree, const struct tree_node *node,
	const struct tree_node *folder)
{
	while (node != tree->nodes) {
		node = &tree->nodes[node->parent];
		if (node == folder)
			return true;
	}
	return false;
}

int
tree_path(const struct tree *tree, const struct tree_node *node,
	char path_out[TREE_PATH_BYTES], struct error *err)
{
	size_t at = TREE_PATH_BYTES;

	path_out[--at] = '\0';
	for (; node != tree->nodes; node = &tree->nodes[node->parent]) {
		if (node->name_bytes + 1 > at)
			return error_set(err, ENAMETOOLONG, "name a file");
		at -= node->name_bytes;
		memcpy(path_out + at, node->name, node->name_bytes);
		if (node->parent != 0)
			path_out[--at] = '/';
	}
	memmove(path_out, path_out + at, TREE_PATH_BYTES - at);
	return 0;
}

int
tree_real_path(const struct tree *tree, const char *path,
	char path_out[TREE_PATH_BYTES], struct error *err)
{
	struct walk walk;
	size_t used;

	if (walk_path(tree, &walk, path, true) == -1)
		return error_set(err, 0, "%s: no folder on the way", path);
	if (strstr(walk.rest, "..") != NULL)
		return error_set(err, 0, "%s: has '..' in what is missing", path);
	if (tree_path(tree, &tree->nodes[walk.at], path_out, err) == -1)
		return -1;
	if (walk.rest_bytes == 0)
		return 0;
	if (!tree_is_folder(&tree->nodes[walk.at]))
		return error_set(err, ENOTDIR, "%s", path);
	used = strlen(path_out);
	if (used + 1 + walk.rest_bytes >= TREE_PATH_BYTES)
		return error_set(err, ENAMETOOLONG, "%s", path);
	if (used > 0)
		path_out[used++] = '/';
	memcpy(path_out + used, walk.rest, walk.rest_bytes + 1);
	return 0;
}
