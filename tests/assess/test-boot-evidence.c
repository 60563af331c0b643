/* Default entries of each boot loader, as they are found on servers. */
#include "tests/harness.h"

#include <string.h>

#include "convert/assess/boot-evidence.h"
#include "tests/assess/disks.h"

static void
the_default_entry_of_each_loader_is_read(void **state)
{
	static const struct {
		const char *path, *text, *root, *subvolume;
	} table[] = {
		{"/boot/grub/grub.cfg",
			"set default=\"1\"\nmenuentry 'a' {\n"
			"linux /vmlinuz-1 root=UUID=a ro\n}\nmenuentry 'b' {\n"
			"\tlinux\t/vmlinuz-2 root=UUID=b ro\n}\n",
			"UUID=b", ""},
		{"/boot/grub/menu.lst",
			"default 1\n# kernel /x root=/dev/no\ntitle a\n"
			"root (hd0,0)\nkernel /vmlinuz root=/dev/hda1 ro\n"
			"title b\nkernel /vmlinuz root=LABEL=/ ro\n",
			"LABEL=/", ""},
		{"/boot/extlinux/extlinux.conf",
			"DEFAULT linux\nLABEL linux\n  KERNEL /vmlinuz\n"
			"  APPEND ro root=/dev/vg/root quiet\n",
			"/dev/vg/root", ""},
		{"/loader/entries/a.conf",
			"title x\noptions root=UUID=c ro "
			"rootflags=compress=zstd,subvol=/@/.snapshots/5/snapshot,x\n",
			"UUID=c", "@/.snapshots/5/snapshot"},
		{"/boot/grub2/grubenv",
			"# GRUB Environment Block\nsaved_entry=a\n"
			"kernelopts=root=/dev/mapper/rhel-root ro\n####",
			"/dev/mapper/rhel-root", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct boot_evidence evidence;

		if (!boot_evidence_read(&evidence, table[i].path,
			    table[i].text))
			fail_msg("nothing in %s", table[i].path);
		assert_string_equal(evidence.root, table[i].root);
		assert_string_equal(evidence.subvolume, table[i].subvolume);
	}
}

static void
what_starts_nothing_is_no_evidence(void **state)
{
	static const char *const texts[] = {"", "default 7\n",
		"root (hd0,0)\nchainloader +1\n", "kernel /v xroot=UUID=a\n",
		"search --fs-uuid a\nconfigfile x\n"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct boot_evidence evidence;

		assert_false(boot_evidence_read(&evidence, "/menu.lst",
			texts[i]));
		assert_false(boot_evidence_read(&evidence, "/grub.cfg",
			texts[i]));
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_default_entry_of_each_loader_is_read),
		cmocka_unit_test(what_starts_nothing_is_no_evidence),
		cmocka_unit_test(a_root_is_named_by_content_or_by_its_own_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
