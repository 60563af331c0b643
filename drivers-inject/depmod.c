/*
 * Module indexes for an image, made by the host's depmod over a temporary copy
 * of the modules.  modprobe in the image trusts these indexes alone, and
 * prefers their binary forms, so all of them are made anew.
 */
#include "drivers-inject/depmod.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "common/process.h"
#include "drivers-inject/names.h"

enum { INDEX_LIMIT = 64 << 20, DEPMOD_SECONDS = 120 };

struct depmod {
	char *root;    /* holds empty/ and lib/modules/VERSION/ */
	char *modules;
	char *version;
};

void
depmod_free(struct depmod *depmod)
{
	if (depmod == NULL)
		return;
	if (depmod->root != NULL)
		io_remove_tree(depmod->root, NULL);
	free(depmod->root);
	free(depmod->modules);
	free(depmod->version);
	free(depmod);
}

static int
make_root(struct depmod *depmod, struct error *err)
{
	const char *temporary = getenv("TMPDIR");
	AUTO(freep) char *root = io_format("%s/unrack-depmod.XXXXXX",
		temporary == NULL ? "/tmp" : temporary);

	if (root == NULL)
		return error_set(err, ENOMEM, "prepare depmod");
	if (mkdtemp(root) == NULL)
		return error_set(err, errno, "create %s", root);
	depmod->root = take(root);
	return 0;
}

int
depmod_new(struct depmod **depmod_out, const char *version, struct error *err)
{
	AUTO(depmod_freep) struct depmod *depmod = calloc(1, sizeof *depmod);
	AUTO(freep) char *empty = NULL;

	if (depmod == NULL)
		return error_set(err, ENOMEM, "prepare depmod");
	if (make_root(depmod, err) == -1)
		return -1;
	depmod->version = strdup(version);
	depmod->modules = io_format("%s/lib/modules/%s", depmod->root, version);
	empty = io_format("%s/empty", depmod->root);
	if (depmod->version == NULL || depmod->modules == NULL || empty == NULL)
		return error_set(err, ENOMEM, "prepare depmod");
	if (io_make_folders(depmod->modules, err) == -1 ||
		io_make_folders(empty, err) == -1)
		return -1;
	*depmod_out = take(depmod);
	return 0;
}

int
depmod_add(struct depmod *depmod, const char *path, const void *data,
	size_t bytes, struct error *err)
{
	AUTO(freep) char *target = io_format("%s/%s", depmod->modules, path);
	AUTO(freep) char *folder = target == NULL ? NULL : strdup(target);
	AUTO(fd_closep) int fd = -1;

	if (folder == NULL)
		return error_set(err, ENOMEM, "prepare depmod");
	*strrchr(folder, '/') = '\0';
	if (io_make_folders(folder, err) == -1)
		return -1;
	fd = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		0600);
	if (fd == -1)
		return error_set(err, errno, "create %s", target);
	return io_write(fd, data, bytes, target, err);
}

static void
dir_closep(DIR **dir)
{
	if (*dir != NULL)
		closedir(*dir);
}

static int
list_indexes(const struct depmod *depmod, struct names *names,
	struct error *err)
{
	AUTO(dir_closep) DIR *dir = opendir(depmod->modules);
	const struct dirent *entry;

	if (dir == NULL)
		return error_set(err, errno, "list %s", depmod->modules);
	while ((entry = readdir(dir)) != NULL)
		if (strncmp(entry->d_name, "modules.", 8) == 0 &&
			names_add(names, entry->d_name, err) == -1)
			return -1;
	names_sort(names);
	return 0;
}

int
depmod_run(struct depmod *depmod,
	int (*take_file)(void *context, const char *name, const void *data,
		size_t bytes, struct error *err),
	void *context, struct error *err)
{
	AUTO(freep) char *empty = io_format("%s/empty", depmod->root);
	AUTO(names_freep) struct names names = {NULL, 0, 0};
	/* -C: the host's own depmod.d must not matter */
	const char *argv[] = {"depmod", "-C", empty, "-b", depmod->root,
		depmod->version, NULL};

	if (empty == NULL)
		return error_set(err, ENOMEM, "run depmod");
	if (process_run_confined(argv, NULL, DEPMOD_SECONDS, err) == -1 ||
		list_indexes(depmod, &names, err) == -1)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		AUTO(freep) char *path = io_format("%s/%s", depmod->modules,
			names.items[i]);
		AUTO(freep) char *data = NULL;
		size_t bytes;

		if (path == NULL)
			return error_set(err, ENOMEM, "run depmod");
		if (io_read_file(&data, &bytes, path, INDEX_LIMIT, err) == -1 ||
			take_file(context, names.items[i], data, bytes, err) ==
				-1)
			return -1;
	}
	return 0;
}
