/* Default entries of each boot loader, as they are found on servers. */
#include "tests/harness.h"

#include <string.h>

#include "convert/assess/boot-evidence.h"
#include "tests/assess/disks.h"

static void
the_default_entry_of_each_loader_is_read(void **state)
{
	static const struct {
		const char *path, *text, *root, *subvolume, *saved, *next;
	} table[] = {
		{"/boot/grub2/grub.cfg",
			"if [ \"${next_entry}\" ] ; then\n"
			"set default=\"${next_entry}\"\nelse\n"
			"set default=\"${saved_entry}\"\nfi\n"
			"menuentry 'a' --id first {\nlinux /vmlinuz-1 root=UUID=a\n}\n"
			"menuentry 'b' --id other {\nlinux /vmlinuz-2 root=UUID=b\n}\n",
			"UUID=b", "", "other", ""},
		{"/EFI/debian/grub.cfg",
			"search.fs_uuid " ROOT_UUID " root hd0,gpt2 \n"
			"set prefix=($root)'/boot/grub'\n"
			"configfile $prefix/grub.cfg\n",
			"", "", "", ROOT_UUID},
		{"/EFI/fedora/grub.cfg",
			"search --no-floppy --fs-uuid --set=dev 1234-ABCD\n"
			"set prefix=($dev)/grub2\n",
			"", "", "", "1234-ABCD"},
		{"/etc/lilo.conf",
			"boot=/dev/sda\ndefault=new\nimage=/boot/a\nlabel=old\n"
			"root=/dev/sda1\nimage=/boot/b\nlabel=new\n"
			"root=\"UUID=b\"\n",
			"UUID=b", "", "", ""},
		{"/EFI/SUSE/elilo.conf",
			"image=vmlinuz\nlabel=linux\nappend=\"root=/dev/sda2 x\"\n",
			"/dev/sda2", "", "", ""},
		{"/boot/grub/grub.cfg",
			"set default=\"1\"\nmenuentry 'a' {\n"
			"linux /vmlinuz-1 root=UUID=a ro\n}\nmenuentry 'b' {\n"
			"\tlinux\t/vmlinuz-2 root=UUID=b ro\n}\n",
			"UUID=b", "", "", ""},
		{"/boot/grub/menu.lst",
			"default 1\n# kernel /x root=/dev/no\ntitle a\n"
			"root (hd0,0)\nkernel /vmlinuz root=/dev/hda1 ro\n"
			"title b\nkernel /vmlinuz root=LABEL=/ ro\n",
			"LABEL=/", "", "", ""},
		{"/boot/extlinux/extlinux.conf",
			"DEFAULT linux\nLABEL linux\n  KERNEL /vmlinuz\n"
			"  APPEND ro root=/dev/vg/root quiet\n",
			"/dev/vg/root", "", "", ""},
		{"/loader/entries/a.conf",
			"title x\noptions root=UUID=c ro "
			"rootflags=compress=zstd,subvol=/@/.snapshots/5/snapshot,x\n",
			"UUID=c", "@/.snapshots/5/snapshot", "", ""},
		{"/boot/grub2/grubenv",
			"# GRUB Environment Block\nsaved_entry=a\n"
			"kernelopts=root=/dev/mapper/rhel-root ro\n####",
			"/dev/mapper/rhel-root", "", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct boot_evidence evidence;

		if (!boot_evidence_read(&evidence, table[i].path,
			    table[i].text, table[i].saved))
			fail_msg("nothing in %s", table[i].path);
		assert_string_equal(evidence.root, table[i].root);
		assert_string_equal(evidence.subvolume, table[i].subvolume);
		assert_string_equal(evidence.next, table[i].next);
	}
}

static void
what_starts_nothing_is_no_evidence(void **state)
{
	static const char *const texts[] = {"", "default 7\n",
		"root (hd0,0)\nchainloader +1\n", "kernel /v xroot=UUID=a\n",
		"search --fs-uuid a\nconfigfile x\n", "search", "search ",
		"search --fs-uuid 00000000000000000000000000000000000000000000"
		"00000000000000000000000000000000\n", "image=/x\nlabel=x\n",
		"other=/dev/sda1\nlabel=x\n"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct boot_evidence evidence;

		assert_false(boot_evidence_read(&evidence, "/menu.lst",
			texts[i], ""));
		assert_false(boot_evidence_read(&evidence, "/grub.cfg",
			texts[i], ""));
		assert_false(boot_evidence_read(&evidence, "/lilo.conf",
			texts[i], ""));
	}
}

static void
a_root_is_named_by_content_or_by_its_own_name(void **state)
{
	static const struct {
		const char *root;
		size_t volume;
		bool names, may_name;
	} table[] = {
		{"UUID=" ROOT_UUID, 1, true, false},
		{"UUID=" ROOT_UUID, 2, false, false},
		{"/dev/mapper/vg--0-root", 10, true, false},
		{"/dev/vg-0/root", 10, true, false},
		{"/dev/vg-0/home", 10, false, false},
		{"/dev/hdc1", 1, false, true},
		{"/dev/hdc2", 1, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const struct volume *volume =
			&two_disks.list[table[i].volume];
		struct boot_evidence evidence = {.subvolume = ""};

		strcpy(evidence.root, table[i].root);
		assert_int_equal(boot_evidence_names(&evidence, &two_disks,
				volume), table[i].names);
		assert_int_equal(boot_evidence_may_name(&evidence, volume),
			table[i].may_name);
	}
}

static void
the_firmware_reads_what_lies_beside_its_program(void **state)
{
	static const struct {
		const char *program, *path;
		bool is_of;
	} table[] = {
		{"\\EFI\\debian\\shimx64.efi", "/EFI/debian/grub.cfg", true},
		{"\\EFI\\DEBIAN\\SHIMX64.EFI", "/efi/debian/grub.cfg", true},
		{"\\EFI\\debian\\shimx64.efi", "/EFI/debian2/grub.cfg", false},
		{"\\EFI\\debian\\shimx64.efi", "/loader/entries/a.conf", false},
		{"\\EFI\\systemd\\systemd-bootx64.efi",
			"/loader/entries/a.conf", true},
		{"\\EFI\\BOOT\\BOOTX64.EFI", "/loader/entries/a.conf", true},
		{"", "/EFI/debian/grub.cfg", false},
		{"\\shell.efi", "/grub.cfg", false},
		{"\\EFI\\debian\\shimx64.efi", "grub.cfg", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		assert_int_equal(boot_evidence_is_of(table[i].program,
				table[i].path), table[i].is_of);
}

/*
 * Two systems, on sda1 and on sdb2; sda6 is an EFI system partition, and sdb1
 * would be mounted at /boot.
 */
static void
the_firmware_s_first_entry_outweighs_what_systems_say(void **state)
{
	const struct volume *one = &two_disks.list[1], *two = &two_disks.list[9];
	const struct volume *esp = &two_disks.list[4], *boot = &two_disks.list[8];
	struct boot_loader loaders[] = {
		{one, false, {.root = "UUID=" ROOT_UUID}},
		{two, false, {.root = "UUID=" HOME_UUID}},
		{boot, false, {.root = "UUID=" ROOT_UUID}},
		{esp, true, {.next = HOME_UUID}},
	};

	(void)state;
	assert_true(boot_evidence_weigh(loaders, 4, &two_disks, one) <
		boot_evidence_weigh(loaders, 4, &two_disks, two));
	loaders[3].is_started = false;
	assert_true(boot_evidence_weigh(loaders, 4, &two_disks, one) >
		boot_evidence_weigh(loaders, 4, &two_disks, two));
	/* and by way of /boot */
	loaders[0].says.root[0] = '\0';
	loaders[2].says = (struct boot_evidence){.root = "UUID=" HOME_UUID};
	loaders[3] = (struct boot_loader){esp, true, {.next = XFS_UUID}};
	assert_int_equal(boot_evidence_weigh(loaders, 4, &two_disks, one), 0);
	assert_int_equal(boot_evidence_weigh(loaders, 4, &two_disks, two),
		4 + 6 + 2 + 8);
}

/* A system with many kernels is not started more. */
static void
each_file_system_has_one_voice(void **state)
{
	const struct volume *one = &two_disks.list[1], *two = &two_disks.list[9];
	const struct boot_loader loaders[] = {
		{one, false, {.root = "UUID=" ROOT_UUID}},
		{one, false, {.root = "UUID=" ROOT_UUID}},
		{one, false, {.root = "/dev/hdb1"}},
		{&two_disks.list[8], false, {.root = "UUID=" HOME_UUID}},
	};

	(void)state;
	assert_int_equal(boot_evidence_weigh(loaders, 4, &two_disks, one), 5);
	assert_int_equal(boot_evidence_weigh(loaders, 4, &two_disks, two), 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_default_entry_of_each_loader_is_read),
		cmocka_unit_test(what_starts_nothing_is_no_evidence),
		cmocka_unit_test(a_root_is_named_by_content_or_by_its_own_name),
		cmocka_unit_test(
			the_firmware_reads_what_lies_beside_its_program),
		cmocka_unit_test(
			the_firmware_s_first_entry_outweighs_what_systems_say),
		cmocka_unit_test(each_file_system_has_one_voice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
