/* Names of disks inside images of dracut and nash. */
#include "tests/harness.h"

#include "convert/rewrite/rewriters.h"
#include "tests/assess/disks.h"
#include "tests/rewrite/rewriting.h"

static void
arguments_of_dracut_get_uuids(void **state)
{
	static const struct rewriting table[] = {
		{" root=/dev/sda1 rootfstype=ext4 rootflags=rw\n",
			" root=UUID=" ROOT_UUID " rootfstype=ext4 rootflags=rw\n",
			"linux.grub.device-name"},
		{"resume=/dev/sda2\n", "resume=UUID=" SWAP_UUID "\n",
			"linux.resume.device-name"},
		{"root=UUID=" ROOT_UUID "\n", NULL, NULL},
		{"rd.lvm.lv=vg/root\n", NULL, NULL},
	};

	(void)state;
	CHECK_ALL(dracut_arguments_rewrite, table);
}

static void
names_that_are_gone_are_not_waited_for(void **state)
{
	static const struct rewriting table[] = {
		{"[ -e \"/dev/sda2\" ]\n", ":\n", "linux.initramfs.waits"},
		{"[ -e \"/dev/disk/by-id/scsi-3600508b1001c\" ]\n", ":\n",
			"linux.initramfs.waits"},
		{"[ -e \"/dev/disk/by-uuid/" SWAP_UUID "\" ]\n", NULL, NULL},
		{"[ -f /tmp/done ]\n", NULL, NULL},
	};

	(void)state;
	CHECK_ALL(dracut_wait_rewrite, table);
}

static void
commands_of_nash_get_uuids(void **state)
{
	static const struct rewriting table[] = {
		{"#!/bin/nash\nresume /dev/sda2\n"
		 "mkrootdev -t ext3 -o defaults,ro /dev/sda1\nmount /sysroot",
			"#!/bin/nash\nresume UUID=" SWAP_UUID "\n"
			"mkrootdev -t ext3 -o defaults,ro UUID=" ROOT_UUID
			"\nmount /sysroot",
			"linux.resume.device-name"},
		{"#!/bin/nash\nresume LABEL=SWAP-sda2\n"
		 "mkrootdev -t ext3 -o ro LABEL=/\n", NULL, NULL},
		{"#!/bin/sh\nresume /dev/sda2\n", NULL, NULL},
	};

	(void)state;
	CHECK_ALL(nash_rewrite, table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments_of_dracut_get_uuids),
		cmocka_unit_test(names_that_are_gone_are_not_waited_for),
		cmocka_unit_test(commands_of_nash_get_uuids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
