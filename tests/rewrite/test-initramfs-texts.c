/* Names of disks inside images of dracut and nash. */
#include "tests/harness.h"

#include <stdio.h>

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

#define FOR_EVER "[Unit]\nJobTimeoutSec=0\nJobRunningTimeoutSec=0\n"
#define FOR_A_WHILE "[Unit]\nJobTimeoutSec=10\nJobRunningTimeoutSec=10\n"

/* Of the drop-in of a unit of this name. */
static void
check_unit(const char *unit, const char *before, const char *after,
	const char *rule)
{
	const struct rewriting rewriting = {before, after, rule};
	char path[256];

	snprintf(path, sizeof path, "/boot/a:etc/systemd/system/%s/timeout.conf",
		unit);
	check_rewriting_of(path, dracut_timeout_rewrite, &rewriting);
}

static void
systemd_does_not_wait_for_ever_for_names_that_are_gone(void **state)
{
	static const char *const units[] = {"dev-sda2.device.d",
		"dev-disk-by\\x2did-scsi\\x2d3600508b1001c.device.d",
		"dev-disk-by\\x2did-dm\\x2dname\\x2dmpatha.device.d",
		"dev-mapper-mpathb2.device.d"};
	static const char rule[] = "linux.initramfs.waits";

	(void)state;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		check_unit(units[i], FOR_EVER, FOR_A_WHILE, rule);
	check_unit(units[0], "[Unit]\nJobTimeoutSec=3600",
		"[Unit]\nJobTimeoutSec=10", rule);
	check_unit(units[0], FOR_A_WHILE, NULL, rule);
}

/* Or may be, after somebody typed a passphrase. */
static void
names_that_last_are_waited_for(void **state)
{
	static const char *const units[] = {
		"dev-disk-by\\x2duuid-bbbbbbbb\\x2d0000\\x2d4000\\x2d8000"
		"\\x2d000000000002.device.d",
		"dev-mapper-luks\\x2dabcd.device.d",
		"dev-disk-by\\x2did-dm\\x2dname\\x2dvg\\x2droot.device.d",
		"dev-disk-by\\x2did-md\\x2duuid\\x2d3aaa0122.device.d",
		".device.d", "dev-sda\\x00.device.d", "dev-sda\\x.device.d", ""};

	(void)state;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		check_unit(units[i], FOR_EVER, NULL, NULL);
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
		cmocka_unit_test(
			systemd_does_not_wait_for_ever_for_names_that_are_gone),
		cmocka_unit_test(names_that_last_are_waited_for),
		cmocka_unit_test(commands_of_nash_get_uuids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
