/*
 * Which parts of a guest the rules get to see, and how they are fetched.  Each
 * call of the appliance takes milliseconds under emulation, so folders of
 * configuration come whole, as one tar stream; where data may lie beside
 * configuration, names come first and then a few files.
 */
#include "convert/assess/snapshot.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/log.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/catalogue.h"
#include "convert/assess/files.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest-file.h"
#include "convert/assess/guest-stream.h"
#include "convert/assess/packages.h"
#include "convert/assess/rpm-guest.h"

enum {
	MIB = 1 << 20,
	NAMES_LIMIT = 4 * MIB, /* of a folder whose files are listed */
	PICK_LIMIT = 300,      /* files read one by one, in all */
};

struct snapshot {
	guestfs_h *g;
	struct files *files;
	struct packages *packages;
	struct findings *findings;
	unsigned picked;
};

/* ---- whole folders ---- */

/* Big or many, and nothing that a rule wants. */
static const char *const etc_excludes[] = {"./ssl/certs/ca-certificates*",
	"./ssl/certs/*.[0-9]", "./ssl/certs/java", "*.key",
	"./ssh/ssh_host_*_key", "./alternatives",
	"./pki/ca-trust/extracted", "./pki/java", "./selinux/*/*", "./fonts",
	"./ld.so.cache", "./udev/hwdb.bin", "./hwdb.d", "./gconf", "./X11",
	"./xdg", "./apparmor.d/abstractions", "./ca-certificates*", "./ssh/moduli",
	"./services", "./mime.types", "./java-*/security/cacerts", "*.db",
	"*~", NULL};
static const char *const sar_excludes[] = {"./sa[0-9]*", "*.xz", "*.gz",
	"*.bz2", NULL};
static const char *const unit_excludes[] = {"*.wants", "*.requires", NULL};
static const char *const nothing[] = {NULL};

static const struct tree {
	const char *folder;
	const char *const *excludes;
	size_t limit_bytes;
} trees[] = {
	{"/etc", etc_excludes, 48 * MIB},
	{"/usr/lib/systemd/system", unit_excludes, 8 * MIB},
	{"/lib/systemd/system", unit_excludes, 8 * MIB},
	{"/var/spool/cron", nothing, 4 * MIB},
	{"/var/spool/at", nothing, 4 * MIB},
	{"/var/lib/dbus", nothing, MIB},
	{"/var/lib/iscsi", nothing, MIB},
	{"/var/log/sysstat", sar_excludes, 8 * MIB},
	{"/var/log/sa", sar_excludes, 8 * MIB},
};

static int
call_tar(guestfs_h *g, const char *file, const void *cookie)
{
	const struct tree *tree = cookie;
	AUTO(freep) char *real = guestfs_realpath(g, tree->folder);
	struct guestfs_tar_out_opts_argv options = {
		.bitmask = GUESTFS_TAR_OUT_OPTS_EXCLUDES_BITMASK,
		.excludes = (char *const *)(uintptr_t)tree->excludes,
	};

	/* The appliance's tar would follow a link out of the guest. */
	return real == NULL ? -1
			    : guestfs_tar_out_opts_argv(g, real, file, &options);
}

/* /lib may be a link to /usr/lib. */
static bool
is_read_elsewhere(guestfs_h *g, const struct tree *tree)
{
	AUTO(freep) char *real = guestfs_realpath(g, tree->folder);

	for (size_t i = 0; real != NULL && i < sizeof trees / sizeof *trees; i++) {
		if (&trees[i] != tree && strcmp(trees[i].folder, real) == 0)
			return true;
	}
	return false;
}

static void
take_tree(struct snapshot *snapshot, const struct tree *tree)
{
	AUTO(freep) char *data = NULL;
	struct error err = {0};
	size_t bytes = 0;
	bool is_cut;

	if (!guest_folder_is_there(snapshot->g, tree->folder) ||
		is_read_elsewhere(snapshot->g, tree))
		return;
	if (guest_stream(&data, &bytes, &is_cut, snapshot->g,
		    tree->limit_bytes, call_tar, tree, &err) == -1 ||
		files_read_tar(snapshot->files, data, bytes, is_cut,
			tree->folder, &err) == -1)
		findings_add_limit(snapshot->findings, false,
			"%s was not read whole: %s", tree->folder, err.text);
	else if (is_cut)
		findings_add_limit(snapshot->findings, false,
			"%s holds more than %zu MiB: not all of it was read",
			tree->folder, tree->limit_bytes / MIB);
	log_debug("read %s: %zu bytes", tree->folder, bytes);
}

