/* Where RPM's database lies in a guest, and getting it out; rpm.h reads it. */
#include "convert/assess/rpm-guest.h"

#include <stdbool.h>

#include "common/error.h"
#include "common/log.h"
#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest-file.h"
#include "convert/assess/guest-stream.h"
#include "convert/assess/packages.h"
#include "convert/assess/rpm.h"

/* Newer ones first: an upgrade may leave the old one behind. */
static const struct rpm_database {
	const char *path;
	int (*read)(struct packages *, uint8_t *, size_t, const char *where,
		struct error *);
} databases[] = {
	{"/usr/lib/sysimage/rpm/rpmdb.sqlite", rpm_sqlite_read},
	{"/usr/lib/sysimage/rpm/Packages.db", rpm_ndb_read},
	{"/var/lib/rpm/rpmdb.sqlite", rpm_sqlite_read},
	{"/var/lib/rpm/Packages.db", rpm_ndb_read},
	{"/var/lib/rpm/Packages", rpm_bdb_read},
};

static int
call_download(guestfs_h *g, const char *file, const void *cookie)
{
	return guestfs_download(g, cookie, file);
}

static int
take_one(const struct rpm_database *database, guestfs_h *g,
	struct packages *packages, struct findings *findings, struct error *err)
{
	AUTO(freep) char *data = NULL;
	size_t bytes;
	bool is_cut;

	if (guest_stream(&data, &bytes, &is_cut, g, RPM_DATABASE_LIMIT,
		    call_download, database->path, err) == -1)
		return -1;
	log_debug("read %s: %zu bytes", database->path, bytes);
	if (is_cut)
		findings_add_limit(findings, false,
			"%s has more than %d MiB: not all of it was read",
			database->path, RPM_DATABASE_LIMIT >> 20);
	return database->read(packages, (uint8_t *)data, bytes, database->path,
		err);
}

void
rpm_take(guestfs_h *g, struct packages *packages, struct findings *findings)
{
	for (size_t i = 0; i < sizeof databases / sizeof *databases; i++) {
		struct error err = {0};

		if (!guest_file_is_there(g, databases[i].path))
			continue;
		if (take_one(&databases[i], g, packages, findings, &err) == 0)
			return;
		findings_add_limit(findings, false, "the RPM database was not "
			"read: %s", err.text);
	}
}
