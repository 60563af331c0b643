/*
 * What shows that a file system is the root of a Linux: its configuration and
 * an init.  Where /usr is another file system, the init lies there, and only
 * links of the root lead to it.
 */
#include "convert/assess/linux-root.h"

#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/fstab.h"
#include "convert/assess/guest-file.h"
#include "drivers-inject/guest.h"

/* What cannot be looked at is not there. */
static bool
has_file(const struct guest_files *files, const char *path)
{
	struct error err;

	return guest_has_file(files, path, &err) == 1;
}

bool
linux_root_has_init(const struct guest_files *files)
{
	static const char *const inits[] = {"/usr/lib/systemd/systemd",
		"/lib/systemd/systemd", "/sbin/init", "/usr/sbin/init",
		"/etc/inittab"};

	for (size_t i = 0; i < sizeof inits / sizeof *inits; i++)
		if (has_file(files, inits[i]))
			return true;
	return false;
}

/* "usr/lib", "/usr/lib", "../usr/lib/systemd/systemd" */
static bool
leads_into_usr(const struct guest_files *files, const char *path)
{
	AUTO(freep) char *target = NULL;
	struct error err;
	const char *at;

	if (files->read_link(files->handle, path, &target, &err) == -1)
		return false;
	at = string_starts(target, "../") ? target + 3 : target;
	return string_starts(at + (*at == '/'), "usr/");
}

/* As all releases that have no init but systemd's are laid out. */
static bool
has_init_in_usr(const struct guest_files *files)
{
	static const char *const links[] = {"/sbin", "/lib", "/sbin/init"};

	for (size_t i = 0; i < sizeof links / sizeof *links; i++)
		if (leads_into_usr(files, links[i]))
			return true;
	return false;
}

/* Does its fstab say how it is mounted itself? */
static bool
mounts_a_root(const struct guest_files *files)
{
	AUTO(freep) char *fstab = NULL;
	struct fstab_place place = {0, 0};
	struct fstab_line line;
	struct error err;
	size_t bytes;

	if (guest_read(files, "/etc/fstab", GUEST_FILE_LIMIT, true, &fstab,
		    &bytes, &err) == -1)
		return false;
	while (fstab != NULL && fstab_next(fstab, &place, &line))
		if (strcmp(line.field[FSTAB_TARGET], "/") == 0)
			return true;
	return false;
}

bool
linux_root_is_there(const struct guest_files *files)
{
	if ((has_file(files, "/etc/fstab") ||
		    has_file(files, "/etc/os-release")) &&
		linux_root_has_init(files))
		return true;
	return has_init_in_usr(files) && mounts_a_root(files);
}
