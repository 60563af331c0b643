/*
 * Names of disks in what generators copied into their images, or made there,
 * are rewritten as those outside are.
 */
#include "convert/rewrite/image-copies.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "convert/rewrite/rewriters.h"
#include "drivers-inject/initramfs.h"
#include "drivers-inject/segment.h"
#include "drivers-inject/tree.h"

/* Configuration that the generators copy into their images, or make there. */
static const struct {
	const char *path;   /* in the image: a file, or a folder of those */
	const char *suffix; /* with this end; NULL: a file */
	rewrite_function *rewrite; /* NULL: it is not to be there */
	const char *file; /* in folders with this end; NULL: they are files */
} copies[] = {
	{"conf/conf.d/resume", NULL, resume_rewrite, NULL},
	{"conf/conf.d/zz-resume-auto", NULL, resume_rewrite, NULL},
	{"conf/initramfs.conf", NULL, resume_rewrite, NULL},
	{"conf/conf.d/mdadm", NULL, boot_degraded_rewrite, NULL},
	{"cryptroot/crypttab", NULL, crypttab_rewrite, NULL},
	{"etc/crypttab", NULL, crypttab_rewrite, NULL},
	{"etc/fstab", NULL, fstab_rewrite, NULL},
	{"conf/conf.d/cryptroot", NULL, device_words_rewrite, NULL},
	{"etc/mdadm/mdadm.conf", NULL, mdadm_rewrite, NULL},
	{"etc/mdadm.conf", NULL, mdadm_rewrite, NULL},
	{"etc/lvm/lvm.conf", NULL, lvm_rewrite, NULL},
	{"etc/lvm/lvmlocal.conf", NULL, lvm_rewrite, NULL},
	{"etc/multipath.conf", NULL, multipath_rewrite, NULL},
	{"etc/lvm/devices/system.devices", NULL, NULL, NULL},
	{"etc/lvm/cache/.cache", NULL, NULL, NULL},
	{"etc/cmdline.d", ".conf", dracut_arguments_rewrite, NULL},
	{"lib/dracut/hooks/initqueue/finished", ".sh", dracut_wait_rewrite,
		NULL},
	{"var/lib/dracut/hooks/initqueue/finished", ".sh",
		dracut_wait_rewrite, NULL},
	{"initqueue-finished", ".sh", dracut_wait_rewrite, NULL},
	{"etc/systemd/system", ".device.d", dracut_timeout_rewrite,
		"timeout.conf"},
	{"init", NULL, nash_rewrite, NULL},
};

enum { COPY_LIMIT = 1 << 20 };

/* One image, and what is laid over it. */
struct copying {
	struct segment *segment;
	const struct tree *tree;
	const char *image_path;
	struct references *references;
	struct findings *findings;
};

/* Where text was added to the file, that text goes on. */
static int
add_copy(const struct copying *copying, const char *path,
	rewrite_function *rewrite, const struct tree_node *node,
	struct error *err)
{
	const struct segment_file *added =
		segment_find(copying->segment, path);
	AUTO(freep) char *text = NULL;
	AUTO(freep) char *changed = NULL;
	char where[512];
	const struct rewrite how = {where, copying->references,
		copying->findings};

	if (node == NULL || !tree_is_file(node))
		return 0;
	if (rewrite == NULL)
		return segment_hide(copying->segment, path, err);
	if (node->bytes > COPY_LIMIT ||
		memchr(node->data, '\0', node->bytes) != NULL)
		return 0;
	snprintf(where, sizeof where, "%s:%s", copying->image_path, path);
	text = added != NULL ? strndup((const char *)added->data, added->bytes)
			     : strndup((const char *)node->data, node->bytes);
	if (text == NULL)
		return error_set(err, ENOMEM, "read %s", where);
	if (rewrite(&changed, text, &how, err) == -1)
		return -1;
	if (changed == NULL)
		return 0;
	return segment_add(copying->segment, path, 0644, changed,
		strlen(changed), err);
}

static bool
ends_with(const struct tree_node *node, const char *suffix)
{
	size_t bytes = strlen(suffix);

	return node->name_bytes > bytes &&
		memcmp(node->name + node->name_bytes - bytes, suffix, bytes) ==
			0;
}

/* The file that counts for this node of a folder, by its real path. */
static int
add_copy_at(const struct copying *copying, size_t which,
	const struct tree_node *node, struct error *err)
{
	char path[TREE_PATH_BYTES];

	if (copies[which].file != NULL)
		node = tree_is_folder(node)
			? tree_child(copying->tree, node, copies[which].file)
			: NULL;
	if (node == NULL)
		return 0;
	if (tree_path(copying->tree, node, path, err) == -1)
		return -1;
	return add_copy(copying, path, copies[which].rewrite, node, err);
}

/* The files right in a folder, or in folders there. */
static int
add_copies_of(const struct copying *copying, size_t which,
	struct error *err)
{
	const struct tree *tree = copying->tree;
	const struct tree_node *folder = tree_find(tree, copies[which].path);

	for (size_t i = 1; tree_is_folder(folder) && i < tree->count; i++) {
		const struct tree_node *node = &tree->nodes[i];

		if (&tree->nodes[node->parent] == folder &&
			ends_with(node, copies[which].suffix) &&
			add_copy_at(copying, which, node, err) == -1)
			return -1;
	}
	return 0;
}

int
image_copies_add(struct segment *segment, const struct initramfs *image,
	const char *image_path, struct references *references,
	struct findings *findings, struct error *err)
{
	const struct copying copying = {segment, image->tree, image_path,
		references, findings};

	for (size_t i = 0; i < sizeof copies / sizeof *copies; i++) {
		const char *path = copies[i].path;
		int result = copies[i].suffix != NULL
			? add_copies_of(&copying, i, err)
			: add_copy(&copying, path, copies[i].rewrite,
				  tree_find(image->tree, path), err);

		if (result == -1)
			return -1;
	}
	return 0;
}
