#ifndef DRIVERS_INJECT_TREE_H
#define DRIVERS_INJECT_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cpio_entry;
struct error;

/* A path that still has to be resolved, or that was; with its NUL. */
enum { TREE_PATH_BYTES = 4096 };

/* Names and contents are borrowed from the archives that were added. */
struct tree_node {
	uint32_t parent; /* index into nodes; the root is its own */
	uint32_t next;	 /* of the same hash */
	uint32_t children;
	uint32_t mode, uid, gid;
	const char *name;
	size_t name_bytes;
	const uint8_t *data; /* content, or the target of a symlink */
	size_t bytes;
	bool present; /* false: was removed, or replaced its parent's type */
};

/* What the kernel's file system holds after it unpacked an initramfs. */
struct tree {
	struct tree_node *nodes; /* nodes[0] is the root */
	size_t count, room;
	uint32_t *buckets;
	uint32_t seed;
};

int tree_new(struct tree **tree_out, struct error *err);

/* Does nothing to NULL. */
void tree_free(struct tree *tree);

/*
 * Add a member as the kernel would: parents are followed through symlinks and
 * not created, another type replaces what is there, a folder that is not empty
 * stays.  *node_out is NULL for a member that the kernel would drop.
 */
int tree_add(struct tree *tree, const struct cpio_entry *entry,
	struct tree_node **node_out, struct error *err);

/*
 * NULL when nothing is there.  Symlinks are followed, the last one too, as long
 * as all that a path leads through have at most 1 KiB of targets.
 */
const struct tree_node *tree_find(const struct tree *tree, const char *path);

/* The node `name` in a folder itself, not following it; NULL when absent. */
const struct tree_node *tree_child(const struct tree *tree,
	const struct tree_node *folder, const char *name);

bool tree_is_folder(const struct tree_node *node);
bool tree_is_file(const struct tree_node *node);

/* Is the node somewhere below the folder? */
bool tree_is_below(const struct tree *tree, const struct tree_node *node,
	const struct tree_node *folder);

/* The real path of a node, "usr/lib/modules"; fails when it is too long. */
int tree_path(const struct tree *tree, const struct tree_node *node,
	char path_out[TREE_PATH_BYTES], struct error *err);

/*
 * Where a file of this path would really be: what exists is followed through
 * symlinks, the rest is kept.  Fails when something on the way is no folder.
 */
int tree_real_path(const struct tree *tree, const char *path,
	char path_out[TREE_PATH_BYTES], struct error *err);

#endif
