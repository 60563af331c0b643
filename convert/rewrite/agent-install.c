/*
 * Unpacking of the guest agent: files, links, and what enables the unit, planned
 * by the names that they have without links.  Which packages these are was
 * decided in agent.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/ini.h"
#include "convert/rewrite/agent.h"
#include "convert/rewrite/change.h"
#include "drivers-inject/guest.h"

static const char reason[] =
	"The guest agent lets the host talk to the guest.";

/* What a person does not need in a guest that reads no manual of it. */
static bool
is_needed(const char *path)
{
	return !string_starts(path, "/usr/share/doc/") &&
		!string_starts(path, "/usr/share/man/") &&
		!string_starts(path, "/usr/lib/.build-id/");
}

/* Not even a link that leads nowhere is replaced. */
static bool
is_taken(const struct guest_files *files, const char *path)
{
	AUTO(freep) char *target = NULL;
	struct guest_stat stat;
	struct error ignored;

	return files->stat(files->handle, path, &stat, &ignored) == 1 ||
		files->read_link(files->handle, path, &target, &ignored) == 0;
}

/* /lib/x is /usr/lib/x where /lib is a link; folders may still be missing. */
static char *
real_place(const struct guest_files *files, const char *path)
{
	AUTO(freep) char *folder = strdup(path);
	char *slash = NULL;

	while (folder != NULL && (slash = strrchr(folder, '/')) != NULL &&
		slash != folder) {
		AUTO(freep) char *real = NULL;
		struct error ignored;

		*slash = '\0';
		if (files->real_path(files->handle, folder, &real, &ignored) ==
			0)
			return io_format("%s%s", strcmp(real, "/") == 0
					? "" : real, path + (slash - folder));
	}
	return strdup(path);
}

static int
add_file(const struct guest_files *files, const struct bundle_file *file,
	struct changes *changes, struct error *err)
{
	AUTO(freep) char *path = real_place(files, file->path);

	if (path == NULL)
		return error_set(err, ENOMEM, "plan %s", file->path);
	if (!is_needed(file->path) || changes_have(changes, path) ||
		is_taken(files, path))
		return 0;
	if (file->target != NULL && changes_plan_symlink(changes, path, NULL,
		file->target, reason, err) == -1)
		return -1;
	if (file->target == NULL && changes_plan_file(changes, path, file->data,
		file->bytes, file->mode, reason, err) == -1)
		return -1;
	changes_mark_optional(changes, path);
	return 0;
}

/* [Install] WantedBy= of a unit, as `systemctl enable` makes links of it. */
static int
enable_unit(const struct guest_files *files,
	const struct bundle_file *unit, struct changes *changes,
	struct error *err)
{
	const char *base = strrchr(unit->path, '/');
	struct ini ini = {.next = unit->data};

	while (ini_next(&ini)) {
		struct bundle_file link = {.target = unit->path};
		AUTO(freep) char *path = NULL;

		if (!ini_is(&ini, "Install", "WantedBy") ||
			strpbrk(ini.value, "/ ") != NULL)
			continue;
		path = io_format("/etc/systemd/system/%s.wants%s", ini.value,
			base);
		link.path = path;
		if (path == NULL)
			return error_set(err, ENOMEM, "enable %s", unit->path);
		if (add_file(files, &link, changes, err) == -1)
			return -1;
	}
	return 0;
}

/* As update-rc.d and chkconfig do it, where no systemd starts units. */
static int
enable_script(const struct guest_files *files,
	const struct bundle_file *script, struct changes *changes,
	struct error *err)
{
	static const struct {
		const char *script, *folder;
	} kinds[] = {{"/etc/init.d/", "/etc/rc"},
		{"/etc/rc.d/init.d/", "/etc/rc.d/rc"}};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (!string_starts(script->path, kinds[i].script))
			continue;
		for (int level = 2; level <= 5; level++) {
			const char *name = strrchr(script->path, '/') + 1;
			AUTO(freep) char *path = io_format("%s%d.d/S20%s",
				kinds[i].folder, level, name);
			AUTO(freep) char *target = io_format("../init.d/%s",
				name);
			struct bundle_file link = {.path = path,
				.target = target};

			if (path == NULL || target == NULL)
				return error_set(err, ENOMEM, "enable %s",
					script->path);
			if (add_file(files, &link, changes, err) == -1)
				return -1;
		}
	}
	return 0;
}

static bool
is_unit(const struct bundle_file *file)
{
	return file->data != NULL && string_ends(file->path, ".service") &&
		strstr(file->path, "/systemd/system/") != NULL;
}

int
agent_install(const struct agent *agent, const struct guest_files *files,
	struct changes *changes, struct error *err)
{
	bool has_systemd = is_taken(files, "/lib/systemd/systemd") ||
		is_taken(files, "/usr/lib/systemd/systemd");

	for (size_t i = 0; i < agent->count; i++) {
		const struct bundle *bundle = agent->packages[i];

		for (size_t k = 0; k < bundle->count; k++) {
			const struct bundle_file *file = &bundle->files[k];

			if (add_file(files, file, changes, err) == -1)
				return -1;
			if (i == 0 && !has_systemd &&
				enable_script(files, file, changes, err) == -1)
				return -1;
			if (i == 0 && is_unit(file) &&
				enable_unit(files, file, changes, err) == -1)
				return -1;
		}
	}
	return 0;
}
