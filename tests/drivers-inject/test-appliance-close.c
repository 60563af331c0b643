/*
 * An appliance that closes leaves arrays as an orderly stop does: Linux starts no
 * array that lacks a member and was not marked clean.
 */
#include "tests/harness.h"

#include <guestfs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/own.h"
#include "drivers-inject/appliance.h"
#include "tests/drivers-inject/scratch.h"

enum {
	/* struct mdp_superblock_1, version 1.2 (drivers/md/md_p.h) */
	SUPERBLOCK_AT = 4096,
	RESYNC_OFFSET_AT = SUPERBLOCK_AT + 208,
};

static void
make_degraded(guestfs_h *g)
{
	char first[] = "/dev/sda", second[] = "/dev/sdb";
	char *devices[] = {first, second, NULL};
	const struct guestfs_md_create_argv options = {
		.bitmask = GUESTFS_MD_CREATE_LEVEL_BITMASK |
			GUESTFS_MD_CREATE_MISSINGBITMAP_BITMASK,
		.level = "raid5",
		.missingbitmap = 4,
	};
	AUTO(freep) char *output = NULL;
	struct error err;

	assert_int_equal(guestfs_md_create_argv(g, "five", devices, &options),
		0);
	assert_int_equal(guestfs_mkfs(g, "ext2", "/dev/md/five"), 0);
	/* The kernel marks it by itself when nothing was written for so long. */
	assert_ok(appliance_shell(g, "for array in /sys/block/md*; do "
		"echo 30 > $array/md/safe_mode_delay; done", &output, &err),
		&err);
	assert_int_equal(guestfs_mount(g, "/dev/md/five", "/"), 0);
	assert_int_equal(guestfs_write(g, "/file", "text", 4), 0);
}

static uint64_t
resync_offset(const char *path)
{
	FILE *file = fopen(path, "r");
	uint64_t value;

	assert_non_null(file);
	assert_int_equal(fseek(file, RESYNC_OFFSET_AT, SEEK_SET), 0);
	assert_int_equal(fread(&value, sizeof value, 1, file), 1);
	fclose(file);
	return value;
}

static void
arrays_are_marked_clean(void **state)
{
	const struct scratch *scratch = *state;
	char one[300], two[300];
	struct appliance_disk disks[] = {{.path = one, .format = "raw"},
		{.path = two, .format = "raw"}};
	struct error err;
	guestfs_h *g;

	snprintf(one, sizeof one, "%s/one", scratch->path);
	snprintf(two, sizeof two, "%s/two", scratch->path);
	scratch_shell(*state, "truncate -s 64M one two");
	assert_ok(appliance_open(&g, disks, 2, false, &err), &err);
	make_degraded(g);
	assert_ok(appliance_close(g, &err), &err);
	assert_true(resync_offset(one) == UINT64_MAX);
	assert_true(resync_offset(two) == UINT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arrays_are_marked_clean),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
