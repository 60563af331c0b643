/*
 * The tools that make initramfs images, as a table: how their images are
 * recognised, how they load modules, and how the tool is told to keep them.
 * Images that run udev load a driver for each device that appears, by
 * modules.alias: where no trigger is named, that is enough.
 */
#include "drivers-inject/generator.h"

#include <string.h>

#include "drivers-inject/initramfs.h"
#include "drivers-inject/tree.h"

const struct generator generators[] = {
	{
		.name = "initramfs-tools",
		.signs = {{"conf/initramfs.conf", NULL},
			{"scripts/functions", "load_modules"}},
		.loads = GENERATOR_INDEXED,
		.triggers = {{.path = "conf/modules",
			.syntax = GENERATOR_LINES}},
		.tool = {.path = "/etc/initramfs-tools/modules",
			.syntax = GENERATOR_LINES},
		.tool_folder = "/etc/initramfs-tools",
	},
	{
		/* The blanks matter: each file adds to one variable. */
		.name = "dracut",
		.signs = {{"usr/lib/dracut", NULL}, {"lib/dracut", NULL},
			{"lib/dracut-lib.sh", NULL}},
		.loads = GENERATOR_INDEXED,
		.tool = {.path = "/etc/dracut.conf.d/90-unrack.conf",
			.syntax = GENERATOR_VALUE, .name = "add_drivers",
			.before = "+=\" ", .after = " \""},
		.tool_folder = "/etc/dracut.conf.d",
	},
	{
		.name = "mkinitrd (nash)",
		.signs = {{"init", "#!/bin/nash"}, {"linuxrc", "#!/bin/nash"}},
		.loads = GENERATOR_SCRIPT,
		.tool = {.path = "/etc/modprobe.conf",
			.syntax = GENERATOR_ALIASES,
			.name = "scsi_hostadapter"},
	},
	{
		/* udev loads too; the value keeps the order of the disks. */
		.name = "mkinitrd (SUSE)",
		.signs = {{"run_all.sh", NULL}, {"config/start.sh", NULL}},
		.loads = GENERATOR_INDEXED,
		.triggers = {{.path = "run_all.sh", .syntax = GENERATOR_VALUE,
			.name = "RESOLVED_INITRD_MODULES", .before = "='",
			.after = "'", .only_there = true},
			{.path = "config/start.sh", .syntax = GENERATOR_VALUE,
				.name = "RESOLVED_INITRD_MODULES",
				.before = "='", .after = "'",
				.only_there = true}},
		.tool = {.path = "/etc/sysconfig/kernel",
			.syntax = GENERATOR_VALUE, .name = "INITRD_MODULES",
			.before = "=\"", .after = "\"", .only_there = true},
		.tool_folder = "/etc/sysconfig",
	},
	{
		.name = "mkinitrd (SUSE, one script)",
		.signs = {{"init", "udev_discover_root"},
			{"linuxrc", "udevstart"}},
		.loads = GENERATOR_SCRIPT,
	},
	{
		.name = "mkinitcpio",
		.signs = {{"init_functions", NULL}, {"buildconfig", NULL}},
		.loads = GENERATOR_INDEXED,
		.triggers = {{.path = "config", .syntax = GENERATOR_VALUE,
			.name = "MODULES", .before = "=\"", .after = "\""}},
		.tool = {.path = "/etc/mkinitcpio.conf",
			.syntax = GENERATOR_VALUE, .name = "MODULES",
			.before = "=(", .after = ")"},
		.tool_folder = "/etc/mkinitcpio.d",
	},
	{
		.name = "make-initrd",
		.signs = {{".initrd", NULL}, {"etc/initrd/cmdline.d", NULL},
			{"lib/uevent/handlers", NULL},
			{"etc/rc.d/init.d/uevent", NULL}},
		.loads = GENERATOR_INDEXED,
		.tool = {.path = "/etc/initrd.mk", .syntax = GENERATOR_VALUE,
			.name = "MODULES_ADD", .before = " += ", .after = ""},
		.tool_folder = "/usr/share/make-initrd",
	},
	{
		/* busybox modprobe, for what the bus announces */
		.name = "mkinitfs (Alpine)",
		.signs = {{"init", "Alpine Init"}},
		.loads = GENERATOR_INDEXED,
		.tool = {.path = "/etc/mkinitfs/mkinitfs.conf",
			.syntax = GENERATOR_VALUE, .name = "features",
			.before = "=\"", .after = "\"", .only_there = true,
			.instead = "virtio"},
	},
	{
		.name = "genkernel",
		.signs = {{"etc/initrd.defaults", NULL}},
	},
	{
		.name = "booster",
		.signs = {{"etc/booster.init.yaml", NULL}},
	},
	{.name = NULL},
};

static bool
has_sign(const struct initramfs *initramfs, const struct generator_sign *sign)
{
	const struct tree_node *node = tree_find(initramfs->tree, sign->path);

	if (node == NULL)
		return false;
	if (sign->text == NULL)
		return true;
	return tree_is_file(node) && node->bytes > 0 &&
		memmem(node->data, node->bytes, sign->text,
			strlen(sign->text)) != NULL;
}

const struct generator *
generator_of(const struct initramfs *initramfs)
{
	for (const struct generator *one = generators; one->name != NULL; one++)
		for (size_t i = 0; i < sizeof one->signs / sizeof *one->signs &&
			one->signs[i].path != NULL;
			i++)
			if (has_sign(initramfs, &one->signs[i]))
				return one;
	return NULL;
}
