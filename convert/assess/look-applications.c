/*
 * What the machine needs of others, as its configuration tells.
 */
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
