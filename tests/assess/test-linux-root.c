/*
 * File systems, as folders, that are the root of a Linux, and near misses;
 * storage.usr-missing, where nothing was mounted on it that has an init.
 */
#include "tests/harness.h"

#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "convert/assess/linux-root.h"
#include "drivers-inject/guest.h"
#include "tests/drivers-inject/scratch.h"

static bool
holds(struct scratch *scratch, const char *script,
	bool (*question)(const struct guest_files *files))
{
	AUTO(freep) char *root = NULL;
	struct guest_files files;
	struct error err = {0};
	bool answer;

	scratch_shell(scratch, "rm -rf root; mkdir -p root/etc root/usr");
	scratch_shell(scratch, script);
	if (asprintf(&root, "%s/root", scratch->path) == -1)
		fail();
	assert_ok(guest_folder_open(&files, root, &err), &err);
	answer = question(&files);
	guest_folder_close(&files);
	return answer;
}

static bool
is_root(struct scratch *scratch, const char *script)
{
	return holds(scratch, script, linux_root_is_there);
}

static void
an_init_and_a_name_are_a_system(void **state)
{
	assert_true(is_root(*state, "cd root; mkdir sbin\n"
		"touch etc/os-release sbin/init"));
	assert_true(is_root(*state, "cd root; touch etc/fstab etc/inittab"));
	assert_true(is_root(*state, "cd root; mkdir -p usr/lib/systemd\n"
		"ln -s usr/lib lib; touch etc/fstab lib/systemd/systemd"));
}

/* What the root of Debian 12, RHEL 9 or openSUSE is without its /usr. */
static void
a_system_whose_usr_is_elsewhere_is_one(void **state)
{
	assert_true(is_root(*state, "cd root; echo /dev/sda2 / ext4 >etc/fstab\n"
		"ln -s ../usr/lib/os-release etc/os-release\n"
		"ln -s usr/bin bin; ln -s usr/sbin sbin; ln -s usr/lib lib"));
	assert_true(is_root(*state, "cd root; echo /dev/sda2 / ext4 >etc/fstab\n"
		"ln -s /usr/lib lib"));
	assert_true(is_root(*state, "cd root; echo UUID=x / xfs >etc/fstab\n"
		"mkdir sbin; ln -s ../usr/lib/systemd/systemd sbin/init"));
}

static void
an_init_is_there_once_usr_is(void **state)
{
	assert_false(holds(*state, "cd root; ln -s usr/lib lib\n"
		"ln -s usr/sbin sbin", linux_root_has_init));
	assert_true(holds(*state, "cd root; ln -s usr/lib lib\n"
		"mkdir -p usr/lib/systemd; touch usr/lib/systemd/systemd",
		linux_root_has_init));
	/* which needs no /usr to begin with */
	assert_true(holds(*state, "cd root; mkdir sbin; touch sbin/init",
		linux_root_has_init));
}

static void
what_only_resembles_one_is_none(void **state)
{
	/* an fstab of nothing, or a backup of /etc */
	assert_false(is_root(*state, "cd root; touch etc/fstab\n"
		"ln -s usr/lib lib; ln -s usr/sbin sbin"));
	assert_false(is_root(*state, "cd root; mkdir lib sbin\n"
		"echo /dev/sda2 / ext4 >etc/fstab"));
	assert_false(is_root(*state, "cd root; ln -s usr/lib lib"));
	/* links to elsewhere */
	assert_false(is_root(*state, "cd root; ln -s usrlocal/lib lib\n"
		"ln -s lib/../usr sbin; echo /dev/sda2 / ext4 >etc/fstab"));
	/* /usr itself, where it is a file system */
	assert_false(is_root(*state, "cd root; mkdir -p lib/systemd sbin\n"
		"touch lib/systemd/systemd sbin/init"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, \
	scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_init_and_a_name_are_a_system),
		TEST(a_system_whose_usr_is_elsewhere_is_one),
		TEST(an_init_is_there_once_usr_is),
		TEST(what_only_resembles_one_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
