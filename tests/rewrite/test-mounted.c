/*
 * What only a mounted guest shows: one appliance, with a small disk that has
 * ext4, a file system that knows nothing of discarding, and the head of an
 * encrypted volume.
 */
#include "tests/harness.h"

#include <guestfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest.h"
#include "convert/assess/luks.h"
#include "convert/assess/packages.h"
#include "convert/assess/rpm-guest.h"
#include "convert/assess/volume.h"
#include "convert/rewrite/change.h"
#include "convert/rewrite/injection.h"
#include "convert/rewrite/trim.h"
#include "drivers-inject/appliance.h"

#define CORPUS "tests/fuzz/corpus/"

static char disk[] = "/var/tmp/unrack-test-XXXXXX";

static void
make_disk(guestfs_h *g)
{
	AUTO(freep) char *header = NULL;
	struct error err = {0};
	size_t bytes;

	assert_int_equal(guestfs_part_init(g, "/dev/sda", "mbr"), 0);
	assert_int_equal(guestfs_part_add(g, "/dev/sda", "p", 2048, 40959), 0);
	assert_int_equal(guestfs_part_add(g, "/dev/sda", "p", 40960, 81919), 0);
	assert_int_equal(guestfs_part_add(g, "/dev/sda", "p", 81920, 122879),
		0);
	assert_int_equal(guestfs_mkfs(g, "ext4", "/dev/sda1"), 0);
	assert_int_equal(guestfs_mkfs(g, "minix", "/dev/sda2"), 0);
	assert_ok(io_read_file(&header, &bytes, CORPUS "luks-header/tpm2",
		1 << 20, &err), &err);
	assert_int_equal(guestfs_pwrite_device(g, "/dev/sda3", header, bytes, 0),
		bytes);
	assert_int_equal(guestfs_mount(g, "/dev/sda1", "/"), 0);
	assert_int_equal(guestfs_mkdir(g, "/old"), 0);
	assert_int_equal(guestfs_mount(g, "/dev/sda2", "/old"), 0);
}

static int
start(void **state)
{
	const struct appliance_disk disks[] = {{.path = disk, .format = "raw"}};
	struct error err = {0};
	guestfs_h *g = NULL;
	int fd = mkstemp(disk);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 64 << 20), 0);
	close(fd);
	assert_ok(appliance_open(&g, disks, 1, false, &err), &err);
	make_disk(g);
	*state = g;
	return 0;
}

static int
stop(void **state)
{
	appliance_kill(*state);
	return unlink(disk);
}

/* "RULE WHERE WHAT" of the only evidence of the last finding. */
static void
assert_last(const struct findings *findings, size_t count, const char *rule,
	const char *where, const char *what)
{
	AUTO(json_decrefpp) json_t *json = findings_to_json(findings, "m",
		false);
	const json_t *list = json_object_get(json, "findings"), *finding;
	size_t i, seen = 0;

	assert_int_equal(json_array_size(list), count);
	json_array_foreach(list, i, finding)
	{
		const json_t *evidence = json_object_get(finding, "evidence");
		const json_t *first = json_array_get(evidence, 0);

		if (strcmp(json_text(finding, "rule", ""), rule) != 0)
			continue;
		seen++;
		assert_int_equal(json_array_size(evidence), 1);
		assert_string_equal(json_text(first, "where", ""), where);
		assert_non_null(strstr(json_text(first, "what", ""), what));
	}
	assert_int_equal(seen, 1);
}

static void
only_what_cannot_be_trimmed_is_told(void **state)
{
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(freep) struct guest *guest = calloc(1, sizeof *guest);
	const struct volumes none = {NULL, 0};
	struct error err;

	guest->mount_count = 2;
	strcpy(guest->mounts[0].target, "/");
	strcpy(guest->mounts[0].device, "sda1");
	strcpy(guest->mounts[1].target, "/old");
	strcpy(guest->mounts[1].device, "sda2");
	assert_ok(trim_mounted(*state, guest, &none, findings, &err), &err);
	assert_last(findings, 1, "storage.not-trimmed", "sda2", "");
}

static void
system_without_boot_has_no_kernels(void **state)
{
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(changes_freep) struct changes *changes = changes_new();
	AUTO(freep) struct guest *guest = calloc(1, sizeof *guest);
	struct error err = {0};

	assert_ok(injection_find_kernels(*state, guest, &err), &err);
	assert_int_equal(guest->kernel_count, 0);
	assert_ok(injection_run(*state, true, guest, NULL, findings, changes,
		NULL, &err), &err);
	assert_int_equal(guest->kernel_count, 0);
}

static void
rpm_database_is_found_and_read(void **state)
{
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(packages_freep) struct packages *packages = packages_new();

	rpm_take(*state, packages, findings);
	assert_int_equal(packages_count(packages), 0);
	assert_int_equal(guestfs_mkdir_p(*state, "/var/lib/rpm"), 0);
	assert_int_equal(guestfs_upload(*state, CORPUS "rpm/rpmdb.sqlite",
		"/var/lib/rpm/rpmdb.sqlite"), 0);
	rpm_take(*state, packages, findings);
	assert_int_equal(packages_count(packages), 3);
	assert_string_equal(packages_at(packages, 0)->where,
		"/var/lib/rpm/rpmdb.sqlite");
}

static void
who_has_the_key_of_a_volume_is_told(void **state)
{
	static const struct volume volume = {.device = "/dev/sda3",
		.source = "sda3", .type = "crypto_LUKS"};
	AUTO(findings_freep) struct findings *findings = findings_new();

	luks_note(*state, &volume, findings);
	assert_last(findings, 1, "storage.tpm-sealed", "sda3",
		"systemd-tpm2; 1 other way in");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_cannot_be_trimmed_is_told),
		cmocka_unit_test(system_without_boot_has_no_kernels),
		cmocka_unit_test(rpm_database_is_found_and_read),
		cmocka_unit_test(who_has_the_key_of_a_volume_is_told),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
