/*
 * What the machine needs of others, as its configuration tells.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "common/strings.h"
#include "convert/assess/examine.h"
#include "convert/assess/fstab.h"
#include "convert/assess/looks.h"

/* "host:/export", "[2001:db8::1]:/export" or "//host/share" */
static void
host_of(const char *spec, char *host, size_t room)
{
	size_t n;

	spec += strspn(spec, "/");
	if (*spec == '[') {
		spec++;
		n = strcspn(spec, "]");
	} else {
		n = strcspn(spec, ":/\\");
	}
	snprintf(host, room, "%.*s", (int)n, spec);
}

static const struct {
	const char *type, *kind;
} remote_types[] = {{"nfs", "nfs"}, {"nfs4", "nfs"}, {"cifs", "smb"},
	{"smb3", "smb"}, {"smbfs", "smb"}, {"ceph", "other"},
	{"glusterfs", "other"}, {"fuse.sshfs", "other"}};

void
remote_mount_look(struct examination *examination, const struct rule *rule)
{
	const char *text = files_text(examination->files, "/etc/fstab");
	struct fstab_place place = {0, 0};
	struct fstab_line line;
	char host[256], where[64], what[600];

	while (text != NULL && fstab_next(text, &place, &line)) {
		const char *type = line.field[FSTAB_TYPE];

		for (size_t i = 0;
			i < sizeof remote_types / sizeof *remote_types; i++) {
			if (strcmp(remote_types[i].type, type) != 0)
				continue;
			host_of(line.field[FSTAB_SPEC], host, sizeof host);
			snprintf(where, sizeof where, "/etc/fstab:%u",
				line.number);
			snprintf(what, sizeof what, "%.255s on %.255s",
				line.field[FSTAB_SPEC],
				line.field[FSTAB_TARGET]);
			examine_note(examination, rule, "/etc/fstab",
				line.number, what);
			findings_add_dependency(examination->findings,
				remote_types[i].kind, host, 0, where);
		}
	}
}

/* "jdbc:postgresql://db.example.com:5432/x", "mysql://user:word@db/x" */
bool
database_accept(const struct examination *examination, const struct hit *hit)
{
	const char *host = strstr(hit->match, "://");
	const char *at, *oracle = strchr(hit->match, '@');

	if (host == NULL) /* jdbc:oracle:thin:@host:1521:sid */
		host = oracle == NULL ? hit->match : oracle + 1;
	else
		host += strlen("://");
	at = memchr(host, '@', strcspn(host, "/ "));
	return examine_depend(examination, "database",
		at == NULL ? host : at + 1, hit->path, hit->line);
}

/* "Server = db", "(HOST = db)" */
bool
database_host_accept(const struct examination *examination,
	const struct hit *hit)
{
	const char *host = strchr(hit->text, '=');
	const char *named = strcasestr(hit->text, "(host");

	if (named != NULL)
		host = strchr(named, '=');
	if (host == NULL)
		return false;
	host += 1 + strspn(host + 1, " \t\"'");
	return examine_depend(examination, "database", host, hit->path,
		hit->line);
}

/*
 * Devices in the files that set the system itself up are not a program's: they
 * are rewritten, or have rules of their own.
 */
bool
not_setup_accept(const struct examination *examination, const struct hit *hit)
{
	static const char *const setup[] = {"/etc/fstab*", "/etc/mtab",
		"/etc/crypttab", "/etc/mdadm*", "/etc/lvm/*", "/etc/blkid*",
		"/etc/default/grub*", "/etc/grub*", "/etc/lilo.conf",
		"/etc/initramfs-tools/*", "/etc/dracut*", "/etc/kernel/*",
		"/etc/udev/*", "/etc/multipath*", "/etc/smartd.conf",
		"/etc/hdparm.conf", "/etc/inittab", "/etc/securetty",
		"/etc/sysconfig/grub*", "/etc/sysconfig/hwconf",
		"/etc/sysconfig/bootloader", "/etc/init.d/*",
		"/etc/systemd/system/*getty*", "/etc/apparmor.d/*",
		"/etc/selinux/*", "/etc/X11/*", "/etc/auto*", "/etc/mke2fs*",
		"*/doc/*", "*README*", "*.md"};

	(void)examination;
	for (size_t i = 0; i < sizeof setup / sizeof *setup; i++) {
		if (fnmatch(setup[i], hit->path, 0) == 0)
			return false;
	}
	return true;
}
