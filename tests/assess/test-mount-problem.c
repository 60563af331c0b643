#include "tests/harness.h"

#include "convert/assess/mount-problem.h"

static void
what_is_about_the_guest_is_left(void **state)
{
	static const struct {
		const char *error, *problem;
	} all[] = {
		{"mount_options: mount exited with status 32: mount: /sysroot: "
		 "cannot mount; probably corrupted filesystem on /dev/sdb2.\n"
		 "       dmesg(1) may have more information after failed mount "
		 "system call.",
			"cannot mount; probably corrupted filesystem"},
		{"mount: mount exited with status 32: mount: /sysroot/data/old: "
		 "wrong fs type, bad option, bad superblock on /dev/sda3, "
		 "missing codepage or helper program, or other error.",
			"wrong fs type, bad option, bad superblock"},
		{"mount_options: mount exited with status 32: mount: "
		 "/sysroot: unknown filesystem type 'zfs_member'.",
			"unknown filesystem type 'zfs_member'"},
		{"its mount point is no folder of the guest",
			"its mount point is no folder of the guest"},
		{"appliance closed the connection unexpectedly on /dev/sda",
			"appliance closed the connection unexpectedly on /dev/sda"},
		{"mount: /sysroot", "mount: /sysroot"},
		{"", "no reason given"},
		{NULL, "no reason given"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		char text[MOUNT_PROBLEM_BYTES];

		assert_string_equal(mount_problem(text, all[i].error),
			all[i].problem);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_about_the_guest_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
