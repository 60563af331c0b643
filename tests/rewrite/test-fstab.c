#include "tests/harness.h"

#include "common/own.h"
#include "convert/assess/reference.h"
#include "convert/rewrite/rewriters.h"
#include "tests/assess/disks.h"
#include "tests/rewrite/rewriting.h"

#define NAMED "linux.fstab.device-name"
#define MISSING "linux.fstab.missing"
#define NOT_HERE "#unrack:not-in-this-machine# "

static void
device_names_become_uuids_and_all_else_stays(void **state)
{
	static const struct rewriting table[] = {
		{"/dev/sda1 / ext4 defaults 0 1\n",
			"UUID=" ROOT_UUID " / ext4 defaults 0 1\n", NAMED},
		{"/dev/sda1\t/\text4\tdefaults\t0\t1",
			"UUID=" ROOT_UUID "\t/\text4\tdefaults\t0\t1", NAMED},
		{"# c\n\n  /dev/hda2  none swap sw # x\r\n#/dev/sda1 / ext4\n",
			"# c\n\n  UUID=" SWAP_UUID
			"  none swap sw # x\r\n#/dev/sda1 / ext4\n",
			NAMED},
		{"/dev/sda1 /a\\040b ext3 ro\n",
			"UUID=" ROOT_UUID " /a\\040b ext3 ro\n", NAMED},
		{"/dev/sda1", "UUID=" ROOT_UUID, NAMED},
	};

	(void)state;
	CHECK_ALL(fstab_rewrite, table);
}

static void
devices_in_options_become_paths(void **state)
{
	static const struct rewriting table[] = {
		{"UUID=" ROOT_UUID " / xfs rw,logdev=/dev/sda6,noatime 0 1\n",
			"UUID=" ROOT_UUID " / xfs rw,logdev="
			"/dev/disk/by-partuuid/0badcafe-06,noatime 0 1\n",
			NAMED},
		{"/dev/sda1 / ext4 jdev=/dev/hda6\n",
			"UUID=" ROOT_UUID " / ext4 jdev="
			"/dev/disk/by-partuuid/0badcafe-06\n",
			NAMED},
		{"/dev/sda1 / ext4 logdev=/dev/sda6,rtdev=/dev/sda2 0 0\n",
			"UUID=" ROOT_UUID " / ext4 logdev="
			"/dev/disk/by-partuuid/0badcafe-06,rtdev="
			"/dev/disk/by-uuid/" SWAP_UUID " 0 0\n",
			NAMED},
		{"/dev/cdrom /a ext4 rtdev=/dev/sda2 0 0\n",
			"/dev/cdrom /a ext4 rtdev=/dev/disk/by-uuid/" SWAP_UUID
			",nofail 0 0\n",
			NAMED},
		{"UUID=" ROOT_UUID " / xfs olddevice=/dev/sda2,logdev=x\n",
			NULL, NULL},
		{"UUID=" ROOT_UUID " / ext4 rw,logdev=/dev/disk/by-uuid/"
		 SWAP_UUID ",\n",
			NULL, NULL},
	};

	(void)state;
	CHECK_ALL(fstab_rewrite, table);
}

static void
a_device_in_options_is_waited_for_as_well(void **state)
{
	static const struct rewriting table[] = {
		{"UUID=" ROOT_UUID " /d xfs rw,logdev=/dev/sdb2 0 0\n",
			NOT_HERE "UUID=" ROOT_UUID
			" /d xfs rw,logdev=/dev/sdb2 0 0\n",
			MISSING},
		{"LABEL=d /d btrfs device=/dev/sda1,device=/dev/sdb\n",
			NOT_HERE "LABEL=d /d btrfs device=/dev/sda1,"
			"device=/dev/sdb\n",
			MISSING},
		{"UUID=" ROOT_UUID " /d btrfs ro,device=/dev/sdb\n",
			NOT_HERE "UUID=" ROOT_UUID
			" /d btrfs ro,device=/dev/sdb\n",
			MISSING},
		{"/dev/sda1 /d ext4 nofail,journal_path=/dev/sdb2\n",
			"UUID=" ROOT_UUID
			" /d ext4 nofail,journal_path=/dev/sdb2\n",
			"linux.fstab.absent"},
		{"/dev/sda1 / ext4 journal_path=/dev/sdb2\n",
			"UUID=" ROOT_UUID " / ext4 journal_path=/dev/sdb2\n",
			"storage.reference-unresolved"},
	};

	(void)state;
	CHECK_ALL(fstab_rewrite, table);
}

/* The file system itself is known, and the mount may well work. */
static void
a_device_in_options_that_may_be_several_is_told(void **state)
{
	static const struct rewriting table[] = {
		{"UUID=" XFS_UUID " /data xfs rtdev=/dev/sdx1 0 0\n", NULL,
			"storage.reference-unresolved"},
		{"/dev/sdx1 /data auto rw 0 0\n",
			NOT_HERE "/dev/sdx1 /data auto rw 0 0\n", MISSING},
	};
	AUTO(references_freep) struct references *references =
		references_new(&two_disks, NULL, disk_names, 2);

	(void)state;
	assert_non_null(references);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		check_rewriting_by(references, fstab_rewrite, &table[i]);
}

