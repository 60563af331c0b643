/*
 * Which drivers a guest's kernel has: as modules, with what they need, or built
 * in.  Read from the indexes that depmod left in the guest; nothing is assumed
 * from distribution or version.  inject.c compares this with an image.
 */
#include "drivers-inject/modules.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "drivers-inject/guest.h"
#include "drivers-inject/tree.h"

enum {
	INDEX_LIMIT = 16 << 20, /* bytes of modules.dep, .builtin, config */
	MODULE_LIMIT = 100000,
	DEPTH_LIMIT = 32,
	CLOSURE_LIMIT = 1000, /* of what one module needs */
};

/*
 * The emulated ones are there so that a guest boots even where virtio is not
 * offered.  NIC drivers stay out: with one in the image, udev would name the
 * interface before the guest's own rules exist.
 */
const struct modules_wanted modules_wanted[] = {
	{"virtio", "CONFIG_VIRTIO", MODULES_VIRTIO, true, false},
	{"virtio_ring", "CONFIG_VIRTIO", MODULES_VIRTIO, true, false},
	{"virtio_pci_modern_dev", "CONFIG_VIRTIO_PCI_LIB", MODULES_VIRTIO,
		false, false},
	{"virtio_pci_legacy_dev", "CONFIG_VIRTIO_PCI_LIB_LEGACY",
		MODULES_VIRTIO, false, false},
	{"virtio_pci", "CONFIG_VIRTIO_PCI", MODULES_VIRTIO, true, true},
	{"virtio_blk", "CONFIG_VIRTIO_BLK", MODULES_VIRTIO, true, true},
	{"virtio_scsi", "CONFIG_SCSI_VIRTIO", MODULES_EMULATED, true, true},
	{"sd_mod", "CONFIG_BLK_DEV_SD", MODULES_EMULATED, true, true},
	{"ata_piix", "CONFIG_ATA_PIIX", MODULES_EMULATED, true, true},
	{"ahci", "CONFIG_SATA_AHCI", MODULES_EMULATED, true, true},
	{"piix", "CONFIG_BLK_DEV_PIIX", MODULES_LEGACY, false, true},
	{"ide_disk", "CONFIG_BLK_DEV_IDEDISK", MODULES_LEGACY, false, true},
	{"ide_gd_mod", "CONFIG_IDE_GD", MODULES_LEGACY, false, true},
	{"sym53c8xx", "CONFIG_SCSI_SYM53C8XX_2", MODULES_LEGACY, false, true},
	{"megaraid_sas", "CONFIG_MEGARAID_SAS", MODULES_LEGACY, false, true},
	{"mptsas", "CONFIG_FUSION_SAS", MODULES_LEGACY, false, true},
	{"nvme", "CONFIG_BLK_DEV_NVME", MODULES_LEGACY, false, true},
};
const size_t modules_wanted_count =
	sizeof modules_wanted / sizeof *modules_wanted;

/* Not injected; asked for when a VM's card is chosen. */
static const struct modules_option {
	const char *name, *config;
} network[] = {
	{"virtio_net", "CONFIG_VIRTIO_NET"},
	{"e1000", "CONFIG_E1000"},
	{"pcnet32", "CONFIG_PCNET32"},
	{"8139cp", "CONFIG_8139CP"},
};

void
modules_name(char name_out[MODULES_NAME_BYTES], const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *from = slash == NULL ? path : slash + 1;
	size_t i;

	for (i = 0; i < MODULES_NAME_BYTES - 1 && from[i] != '\0'; i++) {
		if (strncmp(from + i, ".ko", 3) == 0 &&
			(from[i + 3] == '\0' || from[i + 3] == '.'))
			break;
		name_out[i] = from[i] == '-' ? '_' : from[i];
	}
	name_out[i] = '\0';
}

