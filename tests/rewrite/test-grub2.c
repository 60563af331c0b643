#include "tests/harness.h"

#include "convert/rewrite/rewriters.h"
#include "tests/assess/disks.h"
#include "tests/rewrite/rewriting.h"

#define NAMED "linux.grub.device-name"
#define ROOT "root=UUID=" ROOT_UUID

static void
kernel_command_lines_name_uuids(void **state)
{
	static const struct rewriting table[] = {
		{"\tlinux\t/vmlinuz root=/dev/sda1 ro  quiet\n\tinitrd /i\n",
			"\tlinux\t/vmlinuz " ROOT " ro  quiet\n\tinitrd /i\n",
			NAMED},
		{"linux16 /vmlinuz ro root=/dev/sda1\ninitrd16 /i\n",
			"linux16 /vmlinuz ro " ROOT "\ninitrd16 /i\n", NAMED},
		{"linuxefi /v root=/dev/sda1 resume=/dev/sda2 x\ninitrdefi /i",
			"linuxefi /v " ROOT " resume=UUID=" SWAP_UUID
			" x\ninitrdefi /i",
			"linux.resume.device-name"},
		{"linux /v 'root=/dev/sda1'\ninitrd /i\n",
			"linux /v '" ROOT "'\ninitrd /i\n", NAMED},
	};

	(void)state;
	CHECK_ALL(grub2_rewrite_config, table);
}

static void
without_an_initramfs_the_partition_is_named(void **state)
{
	static const struct rewriting table[] = {
		{"linux /v root=/dev/sda1\n}\nlinux /w root=/dev/sda1\n"
		 "initrd /i\n",
			"linux /v root=PARTUUID=0badcafe-01\n}\n"
			"linux /w " ROOT "\ninitrd /i\n",
			NAMED},
	};

	(void)state;
	CHECK_ALL(grub2_rewrite_config, table);
}

static void
everything_that_is_no_kernel_command_line_stays(void **state)
{
	static const struct rewriting table[] = {
		{"set root='hd0,msdos1'\n", NULL, NULL},
		{"search --fs-uuid --set=root --hint-bios=hd0,msdos1 x\n", NULL,
			NULL},
		{"menuentry 'a' --id 'gnulinux-simple-/dev/sda1' {\n", NULL,
			NULL},
		{"# linux /v root=/dev/sda1\n", NULL, NULL},
		{"linux /v " ROOT " ro\ninitrd /i\n", NULL, NULL},
		{"linux /v noroot=/dev/sda1 xresume=/dev/sda2\ninitrd /i\n",
			NULL, NULL},
		{"echo 'root=/dev/sda1'\n", NULL, NULL},
		{"linuxfoo /v root=/dev/sda1\n", NULL, NULL},
		{"linux /root=/dev/sda1\n", NULL, NULL},
	};

	(void)state;
	CHECK_ALL(grub2_rewrite_config, table);
}

static void
an_unknown_device_is_left_and_told(void **state)
{
	static const struct rewriting table[] = {
		{"linux /v root=/dev/sdb1\ninitrd /i\n", NULL,
			"storage.reference-unresolved"},
		{"linux /v resume=/dev/sda1\ninitrd /i\n", NULL,
			"storage.reference-unresolved"},
	};

	(void)state;
	CHECK_ALL(grub2_rewrite_config, table);
}

static void
the_next_update_writes_uuids_too(void **state)
{
	static const struct rewriting table[] = {
		{"GRUB_DISABLE_LINUX_UUID=true\n",
			"GRUB_DISABLE_LINUX_UUID=false\n",
			"linux.grub.regenerates-names"},
		{"export GRUB_DISABLE_UUID=\"true\"",
			"export GRUB_DISABLE_UUID=\"false\"",
			"linux.grub.regenerates-names"},
		{"GRUB_CMDLINE_LINUX=\"quiet resume=/dev/sda2\"\n",
			"GRUB_CMDLINE_LINUX=\"quiet resume=UUID=" SWAP_UUID
			"\"\n",
			"linux.resume.device-name"},
		{"GRUB_CMDLINE_LINUX_DEFAULT='root=/dev/sda1 quiet'\n",
			"GRUB_CMDLINE_LINUX_DEFAULT='" ROOT " quiet'\n", NAMED},
		{"#GRUB_DISABLE_LINUX_UUID=true\n", NULL, NULL},
		{"GRUB_DISABLE_LINUX_UUID=false\n", NULL, NULL},
		{"GRUB_DISABLE_LINUX_UUID=trueish\n", NULL, NULL},
		{"GRUB_DISABLE_RECOVERY=true\n", NULL, NULL},
		{"GRUB_DEVICE=/dev/sda1\n", NULL, NULL},
	};

	(void)state;
	CHECK_ALL(grub2_rewrite_defaults, table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernel_command_lines_name_uuids),
		cmocka_unit_test(without_an_initramfs_the_partition_is_named),
		cmocka_unit_test(
			everything_that_is_no_kernel_command_line_stays),
		cmocka_unit_test(an_unknown_device_is_left_and_told),
		cmocka_unit_test(the_next_update_writes_uuids_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