/* ---- names ---- */

static const char *const listed[] = {"/", "/boot", "/usr/sbin", "/var/lib",
	"/var/log", "/lib/modules"};

/* What links of /etc lead to, and what tools or an earlier conversion left. */
static void
take_files(struct snapshot *snapshot)
{
	static const char *const paths[] = {"/usr/lib/os-release",
		"/var/lib/unrack/disabled", "/var/lib/unrack/undo",
		"/boot/grub/device.map", "/boot/grub2/device.map"};

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		size_t bytes = 0;
		AUTO(freep) char *text = guest_file_head(snapshot->g, paths[i],
			FILES_TEXT_LIMIT, &bytes);

		if (text != NULL)
			files_add(snapshot->files, paths[i], text, bytes);
	}
}

static void
note_links(struct snapshot *snapshot)
{
	static const char *const links[] = {"/bin", "/lib", "/lib64", "/sbin"};

	for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
		AUTO(freep) char *target =
			guestfs_readlink(snapshot->g, links[i]);

		if (target != NULL)
			files_add_link(snapshot->files, links[i], target);
	}
}

static void
list_folder(struct snapshot *snapshot, const char *folder)
{
	AUTO(strings_freep) char **names = NULL;
	char path[FILES_PATH_LIMIT];

	if (guest_folder_is_there(snapshot->g, folder))
		names = guestfs_ls(snapshot->g, folder);
	for (char **name = names; name != NULL && *name != NULL; name++) {
		snprintf(path, sizeof path, "%s/%s",
			strcmp(folder, "/") == 0 ? "" : folder, *name);
		files_add(snapshot->files, path, NULL, 0);
	}
}

static int
call_find(guestfs_h *g, const char *file, const void *cookie)
{
	return guestfs_find0(g, cookie, file);
}

/* The path of a name that find_names() gave, which begins with a slash; false when
 * it is too long. */
static bool
join_found(char path[FILES_PATH_LIMIT], const char *folder, const char *name)
{
	return snprintf(path, FILES_PATH_LIMIT, "%s/%s", folder,
		name + strspn(name, "/")) < FILES_PATH_LIMIT;
}

/* All names below a folder, each ended by NUL; NULL when there are none. */
static char *
find_names(struct snapshot *snapshot, const char *folder, size_t *bytes_out)
{
	AUTO(freep) char *data = NULL;
	struct error err = {0};
	bool is_cut;

	if (!guest_folder_is_there(snapshot->g, folder))
		return NULL;
	if (guest_stream(&data, bytes_out, &is_cut, snapshot->g, NAMES_LIMIT,
		    call_find, folder, &err) == -1) {
		findings_add_limit(snapshot->findings, false,
			"%s was not listed: %s", folder, err.text);
		return NULL;
	}
	if (is_cut)
		findings_add_limit(snapshot->findings, false,
			"%s holds too many files to look at all", folder);
	return take(data);
}

/* ---- some files of folders that may hold anything ---- */

static const char *const picked[] = {"/opt", "/srv", "/var/www", "/usr/local",
	"/root", "/home", "/var/lib/tomcat*", "/usr/share/tomcat*"};

static bool
is_wanted(const char *path)
{
	static const char *const endings[] = {"*.conf", "*.cfg", "*.cnf",
		"*.ini", "*.xml", "*.properties", "*.yaml", "*.yml", "*.json",
		"*.toml", "*.env", "*/.env", "*.php", "*.sh", "*.py", "*.pl",
		"*.rb", "*.lic", "*.dat", "*.config", "*.service", "*.cron",
		"*.sql", "*.ora", "*.aspx", "*.jsp", "*.netrc", "*.pgpass",
		"*.my.cnf", "*/authorized_keys", "*/bin/*", "*cred*",
		"*/group_vars/*", "*/host_vars/*", "*/.s3cfg", "*.pem",
		"*.crt", "*.cer", "*.der"};
	static const char *const boring[] = {"*/node_modules/*", "*/.git/*",
		"*/vendor/*", "*/site-packages/*", "*/dist-packages/*",
		"*/cache/*", "*/doc/*", "*/docs/*", "*/locale/*",
		"*/examples/*", "*/.cache/*", "*/test/*", "*/tests/*",
		"*/share/man/*", "*.min.js", "*/uploads/*"};
	bool is_wanted = false;

	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		is_wanted = is_wanted || fnmatch(endings[i], path, 0) == 0;
	for (size_t i = 0; i < sizeof boring / sizeof *boring; i++)
		is_wanted = is_wanted && fnmatch(boring[i], path, 0) != 0;
	return is_wanted;
}

