/* The init of images that mkinitrd made, line by line. */
#include "tests/harness.h"

#include <string.h>

#include "common/own.h"
#include "drivers-inject/bytes.h"
#include "drivers-inject/names.h"
#include "drivers-inject/script.h"

static void
assert_script(struct script script, const char *folder, const char *expected)
{
	AUTO(names_freep) struct names modules = {NULL, 0, 0};
	AUTO(bytes_freep) struct bytes once = {NULL, 0, 0};
	AUTO(bytes_freep) struct bytes twice = {NULL, 0, 0};
	struct error err;
	bool changed;

	script.bytes = strlen(script.text);
	assert_ok(names_add(&modules, "kernel/virtio.ko", &err), &err);
	assert_ok(names_add(&modules, "kernel/virtio_blk.ko", &err), &err);
	if (script.flat) {
		strcpy(modules.items[0], "virtio.ko");
		strcpy(modules.items[1], "virtio_blk.ko");
	}
	assert_ok(script_extend(&once, &script, folder, &modules, &changed,
			  &err), &err);
	assert_true(changed);
	assert_ok(bytes_append(&once, "", 1, &err), &err);
	assert_string_equal((char *)once.data, expected);
	script.text = (const char *)once.data;
	script.bytes = once.used - 1;
	assert_ok(script_extend(&twice, &script, folder, &modules, &changed,
			  &err), &err);
	assert_false(changed);
}

/* RHEL 5 */
static void
lines_of_nash_come_behind_the_last_module(void **state)
{
	(void)state;
	assert_script((struct script){.path = "init", .flat = true, .text =
			"#!/bin/nash\nmkblkdevs\n"
			"echo \"Loading scsi_mod.ko module\"\n"
			"insmod /lib/scsi_mod.ko \n"
			"echo \"Loading sd_mod.ko module\"\n"
			"insmod /lib/sd_mod.ko \n"
			"stabilized --hash --interval 250 /proc/scsi/scsi\n"
			"mkblkdevs\nlvm vgscan\nmkrootdev -t ext3 x\n"},
		"lib",
		"#!/bin/nash\nmkblkdevs\n"
		"echo \"Loading scsi_mod.ko module\"\n"
		"insmod /lib/scsi_mod.ko \n"
		"echo \"Loading sd_mod.ko module\"\n"
		"insmod /lib/sd_mod.ko \n"
		"insmod /lib/virtio.ko\ninsmod /lib/virtio_blk.ko\n"
		"stabilized --hash --interval 250 /proc/scsi/scsi\n"
		"mkblkdevs\nlvm vgscan\nmkrootdev -t ext3 x\n");
}

/* Nodes of the new disks are made, even if all others were made before. */
static void
nodes_are_made_behind_new_modules(void **state)
{
	(void)state;
	assert_script((struct script){.path = "init", .flat = true, .text =
			"#!/bin/nash\nmkblkdevs\ninsmod /lib/dm-mod.ko\n"
			"lvm vgscan\n"},
		"lib",
		"#!/bin/nash\nmkblkdevs\ninsmod /lib/dm-mod.ko\n"
		"insmod /lib/virtio.ko\ninsmod /lib/virtio_blk.ko\nmkblkdevs\n"
		"lvm vgscan\n");
}

static void
without_a_module_they_come_before_the_disks(void **state)
{
	(void)state;
	assert_script((struct script){.path = "init", .flat = true, .text =
			"#!/bin/nash\nmount -t proc /proc /proc\n"
			"mkrootdev -t ext3 x\n"},
		"lib",
		"#!/bin/nash\nmount -t proc /proc /proc\n"
		"insmod /lib/virtio.ko\ninsmod /lib/virtio_blk.ko\n"
		"mkrootdev -t ext3 x\n");
}

/* Fedora 9 to 11 */
static void
modprobe_is_written_where_it_is_used(void **state)
{
	(void)state;
	assert_script((struct script){.path = "init", .modprobes = true,
			.text = "#!/bin/nash\nmodprobe -q ext3\n"
				"mkrootdev x"},
		"lib/modules/1",
		"#!/bin/nash\nmodprobe -q ext3\nmodprobe -q virtio\n"
		"modprobe -q virtio_blk\nmkrootdev x");
}

/* SLES 9 and 10: with the whole path, and functions that are left alone. */
static void
shell_scripts_keep_their_functions(void **state)
{
	(void)state;
	assert_script((struct script){.path = "linuxrc", .text =
			"#! /bin/sh\nload() {\n\tinsmod $1\n}\n"
			"insmod /lib/modules/1/kernel/jbd.ko\n"
			"f() {\n\tmodprobe $1\n}\nudev_discover_root\n"},
		"lib/modules/1",
		"#! /bin/sh\nload() {\n\tinsmod $1\n}\n"
		"insmod /lib/modules/1/kernel/jbd.ko\n"
		"insmod /lib/modules/1/kernel/virtio.ko\n"
		"insmod /lib/modules/1/kernel/virtio_blk.ko\n"
		"f() {\n\tmodprobe $1\n}\nudev_discover_root\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_nash_come_behind_the_last_module),
		cmocka_unit_test(nodes_are_made_behind_new_modules),
		cmocka_unit_test(without_a_module_they_come_before_the_disks),
		cmocka_unit_test(modprobe_is_written_where_it_is_used),
		cmocka_unit_test(shell_scripts_keep_their_functions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