static int
compare_modules(const void *a, const void *b)
{
	const struct module *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static bool
path_stays_inside(const char *path)
{
	if (*path == '/' || *path == '\0' || strlen(path) > 1024)
		return false;
	for (const char *at = path; at != NULL; at = strchr(at, '/')) {
		at += *at == '/';
		if (strncmp(at, "..", 2) == 0 && (at[2] == '/' || at[2] == '\0'))
			return false;
	}
	return true;
}

/* Behind the folder when the path is below it, as it is written otherwise. */
static char *
below(char *path, const char *folder)
{
	size_t bytes = strlen(folder);

	return strncmp(path, folder, bytes) == 0 && path[bytes] == '/'
		? path + bytes + 1
		: path;
}

static int
add_line(struct modules *modules, size_t *room, const char *folder, char *line,
	struct error *err)
{
	char *colon = strchr(line, ':');
	struct module *module;

	if (colon == NULL)
		return 0;
	*colon = '\0';
	line = below(line, folder);
	if (!path_stays_inside(line))
		return error_set(err, 0, "modules.dep names %.200s, which is "
			"outside of the module folder", line);
	if (modules->count == MODULE_LIMIT)
		return error_set(err, 0, "more than %d modules", MODULE_LIMIT);
	if (modules->count == *room) {
		struct module *larger = realloc(modules->items,
			(*room = *room * 2 + 512) * sizeof *larger);

		if (larger == NULL)
			return error_set(err, ENOMEM, "read modules.dep");
		modules->items = larger;
	}
	module = &modules->items[modules->count++];
	modules_name(module->name, line);
	module->path = line;
	module->dependencies = colon + 1;
	return 0;
}

static int
add_builtin(struct modules *modules, const char *text, struct error *err)
{
	char line[1024], name[MODULES_NAME_BYTES];

	while (*text != '\0') {
		size_t bytes = strcspn(text, "\n");

		if (modules->builtin.count == MODULE_LIMIT)
			return error_set(err, 0, "more than %d modules",
				MODULE_LIMIT);
		if (bytes > 0 && bytes < sizeof line) {
			memcpy(line, text, bytes);
			line[bytes] = '\0';
			modules_name(name, line);
			if (names_add(&modules->builtin, name, err) == -1)
				return -1;
		}
		text += bytes + (text[bytes] == '\n');
	}
	return 0;
}

int
modules_parse(struct modules **modules_out, const char *folder, char *dep_text,
	const char *builtin_text, struct error *err)
{
	AUTO(modules_freep) struct modules *modules =
		calloc(1, sizeof *modules);
	char *line, *rest = dep_text;
	size_t room = 0;

	if (modules == NULL) {
		free(dep_text);
		return error_set(err, ENOMEM, "read modules.dep");
	}
	modules->dep_text = dep_text;
	while ((line = strsep(&rest, "\n")) != NULL)
		if (add_line(modules, &room, folder, line, err) == -1)
			return -1;
	if (builtin_text != NULL &&
		add_builtin(modules, builtin_text, err) == -1)
		return -1;
	if (modules->count > 1)
		qsort(modules->items, modules->count, sizeof *modules->items,
			compare_modules);
	*modules_out = take(modules);
	return 0;
}

void
modules_free(struct modules *modules)
{
	if (modules == NULL)
		return;
	free(modules->items);
	free(modules->dep_text);
	free(modules->alias_text);
	names_freep(&modules->builtin);
	free(modules);
}

/* Is "OPTION=y" a line of the configuration? */
static bool
config_has(const char *config, const char *option)
{
	size_t bytes = strlen(option);

	for (const char *at = config; (at = strstr(at, option)) != NULL;
		at += bytes)
		if ((at == config || at[-1] == '\n') &&
			strncmp(at + bytes, "=y", 2) == 0 &&
			(at[bytes + 2] == '\n' || at[bytes + 2] == '\0'))
			return true;
	return false;
}

static int
add_configured(struct modules *modules, const char *config, struct error *err)
{
	for (size_t i = 0; i < modules_wanted_count; i++)
		if (config_has(config, modules_wanted[i].config) &&
			names_add(&modules->builtin, modules_wanted[i].name,
				err) == -1)
			return -1;
	for (size_t i = 0; i < sizeof network / sizeof *network; i++)
		if (config_has(config, network[i].config) &&
			names_add(&modules->builtin, network[i].name, err) ==
				-1)
			return -1;
	return 0;
}

static int
read_index(const struct guest_files *files, const char *folder,
	const char *name, char **text_out, struct error *err)
{
	AUTO(freep) char *path = io_format("%s/%s", folder, name);
	size_t bytes;

	if (path == NULL)
		return error_set(err, ENOMEM, "read %s", name);
	return guest_read(files, path, INDEX_LIMIT, true, text_out, &bytes, err);
}

/* Of distributions beside the kernel, of some beside its modules. */
static int
read_config(const struct guest_files *files, const char *folder,
	const char *config_path, char **text_out, struct error *err)
{
	size_t bytes;

	*text_out = NULL;
	if (config_path != NULL &&
		guest_read(files, config_path, INDEX_LIMIT, true, text_out,
			&bytes, err) == -1)
		return -1;
	return *text_out != NULL
		? 0
		: read_index(files, folder, "config", text_out, err);
}

static int
lack_index(const char *folder, const char *where, struct error *err)
{
	error_set(err, ENOENT, "read %s/modules.dep%s", folder, where);
	return error_hint(err, "Run `depmod` for that kernel on the server, or "
		"remove the kernel if it is a leftover.");
}

int
modules_load(struct modules **modules_out, const struct guest_files *files,
	const char *folder, const char *config_path, struct error *err)
{
	AUTO(modules_freep) struct modules *modules = NULL;
	AUTO(freep) char *dep = NULL;
	AUTO(freep) char *builtin = NULL;
	AUTO(freep) char *config = NULL;

	if (read_index(files, folder, "modules.dep", &dep, err) == -1 ||
		read_index(files, folder, "modules.builtin", &builtin, err) ==
			-1 ||
		(builtin == NULL && read_config(files, folder, config_path,
					    &config, err) == -1))
		return -1;
	if (dep == NULL && config != NULL)
		dep = strdup("");
	if (dep == NULL)
		return lack_index(folder, "", err);
	if (modules_parse(&modules, folder, take(dep), builtin, err) == -1)
		return error_add(err, "%s", folder);
	if (config != NULL && add_configured(modules, config, err) == -1)
		return -1;
	*modules_out = take(modules);
	return 0;
}

/* *text_out is NULL when there is no such file. */
static int
copy_index(char **text_out, const struct tree *tree, const char *folder,
	const char *name, struct error *err)
{
	AUTO(freep) char *path = io_format("%s/%s", folder, name);
	const struct tree_node *node =
		path == NULL ? NULL : tree_find(tree, path);

	*text_out = NULL;
	if (path != NULL && !tree_is_file(node))
		return 0;
	if (path != NULL && node->bytes <= INDEX_LIMIT)
		*text_out = strndup((const char *)node->data, node->bytes);
	return *text_out == NULL ? error_set(err, ENOMEM, "read %s", name) : 0;
}

int
modules_load_image(struct modules **modules_out, const struct tree *tree,
	const char *folder, struct error *err)
{
	AUTO(modules_freep) struct modules *modules = NULL;
	AUTO(freep) char *dep = NULL;
	AUTO(freep) char *builtin = NULL;

	if (copy_index(&dep, tree, folder, "modules.dep", err) == -1 ||
		copy_index(&builtin, tree, folder, "modules.builtin", err) ==
			-1)
		return -1;
	if (dep == NULL)
		return lack_index(folder, " in it", err);
	if (modules_parse(&modules, folder, take(dep), builtin, err) == -1 ||
		copy_index(&modules->alias_text, tree, folder, "modules.alias",
			err) == -1)
		return error_add(err, "%s", folder);
	*modules_out = take(modules);
	return 0;
}

int
modules_read_aliases(struct modules *modules, const struct guest_files *files,
	const char *folder, struct error *err)
{
	if (modules->alias_text != NULL)
		return 0;
	return read_index(files, folder, "modules.alias", &modules->alias_text,
		err);
}

/* "alias PATTERN MODULE": is the module meant, and the device by the pattern? */
static bool
alias_fits(const char *line, size_t bytes, const char *name, const char *device)
{
	char pattern[512], module[MODULES_NAME_BYTES], exact[MODULES_NAME_BYTES];
	char text[640];

	if (bytes >= sizeof text)
		return false;
	memcpy(text, line, bytes);
	text[bytes] = '\0';
	if (sscanf(text, "alias %511s %63s", pattern, module) != 2)
		return false;
	modules_name(exact, module);
	return strcmp(exact, name) == 0 && fnmatch(pattern, device, 0) == 0;
}

bool
modules_claim(const struct modules *modules, const char *name,
	const char *device)
{
	const char *at = modules->alias_text;

	if (at == NULL || modules_find(modules, name) == NULL)
		return true;
	while (*at != '\0') {
		size_t bytes = strcspn(at, "\n");

		if (alias_fits(at, bytes, name, device))
			return true;
		at += bytes + (at[bytes] == '\n');
	}
	return false;
}

const struct module *
modules_find(const struct modules *modules, const char *name)
{
	struct module key;

	modules_name(key.name, name);
	if (modules->count == 0)
		return NULL;
	return bsearch(&key, modules->items, modules->count,
		sizeof *modules->items, compare_modules);
}

bool
modules_is_builtin(const struct modules *modules, const char *name)
{
	return names_has(&modules->builtin, name);
}

/* `seen` has a flag for each module, so that a circle ends. */
static int
close_over(const struct modules *modules, const struct module *module,
	bool *seen, struct names *paths, unsigned depth, struct error *err)
{
	const char *at = module->dependencies;
	char path[1024];

	if (seen[module - modules->items])
		return 0;
	seen[module - modules->items] = true;
	if (depth > DEPTH_LIMIT || paths->count > CLOSURE_LIMIT)
		return error_set(err, 0, "%s needs too much", module->name);
	for (at += strspn(at, " \t"); *at != '\0'; at += strspn(at, " \t")) {
		size_t bytes = strcspn(at, " \t");
		const struct module *needed;

		if (bytes >= sizeof path)
			return error_set(err, ENAMETOOLONG, "modules.dep");
		memcpy(path, at, bytes);
		path[bytes] = '\0';
		at += bytes;
		needed = modules_find(modules, path);
		if (needed == NULL)
			return error_set(err, 0, "%s needs %s, which "
				"modules.dep does not list", module->name, path);
		if (close_over(modules, needed, seen, paths, depth + 1, err) ==
			-1)
			return -1;
	}
	return names_add_once(paths, module->path, err);
}

int
modules_closure(const struct modules *modules, const struct module *module,
	struct names *paths, struct error *err)
{
	AUTO(freep) bool *seen = calloc(modules->count, sizeof *seen);

	if (seen == NULL)
		return error_set(err, ENOMEM, "follow dependencies");
	return close_over(modules, module, seen, paths, 0, err);
}