static void
pick_file(struct snapshot *snapshot, const char *path)
{
	AUTO(freep) char *text = NULL;
	size_t bytes = 0;

	if (snapshot->picked == PICK_LIMIT)
		findings_add_limit(snapshot->findings, false,
			"only %d files of applications were read, up to %s",
			PICK_LIMIT, path);
	if (snapshot->picked++ >= PICK_LIMIT)
		return;
	text = guest_file_head(snapshot->g, path, FILES_TEXT_LIMIT, &bytes);
	if (text == NULL || !files_add(snapshot->files, path, text, bytes))
		return;
	if (bytes == FILES_TEXT_LIMIT)
		files_mark_cut(snapshot->files);
}

static void
pick_folder(struct snapshot *snapshot, const char *folder)
{
	size_t bytes = 0;
	AUTO(freep) char *names = find_names(snapshot, folder, &bytes);
	char path[FILES_PATH_LIMIT];

	for (size_t at = 0; names != NULL && at < bytes;
		at += strlen(names + at) + 1) {
		if (!join_found(path, folder, names + at))
			continue;
		if (is_wanted(path))
			pick_file(snapshot, path);
		else
			files_add(snapshot->files, path, NULL, 0);
	}
}

static void
pick_folders(struct snapshot *snapshot)
{
	for (size_t i = 0; i < sizeof picked / sizeof *picked; i++) {
		AUTO(strings_freep) char **folders = NULL;

		if (strchr(picked[i], '*') == NULL) {
			pick_folder(snapshot, picked[i]);
			continue;
		}
		folders = guestfs_glob_expand(snapshot->g, picked[i]);
		for (char **folder = folders;
			folder != NULL && *folder != NULL; folder++) {
			(*folder)[strcspn(*folder, "\n")] = '\0';
			if ((*folder)[strlen(*folder) - 1] == '/')
				(*folder)[strlen(*folder) - 1] = '\0';
			pick_folder(snapshot, *folder);
		}
	}
}

/* Configuration beside data, where no folder may be listed or read whole. */
static void
take_settings(struct snapshot *snapshot)
{
	static const char *const patterns[] = {"/var/lib/pgsql/data/*.conf",
		"/var/lib/pgsql/*/data/*.conf", "/var/opt/mssql/mssql.conf"};

	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
		AUTO(strings_freep) char **paths =
			guest_files(snapshot->g, patterns[i]);

		for (char **path = paths; path != NULL && *path != NULL; path++)
			pick_file(snapshot, *path);
	}
}

/* ---- software that rules know by its folders ---- */

static bool
is_below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 && path[n] == '/';
}

/* Are all names there in the snapshot anyway? */
static bool
is_taken(const char *pattern)
{
	for (size_t i = 0; i < sizeof trees / sizeof *trees; i++)
		if (is_below(pattern, trees[i].folder))
			return true;
	for (size_t i = 0; i < sizeof picked / sizeof *picked; i++)
		if (is_below(pattern, picked[i]))
			return true;
	return false;
}

static void
list_pattern(struct snapshot *snapshot, const char *pattern)
{
	AUTO(strings_freep) char **paths =
		guestfs_glob_expand(snapshot->g, pattern);

	for (char **path = paths; path != NULL && *path != NULL; path++) {
		size_t n = strlen(*path);

		/* libguestfs ends the names of folders with a slash. */
		if (n > 1 && (*path)[n - 1] == '/')
			(*path)[n - 1] = '\0';
		files_add(snapshot->files, *path, NULL, 0);
	}
}

