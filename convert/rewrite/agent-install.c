/*
 * Unpacking of the guest agent: files, links, and what enables the unit.  Which
 * packages these are was decided in agent.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/assess/ini.h"
#include "convert/rewrite/agent.h"
#include "convert/rewrite/change.h"
#include "drivers-inject/appliance.h"
#include "drivers-inject/inject.h"

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

static int
note(struct changes *changes, const char *path, const void *data, size_t bytes,
	struct error *err)
{
	struct inject_change change = {.path = path, .kind = INJECT_CREATED,
		.reason = reason, .after = {.bytes = bytes}};

	/* a text is kept for the record */
	if (memchr(data, '\0', bytes) == NULL)
		change.after.data = data;
	if (hash_block(data, bytes, change.after.hash, err) == -1)
		return -1;
	return changes_note(changes, &change, err);
}

static int
make_folder(guestfs_h *g, const char *path)
{
	AUTO(freep) char *folder = strdup(path);

	if (folder == NULL)
		return -1;
	*strrchr(folder, '/') = '\0';
	return *folder == '\0' ? 0 : guestfs_mkdir_p(g, folder);
}

static bool
is_taken(guestfs_h *g, const char *path)
{
	struct guestfs_statns *stat = guestfs_lstatns(g, path);
	bool is_there = stat != NULL;

	guestfs_free_statns(stat);
	return is_there;
}

static int
write_file(guestfs_h *g, const struct bundle_file *file)
{
	if (make_folder(g, file->path) == -1)
		return -1;
	if (file->target != NULL)
		return guestfs_ln_s(g, file->target, file->path);
	return guestfs_write(g, file->path, file->data, file->bytes) == -1 ||
			guestfs_chmod(g, (int)file->mode, file->path) == -1
		? -1
		: 0;
}

static int
add_file(guestfs_h *g, const struct bundle_file *file,
	struct changes *changes, struct findings *findings, struct error *err)
{
	struct error why = {0};

	if (!is_needed(file->path) || is_taken(g, file->path))
		return 0;
	if (write_file(g, file) == -1) {
		guest_error(&why, g, "create %s", file->path);
		finding_add(findings, "guest.file-not-written", file->path, 0,
			why.text, NULL);
		return 0;
	}
	return note(changes, file->path,
		file->target == NULL ? file->data : file->target,
		file->target == NULL ? file->bytes : strlen(file->target), err);
}

/* [Install] WantedBy= of a unit, as `systemctl enable` makes links of it. */
static int
enable_unit(guestfs_h *g, const struct bundle_file *unit,
	struct changes *changes, struct findings *findings, struct error *err)
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
		if (add_file(g, &link, changes, findings, err) == -1)
			return -1;
	}
	return 0;
}

/* As update-rc.d and chkconfig do it, where no systemd starts units. */
static int
enable_script(guestfs_h *g, const struct bundle_file *script,
	struct changes *changes, struct findings *findings, struct error *err)
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
			if (add_file(g, &link, changes, findings, err) == -1)
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
agent_install(const struct agent *agent, guestfs_h *g, struct changes *changes,
	struct findings *findings, struct error *err)
{
	bool has_systemd = is_taken(g, "/lib/systemd/systemd") ||
		is_taken(g, "/usr/lib/systemd/systemd");

	for (size_t i = 0; i < agent->count; i++) {
		const struct bundle *bundle = agent->packages[i];

		for (size_t k = 0; k < bundle->count; k++) {
			const struct bundle_file *file = &bundle->files[k];

			if (add_file(g, file, changes, findings, err) == -1)
				return -1;
			if (i == 0 && !has_systemd &&
				enable_script(g, file, changes, findings, err) ==
					-1)
				return -1;
			if (i == 0 && is_unit(file) &&
				enable_unit(g, file, changes, findings, err) ==
					-1)
				return -1;
		}
	}
	return 0;
}
