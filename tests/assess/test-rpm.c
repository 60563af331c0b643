/*
 * RPM's databases are read without RPM.  Those in tests/fuzz/corpus/rpm were
 * made by its own code: rpmdb.sqlite by rpm 4.18 (then left with two of its
 * tables), Packages.db by rpmpkg.c of the same version, which also removed a
 * package again, Packages from the same headers by Berkeley DB's db_load.
 */
#include "tests/harness.h"

#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "common/own.h"
#include "convert/assess/packages.h"
#include "convert/assess/rpm.h"

#define FOLDER "tests/fuzz/corpus/rpm/"

struct database {
	const char *path;
	int (*read)(struct packages *, uint8_t *, size_t, const char *where,
		struct error *);
};

static const struct database databases[] = {
	{FOLDER "Packages", rpm_bdb_read},
	{FOLDER "Packages.big-endian", rpm_bdb_read},
	{FOLDER "Packages.db", rpm_ndb_read},
	{FOLDER "rpmdb.sqlite", rpm_sqlite_read},
};

/* The file's bytes, and no byte behind them. */
static uint8_t *
read_bytes(const char *path, size_t *bytes_out)
{
	AUTO(freep) char *data = NULL;
	struct error err = {0};
	uint8_t *exact;

	assert_ok(io_read_file(&data, bytes_out, path, 1 << 20, &err), &err);
	exact = malloc(*bytes_out);
	assert_non_null(exact);
	memcpy(exact, data, *bytes_out);
	return exact;
}

static void
assert_version(const struct packages *packages, const char *name,
	const char *version)
{
	const struct package *package = packages_find(packages, name);

	assert_non_null(package);
	assert_string_equal(package->version, version);
}

static void
packages_are_found_in_each_kind(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof databases / sizeof *databases; i++) {
		AUTO(packages_freep) struct packages *packages = packages_new();
		size_t bytes;
		AUTO(freep) uint8_t *data = read_bytes(databases[i].path, &bytes);
		bool is_ndb = databases[i].read == rpm_ndb_read;
		struct error err = {0};

		assert_ok(databases[i].read(packages, data, bytes,
			"/var/lib/rpm", &err), &err);
		assert_int_equal(packages_count(packages), is_ndb ? 2 : 3);
		assert_version(packages, "bacula-client", "9.6.7-3.el8");
		assert_version(packages, "crowdstrike", "7.04.15907-1");
		if (is_ndb) /* removed from it */
			assert_null(packages_find(packages, "clamav"));
		else
			assert_version(packages, "clamav", "2:0.103.8-1.el9");
		assert_string_equal(packages_at(packages, 0)->where,
			"/var/lib/rpm");
	}
}

static void
what_is_no_database_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof databases / sizeof *databases; i++) {
		AUTO(packages_freep) struct packages *packages = packages_new();
		size_t bytes;
		AUTO(freep) uint8_t *data = read_bytes(FOLDER "header", &bytes);
		struct error err = {0};

		assert_int_equal(databases[i].read(packages, data, bytes, "/x",
			&err), -1);
		assert_string_not_equal(err.text, "");
		assert_int_equal(databases[i].read(packages, data, 0, "/x",
			&err), -1);
		assert_int_equal(packages_count(packages), 0);
	}
}

/* Not one of the readers believes a length that the file does not hold. */
static void
database_that_is_cut_gives_what_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof databases / sizeof *databases; i++) {
		size_t bytes, step;
		AUTO(freep) uint8_t *data = read_bytes(databases[i].path, &bytes);

		step = bytes / 60;
		for (size_t kept = 0; kept < bytes; kept += step) {
			AUTO(packages_freep) struct packages *packages =
				packages_new();
			AUTO(freep) uint8_t *exact = malloc(kept + 1);
			struct error err = {0};

			memcpy(exact, data, kept);
			exact = realloc(exact, kept == 0 ? 1 : kept);
			databases[i].read(packages, exact, kept, "/x", &err);
			assert_true(packages_count(packages) <= 3);
		}
	}
}

static void
chain_that_bites_its_tail_ends(void **state)
{
	AUTO(packages_freep) struct packages *packages = packages_new();
	size_t bytes;
	AUTO(freep) uint8_t *data = read_bytes(FOLDER "Packages.ring", &bytes);
	struct error err = {0};

	(void)state;
	assert_ok(rpm_bdb_read(packages, data, bytes, "/x", &err), &err);
	assert_true(packages_count(packages) <= 3);
}

/* A view in place of the table would run what the guest wrote. */
static void
view_in_place_of_the_table_is_refused(void **state)
{
	AUTO(packages_freep) struct packages *packages = packages_new();
	size_t bytes;
	AUTO(freep) uint8_t *data = read_bytes(FOLDER "rpmdb.sqlite.view", &bytes);
	struct error err = {0};

	(void)state;
	assert_int_equal(rpm_sqlite_read(packages, data, bytes, "/x", &err), -1);
	assert_int_equal(packages_count(packages), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packages_are_found_in_each_kind),
		cmocka_unit_test(what_is_no_database_is_refused),
		cmocka_unit_test(database_that_is_cut_gives_what_is_whole),
		cmocka_unit_test(chain_that_bites_its_tail_ends),
		cmocka_unit_test(view_in_place_of_the_table_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
