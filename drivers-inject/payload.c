/*
 * What goes into an image: modules of the guest, indexes over the image's and
 * the new modules together, and the line that makes them load.  plan.c decided
 * what; segment.c turns it into bytes.
 */
#include "drivers-inject/payload.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "drivers-inject/bytes.h"
#include "drivers-inject/depmod.h"
#include "drivers-inject/generator.h"
#include "drivers-inject/guest.h"
#include "drivers-inject/initramfs.h"
#include "drivers-inject/plan.h"
#include "drivers-inject/segment.h"

enum { MODULE_LIMIT = 64 << 20 };

/* depmod reads these beside the modules; the first decides their order. */
static const char *const sources[] = {"modules.order", "modules.builtin",
	"modules.builtin.modinfo"};

struct payload {
	struct segment *segment;
	const struct plan *plan;
	bool has_dep;
};

/* A regular file of the image's module folder goes to depmod as it is. */
static int
copy_image_modules(const struct payload *payload, struct depmod *depmod,
	struct error *err)
{
	const struct tree *tree = payload->segment->base->tree;
	const struct tree_node *folder = tree_find(tree, payload->plan->folder);
	size_t skip = strlen(payload->plan->folder) + 1;

	for (size_t i = 1; folder != NULL && i < tree->count; i++) {
		const struct tree_node *node = &tree->nodes[i];
		char path[TREE_PATH_BYTES];

		if (!tree_is_file(node) || !tree_is_below(tree, node, folder))
			continue;
		if (tree_path(tree, node, path, err) == -1)
			return -1;
		/* Old indexes would stay where depmod writes none. */
		if (strstr(path + skip, "/") == NULL)
			continue;
		if (depmod_add(depmod, path + skip, node->data, node->bytes,
				err) == -1)
			return -1;
	}
	return 0;
}

static int
copy_guest_file(const struct payload *payload, struct depmod *depmod,
	const struct guest_files *files, const char *folder, const char *name,
	bool is_module, struct error *err)
{
	AUTO(freep) char *from = io_format("%s/%s", folder, name);
	AUTO(freep) char *to = io_format("%s/%s", payload->plan->folder, name);
	AUTO(freep) char *data = NULL;
	size_t bytes;

	if (from == NULL || to == NULL)
		return error_set(err, ENOMEM, "copy %s", name);
	if (guest_read(files, from, MODULE_LIMIT, !is_module, &data, &bytes,
			err) == -1)
		return -1;
	if (data == NULL)
		return 0;
	if (is_module && segment_add(payload->segment, to, 0644, data, bytes,
				 err) == -1)
		return -1;
	return depmod_add(depmod, name, data, bytes, err);
}

/* Every added module must be in the new index, or modprobe will not find it. */
static int
check_index(const struct plan *plan, const char *index, struct error *err)
{
	for (size_t i = 0; i < plan->paths.count; i++) {
		AUTO(freep) char *line = io_format("\n%s:",
			plan->paths.items[i]);

		if (line == NULL)
			return error_set(err, ENOMEM, "check modules.dep");
		if (strncmp(index, line + 1, strlen(line + 1)) == 0 ||
			strstr(index, line) != NULL)
			continue;
		error_set(err, 0, "depmod did not list %s",
			plan->paths.items[i]);
		return error_hint(err, "This host's kmod may lack the "
			"compression of that module: see `depmod --version`.");
	}
	return 0;
}

static int
take_index(void *context, const char *name, const void *data, size_t bytes,
	struct error *err)
{
	struct payload *payload = context;
	AUTO(freep) char *path =
		io_format("%s/%s", payload->plan->folder, name);

	if (path == NULL)
		return error_set(err, ENOMEM, "keep %s", name);
	if (strcmp(name, "modules.dep") == 0) {
		payload->has_dep = true;
		if (check_index(payload->plan, data, err) == -1)
			return -1;
	}
	return segment_add(payload->segment, path, 0644, data, bytes, err);
}

/* Old module-init-tools wrote absolute paths; depmod here does not. */
static int
check_old_index(const struct payload *payload, struct error *err)
{
	char path[TREE_PATH_BYTES + 16];
	const struct tree_node *index;

	snprintf(path, sizeof path, "%s/modules.dep", payload->plan->folder);
	index = tree_find(payload->segment->base->tree, path);
	if (tree_is_file(index) && index->bytes > 0 && index->data[0] == '/')
		return error_set(err, EOPNOTSUPP, "its modules.dep has absolute "
			"paths (module-init-tools)");
	return 0;
}

static int
add_modules(struct payload *payload, const struct guest_files *files,
	const char *folder, const char *version, struct error *err)
{
	AUTO(depmod_freep) struct depmod *depmod = NULL;
	const struct plan *plan = payload->plan;

	if (check_old_index(payload, err) == -1 ||
		depmod_new(&depmod, version, err) == -1 ||
		copy_image_modules(payload, depmod, err) == -1)
		return -1;
	for (size_t i = 0; i < plan->paths.count; i++)
		if (copy_guest_file(payload, depmod, files, folder,
				plan->paths.items[i], true, err) == -1)
			return -1;
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
		if (copy_guest_file(payload, depmod, files, folder, sources[i],
				false, err) == -1)
			return -1;
	if (depmod_run(depmod, take_index, payload, err) == -1)
		return -1;
	return payload->has_dep
		? 0
		: error_set(err, 0, "depmod wrote no modules.dep");
}

static int
add_trigger(const struct payload *payload, const struct generator *generator,
	struct error *err)
{
	AUTO(bytes_freep) struct bytes list = {NULL, 0, 0};
	const struct tree_node *old = tree_find(payload->segment->base->tree,
		generator->load_list);
	const char *text = tree_is_file(old) ? (const char *)old->data : NULL;
	bool changed;

	if (generator_extend(&list, text, text == NULL ? 0 : old->bytes,
			&payload->plan->load, &changed, err) == -1)
		return -1;
	return changed ? segment_add(payload->segment, generator->load_list,
				 0644, list.data, list.used, err)
		       : 0;
}

int
payload_add(struct segment *segment, const struct plan *plan,
	const struct guest_files *files, const char *folder,
	const char *version, const struct generator *generator,
	struct error *err)
{
	struct payload payload = {segment, plan, false};

	if (plan->added.count == 0)
		return 0;
	if (add_modules(&payload, files, folder, version, err) == -1)
		return -1;
	return add_trigger(&payload, generator, err);
}

static int
check_file(const struct segment_file *file, const struct initramfs *result,
	struct error *err)
{
	const struct tree_node *node = tree_find(result->tree, file->path);

	if (!tree_is_file(node) || node->bytes != file->bytes ||
		(file->bytes > 0 &&
			memcmp(node->data, file->data, file->bytes) != 0))
		return error_set(err, 0, "%s would not arrive in the image",
			file->path);
	return 0;
}

int
payload_check(const struct segment *segment, const struct initramfs *result,
	struct error *err)
{
	const struct tree *before = segment->base->tree, *after = result->tree;

	for (size_t i = 0; i < segment->count; i++)
		if (check_file(&segment->files[i], result, err) == -1)
			return -1;
	/* The base is a prefix of the result, so its nodes come in its order. */
	for (size_t i = 0; i < before->count; i++) {
		const struct tree_node *old = &before->nodes[i];
		const struct tree_node *new = &after->nodes[i];

		if (i >= after->count || old->parent != new->parent ||
			(old->present &&
				(!new->present ||
					((old->mode ^ new->mode) & S_IFMT))))
			return error_set(err, 0,
				"%.*s of the image would be lost",
				(int)old->name_bytes, old->name);
	}
	return 0;
}
