#ifndef CONVERT_ASSESS_RPM_H
#define CONVERT_ASSESS_RPM_H

#include <stddef.h>
#include <stdint.h>

struct error;
struct packages;

/*
 * RPM's databases as bytes of a guest: Berkeley DB's hash ("Packages", until
 * RHEL 8), SUSE's ndb ("Packages.db"), SQLite ("rpmdb.sqlite", RHEL 9 and
 * Fedora).  Each holds one header for each package.  The readers are our own but
 * for SQLite's; all lengths are checked, and a damaged package is passed over.
 */
enum {
	RPM_DATABASE_LIMIT = 96 << 20,
	RPM_HEADER_LIMIT = 16 << 20, /* of one package */
};

/*
 * Add a package by its header: u32 count of entries, u32 bytes of data, entries,
 * data, all numbers big endian.  What is no header is passed over.
 */
void rpm_header_read(struct packages *packages, const uint8_t *header,
	size_t bytes, const char *where);

/*
 * Add all packages of a database; `where` is its path, a literal.  -1 when it is
 * not one of the kind at all.  SQLite's has two bytes of `data` changed, which
 * would ask for a log beside the file.
 */
int rpm_bdb_read(struct packages *packages, uint8_t *data, size_t bytes,
	const char *where, struct error *err);
int rpm_ndb_read(struct packages *packages, uint8_t *data, size_t bytes,
	const char *where, struct error *err);
int rpm_sqlite_read(struct packages *packages, uint8_t *data, size_t bytes,
	const char *where, struct error *err);

#endif