static void
what_holds_in_the_vm_is_not_touched(void **state)
{
	static const struct rewriting table[] = {
		{"", NULL, NULL},
		{"\n\n#\n", NULL, NULL},
		{"UUID=" ROOT_UUID " / ext4 defaults 0 1\n", NULL, NULL},
		{"PARTUUID=0badcafe-01 / ext4\n", NULL, NULL},
		{"proc /proc proc defaults 0 0\n", NULL, NULL},
		{"host:/dev/sda1 /mnt nfs hard 0 0\n", NULL, NULL},
		{"//host/sda1 /mnt cifs guest 0 0\n", NULL, NULL},
		{"/swap.img none swap sw 0 0\n", NULL, NULL},
		{"tmpfs /dev/shm tmpfs size=1g 0 0", NULL, NULL},
		{"/srv/a /srv/b none bind 0 0\n", NULL, NULL},
		{"/dev/fd0 /media/floppy auto rw,user,noauto 0 0\n", NULL,
			NULL},
		{"/dev/hdc /cdrom udf,iso9660 user,noauto 0 0\n", NULL, NULL},
	};

	(void)state;
	CHECK_ALL(fstab_rewrite, table);
}

static void
a_missing_device_does_not_stop_the_boot(void **state)
{
	static const struct rewriting table[] = {
		{"/dev/sdb1 /data ext4 defaults 0 2\n",
			NOT_HERE "/dev/sdb1 /data ext4 defaults 0 2\n",
			MISSING},
		{"/dev/sdb1 /data ext4 noauto 0 2\n", NULL,
			"linux.fstab.absent"},
		{"/dev/sdb1 /data ext4 rw,nofail 0 2\n", NULL,
			"linux.fstab.absent"},
		{"UUID=cccccccc-0000-4000-8000-000000000009 /san xfs _netdev 0 0\n",
			NULL, "linux.fstab.absent"},
		{"/dev/sdb1 /data ext4 nofailing 0 2\n",
			NOT_HERE "/dev/sdb1 /data ext4 nofailing 0 2\n",
			MISSING},
		{"UUID=12345678-0000-0000-0000-000000000000 /d xfs rw\n",
			NOT_HERE "UUID=12345678-0000-0000-0000-000000000000 "
				 "/d xfs rw\n",
			MISSING},
		{"/dev/cdrom /cdrom iso9660 ro 0 0\n",
			"/dev/cdrom /cdrom iso9660 ro,nofail 0 0\n", NULL},
	};

	(void)state;
	CHECK_ALL(fstab_rewrite, table);
}

static void
a_number_of_an_array_stays(void **state)
{
	static const struct rewriting table[] = {
		{"/dev/md0 /boot ext4 defaults 1 2\n", NULL,
			"storage.reference-unresolved"},
		{"/dev/md0p1 /boot ext4 defaults 1 2\n",
			NOT_HERE "/dev/md0p1 /boot ext4 defaults 1 2\n",
			MISSING},
		{"/dev/md2 none swap sw\n", NULL,
			"storage.reference-unresolved"},
	};
	AUTO(references_freep) struct references *references =
		references_new(&nameless, NULL, disk_names, 0);

	(void)state;
	assert_non_null(references);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		check_rewriting_by(references, fstab_rewrite, &table[i]);
}

static void
the_root_is_never_commented_out(void **state)
{
	static const struct rewriting table[] = {
		{"UUID=12345678-0000-0000-0000-000000000000 / xfs rw 0 1\n",
			NULL, "storage.reference-unresolved"},
		{"/dev/mapper/gone / ext4 rw 0 1\n", NULL,
			"storage.reference-unresolved"},
	};

	(void)state;
	CHECK_ALL(fstab_rewrite, table);
}

static void
lines_of_any_length_are_survived(void **state)
{
	static char text[8192];
	const struct rewriting absurd = {text, NULL, NULL};

	(void)state;
	for (size_t i = 0; i + 1 < sizeof text; i++)
		text[i] = "/dev/sda"[i % 8];
	check_rewriting(fstab_rewrite, &absurd);
	for (size_t i = 0; i + 1 < sizeof text; i++)
		text[i] = '\\';
	check_rewriting(fstab_rewrite, &absurd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(device_names_become_uuids_and_all_else_stays),
		cmocka_unit_test(devices_in_options_become_paths),
		cmocka_unit_test(a_device_in_options_is_waited_for_as_well),
		cmocka_unit_test(
			a_device_in_options_that_may_be_several_is_told),
		cmocka_unit_test(what_holds_in_the_vm_is_not_touched),
		cmocka_unit_test(a_missing_device_does_not_stop_the_boot),
		cmocka_unit_test(a_number_of_an_array_stays),
		cmocka_unit_test(the_root_is_never_commented_out),
		cmocka_unit_test(lines_of_any_length_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