static void
list_software(struct snapshot *snapshot)
{
	const struct rule *rule;

	for (size_t i = 0; (rule = catalogue_at(i)) != NULL; i++) {
		for (const struct software *software = rule->software;
			software != NULL && software->name != NULL; software++) {
			AUTO(freep) char *patterns = software->paths == NULL
				? NULL
				: strdup(software->paths);
			char *rest = NULL, *pattern = patterns == NULL ? NULL
				: strtok_r(patterns, " ", &rest);

			for (; pattern != NULL;
				pattern = strtok_r(NULL, " ", &rest))
				if (*pattern == '/' && !is_taken(pattern))
					list_pattern(snapshot, pattern);
		}
	}
}

/* ---- modules that did not come with the kernel ---- */

static void
list_modules(struct snapshot *snapshot)
{
	static const char *const folders[] = {"extra", "updates",
		"weak-updates", "misc"};
	AUTO(strings_freep) char **releases = NULL;
	char folder[512], path[FILES_PATH_LIMIT];

	if (guest_folder_is_there(snapshot->g, "/lib/modules"))
		releases = guestfs_ls(snapshot->g, "/lib/modules");
	for (char **release = releases; release != NULL && *release != NULL;
		release++) {
		for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
			AUTO(freep) char *names = NULL;
			size_t bytes = 0;

			snprintf(folder, sizeof folder, "/lib/modules/%.200s/%s",
				*release, folders[i]);
			names = find_names(snapshot, folder, &bytes);
			for (size_t at = 0; names != NULL && at < bytes;
				at += strlen(names + at) + 1) {
				if (join_found(path, folder, names + at))
					files_add(snapshot->files, path, NULL,
						0);
			}
		}
	}
}

/* ---- packages ---- */

static const struct database {
	const char *path;
	void (*read)(struct packages *packages, const char *text);
} databases[] = {
	{"/var/lib/dpkg/status", packages_read_dpkg},
	{"/lib/apk/db/installed", packages_read_apk},
};

static int
call_download(guestfs_h *g, const char *file, const void *cookie)
{
	return guestfs_download(g, cookie, file);
}

static void
take_packages(struct snapshot *snapshot)
{
	static const struct tree pacman = {"/var/lib/pacman/local", nothing,
		PACKAGES_TEXT_LIMIT};

	for (size_t i = 0; i < sizeof databases / sizeof *databases; i++) {
		AUTO(freep) char *text = NULL;
		struct error err = {0};
		size_t bytes;
		bool is_cut;

		if (!guest_file_is_there(snapshot->g, databases[i].path))
			continue;
		if (guest_stream(&text, &bytes, &is_cut, snapshot->g,
			    PACKAGES_TEXT_LIMIT, call_download,
			    databases[i].path, &err) == -1)
			findings_add_limit(snapshot->findings, false,
				"%s was not read: %s", databases[i].path,
				err.text);
		else
			databases[i].read(snapshot->packages, text);
	}
	take_tree(snapshot, &pacman);
	rpm_take(snapshot->g, snapshot->packages, snapshot->findings);
}

void
snapshot_take(struct files *files, struct packages *packages, guestfs_h *g,
	struct findings *findings)
{
	struct snapshot snapshot = {
		.g = g, .files = files, .packages = packages,
		.findings = findings};
	size_t cut, dropped;

	for (size_t i = 0; i < sizeof trees / sizeof *trees; i++)
		take_tree(&snapshot, &trees[i]);
	for (size_t i = 0; i < sizeof listed / sizeof *listed; i++)
		list_folder(&snapshot, listed[i]);
	take_files(&snapshot);
	note_links(&snapshot);
	list_modules(&snapshot);
	pick_folders(&snapshot);
	take_settings(&snapshot);
	list_software(&snapshot);
	take_packages(&snapshot);
	files_settle(files);
	packages_read_files(packages, files);
	files_losses(files, &cut, &dropped);
	if (cut > 0)
		findings_add_limit(findings, false,
			"%zu files are larger than %d KiB: only their beginnings "
			"were read", cut, FILES_TEXT_LIMIT >> 10);
	if (dropped > 0)
		findings_add_limit(findings, false,
			"%zu files were left out", dropped);
	log_debug("took the snapshot");
}
