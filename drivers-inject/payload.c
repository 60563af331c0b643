/*
 * What goes into an image: modules of the guest, indexes over the image's and
 * the new modules together, and the line that makes them load.  plan.c decided
 * what; segment.c turns it into bytes.
 */
#include "drivers-inject/payload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
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
#include "drivers-inject/script.h"
#include "drivers-inject/segment.h"
#include "drivers-inject/unpack.h"

enum { MODULE_LIMIT = 64 << 20, MODULES_LIMIT = 512 << 20 };

/* depmod reads these beside the modules; the first decides their order. */
static const char *const sources[] = {"modules.order", "modules.builtin",
	"modules.builtin.modinfo"};

struct payload {
	struct segment *segment;
	const struct plan *plan;
	const struct payload_place *place;
	struct names targets; /* of plan->paths, below the image's folder */
	bool has_dep;
	bool absolute; /* the image's index is of module-init-tools */
};

static void
payload_release(struct payload *payload)
{
	names_freep(&payload->targets);
}

/* A regular file of the image's module folder goes to depmod as it is. */
static int
copy_image_modules(const struct payload *payload, struct depmod *depmod,
	struct error *err)
{
	const struct tree *tree = payload->segment->base->tree;
	const struct tree_node *folder = tree_find(tree, payload->plan->folder);
	size_t skip = strlen(payload->plan->folder) + 1;
	size_t room = MODULES_LIMIT;

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
		/* An archive can give one content many names. */
		if (node->bytes > room)
			return error_set(err, E2BIG, "the image's modules are "
				"larger than 512 MiB in all");
		room -= node->bytes;
		if (depmod_add(depmod, path + skip, node->data, node->bytes,
				err) == -1)
			return -1;
	}
	return 0;
}

/* The tool unpacked the modules that it copied: so are new ones. */
static int
unpack_module(const struct payload *payload, char **data, size_t *bytes,
	struct error *err)
{
	enum unpack_kind kind =
		unpack_recognise((const uint8_t *)*data, *bytes);
	uint8_t *plain;
	size_t used;

	if (!payload->plan->unpack || kind == UNPACK_UNKNOWN)
		return 0;
	if (unpack(&plain, bytes, &used, kind, (const uint8_t *)*data, *bytes,
			MODULE_LIMIT, err) == -1)
		return -1;
	free(*data);
	*data = (char *)plain;
	return 0;
}

static int
copy_module(struct payload *payload, struct depmod *depmod, const char *path,
	struct error *err)
{
	AUTO(freep) char *from = io_format("%s/%s", payload->place->folder,
		path);
	AUTO(freep) char *target = plan_target(payload->plan, path);
	AUTO(freep) char *to = NULL;
	AUTO(freep) char *data = NULL;
	size_t bytes;

	if (target != NULL)
		to = io_format("%s/%s", payload->plan->folder, target);
	if (from == NULL || to == NULL)
		return error_set(err, ENOMEM, "copy %s", path);
	if (guest_read(payload->place->files, from, MODULE_LIMIT, false, &data,
			&bytes, err) == -1)
		return -1;
	if (unpack_module(payload, &data, &bytes, err) == -1)
		return error_add(err, "%s", from);
	if (names_add(&payload->targets, target, err) == -1 ||
		segment_add(payload->segment, to, 0644, data, bytes, err) == -1)
		return -1;
	return depmod == NULL ? 0
			      : depmod_add(depmod, target, data, bytes, err);
}

static int
copy_source(const struct payload *payload, struct depmod *depmod,
	const char *name, struct error *err)
{
	AUTO(freep) char *from = io_format("%s/%s", payload->place->folder,
		name);
	AUTO(freep) char *data = NULL;
	size_t bytes;

	if (from == NULL)
		return error_set(err, ENOMEM, "copy %s", name);
	if (guest_read(payload->place->files, from, MODULE_LIMIT, true, &data,
			&bytes, err) == -1)
		return -1;
	return data == NULL ? 0 : depmod_add(depmod, name, data, bytes, err);
}

/* Every added module must be in the new index, or modprobe will not find it. */
static int
check_index(const struct payload *payload, const char *index,
	struct error *err)
{
	for (size_t i = 0; i < payload->targets.count; i++) {
		const char *target = payload->targets.items[i];
		AUTO(freep) char *line = io_format("\n%s:", target);

		if (line == NULL)
			return error_set(err, ENOMEM, "check modules.dep");
		if (strncmp(index, line + 1, strlen(line + 1)) == 0 ||
			strstr(index, line) != NULL)
			continue;
		error_set(err, 0, "depmod did not list %s", target);
		return error_hint(err, "This host's kmod may lack the "
			"compression of that module: see `depmod --version`.");
	}
	return 0;
}

/* modules.dep as module-init-tools wrote it: "/lib/modules/V/a.ko: /lib/…". */
static int
make_absolute(const struct payload *payload, const char *index,
	struct bytes *out, struct error *err)
{
	AUTO(freep) char *prefix = io_format("/%s/", payload->plan->folder);

	if (prefix == NULL)
		return error_set(err, ENOMEM, "write modules.dep");
	while (*index != '\0') {
		size_t blanks = strspn(index, " \n");
		size_t word = strcspn(index + blanks, " \n");

		if (bytes_append(out, index, blanks, err) == -1 ||
			(word > 0 && bytes_append(out, prefix, strlen(prefix),
					     err) == -1) ||
			bytes_append(out, index + blanks, word, err) == -1)
			return -1;
		index += blanks + word;
	}
	return 0;
}

