#include "tests/harness.h"

#include <string.h>

#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/assess/reference.h"
#include "convert/rewrite/loader.h"
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
		{"linux /v " ROOT " mount.usr=/dev/sda1 x\ninitrd /i\n",
			"linux /v " ROOT " mount.usr=UUID=" ROOT_UUID
			" x\ninitrd /i\n",
			NAMED},
	};

	(void)state;
	CHECK_ALL(loader_rewrite_grub2, table);
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
	CHECK_ALL(loader_rewrite_grub2, table);
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
	CHECK_ALL(loader_rewrite_grub2, table);
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
	CHECK_ALL(loader_rewrite_grub2, table);
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
	CHECK_ALL(grub_defaults_rewrite, table);
}

static void
each_format_keeps_its_arguments_where_it_does(void **state)
{
	static const struct rewriting legacy[] = {
		{"title a\nroot (hd0,0)\nkernel /vmlinuz ro root=/dev/sda1\n"
		 "initrd /i\n",
			"title a\nroot (hd0,0)\nkernel /vmlinuz ro " ROOT "\n"
			"initrd /i\n",
			NAMED},
		{"# kopt=root=/dev/sda1 ro\n# groot=(hd0,0)\n",
			"# kopt=" ROOT " ro\n# groot=(hd0,0)\n", NAMED},
		{"# a word about root=/dev/sda1\n", NULL, NULL},
		{"title x\nkernel /xen.gz\nmodule /v root=/dev/sda1\nmodule /i\n",
			"title x\nkernel /xen.gz\nmodule /v " ROOT
			"\nmodule /i\n",
			NAMED},
		{"title x\nkernel /xen.gz\nmodule /v root=/dev/sda1\n",
			"title x\nkernel /xen.gz\n"
			"module /v root=PARTUUID=0badcafe-01\n",
			NAMED},
		{"kernel /v root=/dev/sda1\ntitle b\nkernel /w\ninitrd /i\n",
			"kernel /v root=PARTUUID=0badcafe-01\ntitle b\n"
			"kernel /w\ninitrd /i\n",
			NAMED},
	};
	static const struct rewriting entry[] = {
		{"title a\noptions root=/dev/sda1 ro\nlinux /v\ninitrd /i\n",
			"title a\noptions " ROOT " ro\nlinux /v\ninitrd /i\n",
			NAMED},
		{"options $kernelopts\nlinux /v\n", NULL, NULL},
		{"options root=/dev/sda1 initrd=\\i.img\n",
			"options " ROOT " initrd=\\i.img\n", NAMED},
		{"title root=/dev/sda1\n", NULL, NULL},
	};
	static const struct rewriting syslinux[] = {
		{"LABEL l\n  LINUX /v\n  APPEND root=/dev/sda1 ro\n  INITRD /i",
			"LABEL l\n  LINUX /v\n  APPEND " ROOT " ro\n  INITRD /i",
			NAMED},
		{"label l\nkernel /v\nappend initrd=/i root=/dev/sda1\n",
			"label l\nkernel /v\nappend initrd=/i " ROOT "\n",
			NAMED},
		{"label l\nappend root=/dev/sda1\nlabel m\ninitrd /i\n",
			"label l\nappend root=PARTUUID=0badcafe-01\nlabel m\n"
			"initrd /i\n",
			NAMED},
	};
	static const struct rewriting lilo[] = {
		{"boot=/dev/sda\nimage=/v\n\tinitrd=/i\n\troot=/dev/sda1\n",
			"boot=/dev/sda\nimage=/v\n\tinitrd=/i\n\t" ROOT "\n",
			NAMED},
		{"append=\"resume=/dev/sda2 quiet\"\nimage=/v\ninitrd=/i\n",
			"append=\"resume=UUID=" SWAP_UUID " quiet\"\nimage=/v\n"
			"initrd=/i\n",
			"linux.resume.device-name"},
	};
	static const struct rewriting arguments[] = {
		{"root=/dev/sda1 ro\n", ROOT " ro\n", NAMED},
		{"# root=/dev/sda1\n", NULL, NULL},
		{"cryptdevice=/dev/sda1:root ro", NULL,
			"storage.reference-unresolved"},
	};

	(void)state;
	CHECK_ALL(loader_rewrite_grub, legacy);
	CHECK_ALL(loader_rewrite_entry, entry);
	CHECK_ALL(loader_rewrite_syslinux, syslinux);
	CHECK_ALL(loader_rewrite_lilo, lilo);
	CHECK_ALL(loader_rewrite_arguments, arguments);
}

/* As grub2-editenv makes it. */
static void
fill_block(char block[1025], const char *variables)
{
	memset(block, '#', 1024);
	block[1024] = '\0';
	memcpy(block, variables, strlen(variables));
}

static void
the_environment_block_keeps_its_size(void **state)
{
	char before[1025], after[1025], full[1025];
	struct rewriting table[] = {
		{before, after, NAMED},
		{full, NULL, "guest.file-not-written"},
		{"# GRUB Environment Block\nkernelopts=root=/dev/sda1\n", NULL,
			NULL},
	};

	(void)state;
	fill_block(before, "# GRUB Environment Block\nsaved_entry=x\n"
			   "kernelopts=root=/dev/sda1 ro \n");
	fill_block(after, "# GRUB Environment Block\nsaved_entry=x\n"
			  "kernelopts=" ROOT " ro \n");
	memset(full, 'x', 1024);
	full[1024] = '\0';
	memcpy(full, "kernelopts=root=/dev/sda1 ", 26);
	CHECK_ALL(loader_rewrite_grubenv, table);
}

/* Which is a plain disk in the VM; with other disks no wait is touched. */
static void
an_array_of_a_firmware_is_not_waited_for(void **state)
{
	static const char gone[] = "linux /v root=/dev/md126p1 rd.md.uuid="
		"2ee4cb01:1c61b2f7:5eb5ca23:5a3ea6a7 rd_MD_UUID=1:2 ro\n"
		"initrd /i\n";
	static const char after[] = "linux /v " ROOT "   ro\ninitrd /i\n";
	static const struct rewriting others[] = {
		{"linux /v rd.md.uuid=2ee4cb01:1c61b2f7 ro\ninitrd /i\n", NULL,
			NULL}};
	AUTO(references_freep) struct references *references =
		references_new(&half_mirror, NULL, disk_names, 2);
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(freep) char *text = NULL;
	const struct rewrite how = {"/a/file", references, findings};
	struct error err = {0};

	(void)state;
	reference_pin(references, "/dev/md126p1", &half_mirror.list[1]);
	assert_ok(loader_rewrite_grub2(&text, gone, &how, &err), &err);
	assert_non_null(text);
	assert_string_equal(text, after);
	assert_true(findings_have(findings, "linux.grub.array-gone"));
	CHECK_ALL(loader_rewrite_grub2, others);
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
		cmocka_unit_test(each_format_keeps_its_arguments_where_it_does),
		cmocka_unit_test(the_environment_block_keeps_its_size),
		cmocka_unit_test(an_array_of_a_firmware_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
