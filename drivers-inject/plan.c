/*
 * The difference between what an image holds and what a virtual machine's
 * disks need.  modules.c knows the guest's side, tree.c the image's; payload.c
 * carries the plan out.
 */
#include "drivers-inject/plan.h"

#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "drivers-inject/initramfs.h"

static const char *const module_roots[] = {"lib/modules", "usr/lib/modules"};

/* Where the image keeps modules of this version, or would. */
static int
find_folder(struct plan *plan, const struct tree *tree, const char *version,
	const struct tree_node **folder_out, struct error *err)
{
	char path[TREE_PATH_BYTES];

	*folder_out = NULL;
	if (plan->flat) {
		*folder_out = tree_find(tree, "lib");
		return tree_real_path(tree, "lib", plan->folder, err);
	}
	for (size_t i = 0; i < 2 && *folder_out == NULL; i++) {
		snprintf(path, sizeof path, "%s/%s", module_roots[i], version);
		*folder_out = tree_find(tree, path);
	}
	if (tree_is_folder(*folder_out))
		return tree_path(tree, *folder_out, plan->folder, err);
	for (size_t i = 0; i < 2; i++) {
		const struct tree_node *root = tree_find(tree, module_roots[i]);

		if (root != NULL && root->children > 0)
			return error_set(err, 0, "it holds modules of another "
				"kernel than %s", version);
	}
	*folder_out = NULL;
	snprintf(path, sizeof path, "%s/%s", module_roots[0], version);
	return tree_real_path(tree, path, plan->folder, err);
}

static bool
is_module(const char *name, size_t bytes)
{
	const char *dot = memmem(name, bytes, ".ko", 3);
	size_t after = dot == NULL ? 0 : (size_t)(dot - name) + 3;

	return dot != NULL && (after == bytes || name[after] == '.');
}

/* The file names of all modules in the image. */
static int
list_modules(const struct tree *tree, const struct tree_node *folder,
	struct names *files, struct error *err)
{
	for (size_t i = 1; folder != NULL && i < tree->count; i++) {
		const struct tree_node *node = &tree->nodes[i];

		if (tree_is_file(node) &&
			is_module(node->name, node->name_bytes) &&
			tree_is_below(tree, node, folder) &&
			names_add_part(files, node->name, node->name_bytes,
				err) == -1)
			return -1;
	}
	return 0;
}

static bool
holds(const struct names *files, const char *module)
{
	char name[MODULES_NAME_BYTES];

	for (size_t i = 0; i < files->count; i++) {
		modules_name(name, files->items[i]);
		if (strcmp(name, module) == 0)
			return true;
	}
	return false;
}

static const char *
suffix_of(const char *file)
{
	const char *slash = strrchr(file, '/');
	const char *dot = strstr(slash == NULL ? file : slash, ".ko");

	return dot == NULL ? "" : dot;
}

static bool
has_suffix(const struct names *files, const char *suffix)
{
	for (size_t i = 0; i < files->count; i++)
		if (strcmp(suffix_of(files->items[i]), suffix) == 0)
			return true;
	return false;
}

/*
 * Some tools unpack the modules that they copy: then their modprobe may not be
 * able to.
 */
static void
compare_suffix(struct plan *plan, const struct names *files, const char *path)
{
	if (files->count == 0 || has_suffix(files, suffix_of(path)))
		return;
	if (has_suffix(files, ".ko"))
		plan->unpack = true;
	else
		plan->new_suffix = true;
}

/* Take a module and what it needs, but for what the image holds. */
static int
add_module(struct plan *plan, const struct modules *modules,
	const struct module *module, const struct names *files,
	struct error *err)
{
	AUTO(names_freep) struct names needed = {NULL, 0, 0};

	if (modules_closure(modules, module, &needed, err) == -1)
		return -1;
	for (size_t i = 0; i < needed.count; i++) {
		char name[MODULES_NAME_BYTES];

		modules_name(name, needed.items[i]);
		if (holds(files, name) || names_has(&plan->added, name))
			continue;
		if (names_add(&plan->added, name, err) == -1 ||
			names_add(&plan->paths, needed.items[i], err) == -1)
			return -1;
		compare_suffix(plan, files, needed.items[i]);
	}
	return 0;
}

static int
decide(struct plan *plan, const struct modules_wanted *wanted,
	const struct plan_request *request, const struct names *files,
	struct error *err)
{
	const struct module *module =
		modules_find(request->modules, wanted->name);

	/* A module file wins over modules.builtin: depmod lists a name once. */
	if (module == NULL && modules_is_builtin(request->modules, wanted->name))
		return names_add(&plan->builtin, wanted->name, err);
	if (module == NULL)
		return wanted->essential
			? names_add(&plan->missing, wanted->name, err)
			: 0;
	if (holds(files, wanted->name) &&
		names_add(&plan->present, wanted->name, err) == -1)
		return -1;
	if (request->initramfs == NULL || wanted->tier > request->tier)
		return 0;
	if (wanted->loaded && names_add(&plan->load, wanted->name, err) == -1)
		return -1;
	/* Also when present: what it needs may be missing. */
	return add_module(plan, request->modules, module, files, err);
}

int
plan_make(struct plan *plan_out, const struct plan_request *request,
	struct error *err)
{
	AUTO(plan_freep) struct plan plan = {.flat = request->flat};
	AUTO(names_freep) struct names files = {NULL, 0, 0};
	const struct tree_node *folder;

	if (request->initramfs != NULL &&
		(find_folder(&plan, request->initramfs->tree, request->version,
			 &folder, err) == -1 ||
			list_modules(request->initramfs->tree, folder, &files,
				err) == -1))
		return -1;
	for (size_t i = 0; i < modules_wanted_count; i++)
		if (decide(&plan, &modules_wanted[i], request, &files, err) ==
			-1)
			return -1;
	*plan_out = plan;
	plan = (struct plan){.new_suffix = false};
	return 0;
}

bool
plan_has(const struct plan *plan, const char *module, bool now)
{
	if (names_has(&plan->builtin, module))
		return true;
	return now ? names_has(&plan->present, module) &&
				!names_has(&plan->added, module)
		   : names_has(&plan->present, module) ||
				names_has(&plan->added, module);
}

bool
plan_drives(const struct plan *plan, const char *module, bool now)
{
	static const char *const base[] = {"virtio", "virtio_ring",
		"virtio_pci"};

	for (size_t i = 0; i < sizeof base / sizeof *base; i++)
		if (!plan_has(plan, base[i], now))
			return false;
	return plan_has(plan, module, now);
}

char *
plan_target(const struct plan *plan, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *from = plan->flat && slash != NULL ? slash + 1 : path;
	size_t bytes = strlen(from);

	if (plan->unpack && bytes > 0 && *suffix_of(from) != '\0')
		bytes -= strlen(suffix_of(from)) - strlen(".ko");
	return io_format("%.*s", (int)bytes, from);
}

void
plan_freep(struct plan *plan)
{
	names_freep(&plan->present);
	names_freep(&plan->builtin);
	names_freep(&plan->missing);
	names_freep(&plan->added);
	names_freep(&plan->paths);
	names_freep(&plan->load);
}