static bool
image_has(const struct payload *payload, const char *path)
{
	return tree_find(payload->segment->base->tree, path) != NULL;
}

static int
take_index(void *context, const char *name, const void *data, size_t bytes,
	struct error *err)
{
	struct payload *payload = context;
	AUTO(freep) char *path =
		io_format("%s/%s", payload->plan->folder, name);
	AUTO(bytes_freep) struct bytes absolute = {NULL, 0, 0};

	if (path == NULL)
		return error_set(err, ENOMEM, "keep %s", name);
	/* Tools of that age read text, and do not miss what they never had. */
	if (payload->absolute && !image_has(payload, path))
		return 0;
	if (strcmp(name, "modules.dep") == 0) {
		payload->has_dep = true;
		if (check_index(payload, data, err) == -1)
			return -1;
		if (payload->absolute) {
			if (make_absolute(payload, data, &absolute, err) == -1)
				return -1;
			data = absolute.data;
			bytes = absolute.used;
		}
	}
	return segment_add(payload->segment, path, 0644, data, bytes, err);
}

static bool
index_is_absolute(const struct payload *payload)
{
	char path[TREE_PATH_BYTES + 16];
	const struct tree_node *index;

	snprintf(path, sizeof path, "%s/modules.dep", payload->plan->folder);
	index = tree_find(payload->segment->base->tree, path);
	return tree_is_file(index) && index->bytes > 0 &&
		index->data[0] == '/';
}

static int
copy_modules(struct payload *payload, struct depmod *depmod, struct error *err)
{
	for (size_t i = 0; i < payload->plan->paths.count; i++)
		if (copy_module(payload, depmod, payload->plan->paths.items[i],
				err) == -1)
			return -1;
	return 0;
}

static int
add_modules(struct payload *payload, struct error *err)
{
	AUTO(depmod_freep) struct depmod *depmod = NULL;

	if (payload->plan->flat)
		return copy_modules(payload, NULL, err);
	payload->absolute = index_is_absolute(payload);
	if (depmod_new(&depmod, payload->place->version, err) == -1 ||
		copy_image_modules(payload, depmod, err) == -1 ||
		copy_modules(payload, depmod, err) == -1)
		return -1;
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
		if (copy_source(payload, depmod, sources[i], err) == -1)
			return -1;
	if (depmod_run(depmod, take_index, payload, err) == -1)
		return -1;
	return payload->has_dep
		? 0
		: error_set(err, 0, "depmod wrote no modules.dep");
}

static int
add_trigger(const struct payload *payload, const struct generator_list *list,
	struct error *err)
{
	AUTO(bytes_freep) struct bytes text = {NULL, 0, 0};
	const struct tree_node *old =
		tree_find(payload->segment->base->tree, list->path);
	bool changed;

	if (list->only_there && !tree_is_file(old))
		return 0;
	if (generator_extend(&text, list,
			tree_is_file(old) ? (const char *)old->data : NULL,
			tree_is_file(old) ? old->bytes : 0,
			&payload->plan->load, &changed, err) == -1)
		return -1;
	return changed ? segment_add(payload->segment, list->path, 0644,
				 text.data, text.used, err)
		       : 0;
}

static int
add_script(const struct payload *payload, struct error *err)
{
	AUTO(bytes_freep) struct bytes text = {NULL, 0, 0};
	const struct script *script = payload->place->script;
	bool changed;

	if (script == NULL)
		return 0;
	if (script_extend(&text, script, payload->plan->folder,
			&payload->targets, &changed, err) == -1)
		return -1;
	return changed ? segment_add(payload->segment, script->path, 0755,
				 text.data, text.used, err)
		       : 0;
}

int
payload_add(struct segment *segment, const struct plan *plan,
	const struct payload_place *place, struct error *err)
{
	const struct generator_list *triggers = place->generator->triggers;
	AUTO(payload_release) struct payload payload = {
		.segment = segment,
		.plan = plan,
		.place = place,
	};

	if (plan->added.count == 0)
		return 0;
	if (add_modules(&payload, err) == -1)
		return -1;
	for (size_t i = 0; i < sizeof place->generator->triggers /
					   sizeof *triggers &&
		triggers[i].path != NULL;
		i++)
		if (add_trigger(&payload, &triggers[i], err) == -1)
			return -1;
	return add_script(&payload, err);
}

static int
check_file(const struct segment_file *file, const struct initramfs *result,
	struct error *err)
{
	const struct tree_node *node = tree_find(result->tree, file->path);

	if (S_ISLNK(file->mode))
		return node == NULL
			? 0
			: error_set(err, 0, "%s would stay in the image",
				  file->path);
	if (!tree_is_file(node) || node->bytes != file->bytes ||
		(file->bytes > 0 &&
			memcmp(node->data, file->data, file->bytes) != 0))
		return error_set(err, 0, "%s would not arrive in the image",
			file->path);
	return 0;
}

/* Was this file of the image hidden on purpose? */
static bool
is_hidden(const struct segment *segment, const struct tree_node *old)
{
	const struct segment_file *file;
	char path[TREE_PATH_BYTES];

	if (tree_path(segment->base->tree, old, path, NULL) == -1)
		return false;
	file = segment_find(segment, path);
	return file != NULL && S_ISLNK(file->mode);
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
					((old->mode ^ new->mode) & S_IFMT)) &&
				!is_hidden(segment, old)))
			return error_set(err, 0,
				"%.*s of the image would be lost",
				(int)old->name_bytes, old->name);
	}
	return 0;
}
