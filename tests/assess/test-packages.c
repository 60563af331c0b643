#include "tests/harness.h"

#include <string.h>

#include "common/own.h"
#include "convert/assess/files.h"
#include "convert/assess/packages.h"

static void
dpkg_tells_what_is_installed_and_where(void **state)
{
	AUTO(packages_freep) struct packages *packages = packages_new();
	const struct package *found;

	(void)state;
	packages_read_dpkg(packages,
		"Package: a\nStatus: install ok installed\nVersion: 1.0-1\n"
		"Description: x\n Package: no\n\n"
		"Package: gone\nStatus: deinstall ok config-files\n"
		"Version: 2\n\n"
		"Package: kept\nStatus: hold ok installed\nVersion: 3\n");
	assert_int_equal(packages_count(packages), 2);
	found = packages_find(packages, "x* kep?");
	assert_non_null(found);
	assert_string_equal(found->version, "3");
	assert_int_equal(found->line, 11);
	assert_null(packages_find(packages, "gone"));
}

static void
apk_and_pacman_are_read(void **state)
{
	AUTO(packages_freep) struct packages *packages = packages_new();
	AUTO(files_freep) struct files *files = files_new();
	static const char desc[] = "%NAME%\nlinux\n\n%VERSION%\n6.6.1-1\n";

	(void)state;
	packages_read_apk(packages, "C:Q1\nP:musl\nV:1.2.3-r4\n\nP:zlib\nV:1");
	files_add(files, "/var/lib/pacman/local/linux-6.6.1-1/desc", desc,
		strlen(desc));
	files_settle(files);
	packages_read_files(packages, files);
	assert_int_equal(packages_count(packages), 3);
	assert_string_equal(packages_find(packages, "musl")->version,
		"1.2.3-r4");
	assert_string_equal(packages_find(packages, "zlib")->version, "1");
	assert_string_equal(packages_find(packages, "linux")->version,
		"6.6.1-1");
}

static void
hostile_records_are_cut_and_bounded(void **state)
{
	AUTO(packages_freep) struct packages *packages = packages_new();
	AUTO(freep) char *text = malloc(1 << 20);

	(void)state;
	memset(text, 'x', (1 << 20) - 1);
	text[(1 << 20) - 1] = '\0';
	memcpy(text, "P:", 2);
	packages_read_apk(packages, text);
	assert_int_equal(strlen(packages_at(packages, 0)->name), 127);
	for (int i = 0; i < PACKAGES_LIMIT + 10; i++)
		packages_add(packages, "a", 1, "1", 1, "x", 0);
	assert_int_equal(packages_count(packages), PACKAGES_LIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dpkg_tells_what_is_installed_and_where),
		cmocka_unit_test(apk_and_pacman_are_read),
		cmocka_unit_test(hostile_records_are_cut_and_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
