/*
 * RPM's database in SQLite.  The file is a guest's, so that SQLite is told to
 * trust nothing in it: a schema may hold views and triggers, and only the one
 * statement here may run, over plain tables, for a bounded time.
 */
#include <sqlite3.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "convert/assess/packages.h"
#include "convert/assess/rpm.h"

enum {
	JOURNAL_MODES_AT = 18, /* two bytes: 2 is "with a log", 1 without */
	HEADER_BYTES = 100,
	STEP = 100000,	 /* instructions between two looks at the count */
	STEP_LIMIT = 2000,
};

static const char magic[] = "SQLite format 3";

static void
sqlite_freep(sqlite3 **database)
{
	sqlite3_close(*database);
}

static void
statement_freep(sqlite3_stmt **statement)
{
	sqlite3_finalize(*statement);
}

static int
is_too_long(void *steps)
{
	return ++*(int *)steps > STEP_LIMIT;
}

/* Reading is all; functions and pragmas of the schema are not. */
static int
allow(void *unused, int action, const char *a, const char *b, const char *c,
	const char *d)
{
	(void)unused;
	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return action == SQLITE_SELECT || action == SQLITE_READ ? SQLITE_OK
								: SQLITE_DENY;
}

static int
open_bytes(sqlite3 **database_out, uint8_t *data, size_t bytes, int *steps)
{
	sqlite3 *database;

	if (sqlite3_open_v2(":memory:", database_out, SQLITE_OPEN_READWRITE,
		    NULL) != SQLITE_OK)
		return -1;
	database = *database_out;
	sqlite3_limit(database, SQLITE_LIMIT_LENGTH, RPM_HEADER_LIMIT);
	sqlite3_limit(database, SQLITE_LIMIT_WORKER_THREADS, 0);
	sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_progress_handler(database, STEP, is_too_long, steps);
	if (sqlite3_deserialize(database, "main", data, (sqlite3_int64)bytes,
		    (sqlite3_int64)bytes, SQLITE_DESERIALIZE_READONLY) !=
		SQLITE_OK)
		return -1;
	sqlite3_set_authorizer(database, allow, NULL);
	return 0;
}

int
rpm_sqlite_read(struct packages *packages, uint8_t *data, size_t bytes,
	const char *where, struct error *err)
{
	AUTO(sqlite_freep) sqlite3 *database = NULL;
	AUTO(statement_freep) sqlite3_stmt *statement = NULL;
	int steps = 0, status;

	if (bytes < HEADER_BYTES || memcmp(data, magic, sizeof magic) != 0)
		return error_set(err, 0, "%s is no database of SQLite", where);
	memset(data + JOURNAL_MODES_AT, 1, 2);
	if (open_bytes(&database, data, bytes, &steps) == -1 ||
		sqlite3_prepare_v2(database, "SELECT blob FROM Packages", -1,
			&statement, NULL) != SQLITE_OK)
		return error_set(err, 0, "%s: %s", where,
			sqlite3_errmsg(database));
	while ((status = sqlite3_step(statement)) == SQLITE_ROW &&
		packages_count(packages) < PACKAGES_LIMIT) {
		const uint8_t *header = sqlite3_column_blob(statement, 0);
		int length = sqlite3_column_bytes(statement, 0);

		if (header != NULL && length > 0)
			rpm_header_read(packages, header, (size_t)length, where);
	}
	if (status != SQLITE_DONE && status != SQLITE_ROW)
		return error_set(err, 0, "%s: %s", where,
			sqlite3_errmsg(database));
	return 0;
}
