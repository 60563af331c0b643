/* Names of swap units, and of LVM's devices file (storage.lvm-devices). */
#include "tests/harness.h"

#include <string.h>

#include "convert/rewrite/aside.h"
#include "convert/rewrite/swap-unit.h"

/* As `systemd-escape --path --suffix=swap` has it. */
static void
a_unit_is_named_after_its_device(void **state)
{
	char name[256], small[16];

	(void)state;
	assert_true(swap_unit_name(name, sizeof name, "/dev/sda2"));
	assert_string_equal(name, "dev-sda2.swap");
	assert_true(swap_unit_name(name, sizeof name,
		"/dev/disk/by-uuid/bbbb-0"));
	assert_string_equal(name, "dev-disk-by\\x2duuid-bbbb\\x2d0.swap");
	assert_true(swap_unit_name(name, sizeof name, "/dev/a b"));
	assert_string_equal(name, "dev-a\\x20b.swap");
	assert_false(swap_unit_name(small, sizeof small, "/dev/disk/by-uuid"));
}

static void
a_devices_file_holds_by_what_volumes_are_made_of(void **state)
{
	static const char holds[] = "# LVM uses devices listed in this file.\n"
		"# IDTYPE=sys_wwid was here\nVERSION=1.1.2\n"
		"IDTYPE=md_uuid IDNAME=3aaa DEVNAME=/dev/md127 PVID=x\n"
		"IDTYPE=crypt_uuid IDNAME=c DEVNAME=/dev/mapper/l PVID=y\n";
	static const char *const lost[] = {
		"VERSION=1.1.2\nIDTYPE=sys_wwid IDNAME=naa.600508b1001c "
		"DEVNAME=/dev/sda3 PVID=x PART=3\n",
		"IDTYPE=md_uuid IDNAME=a\nIDTYPE=devname IDNAME=/dev/sda3\n",
		"IDTYPE=sys_serial IDNAME=S\n", "IDTYPE=mpath_uuid IDNAME=m\n",
	};

	(void)state;
	assert_true(aside_lvm_devices_hold(holds));
	assert_true(aside_lvm_devices_hold(""));
	for (size_t i = 0; i < sizeof lost / sizeof *lost; i++)
		assert_false(aside_lvm_devices_hold(lost[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_unit_is_named_after_its_device),
		cmocka_unit_test(
			a_devices_file_holds_by_what_volumes_are_made_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
