#include "tests/harness.h"

#include "convert/rewrite/rewriters.h"
#include "tests/assess/disks.h"
#include "tests/rewrite/rewriting.h"

#define NARROW "storage.mdadm-devices"
#define UNRESOLVED "storage.reference-unresolved"
#define ARRAY_UUID "ARRAY /dev/md0 UUID=3aaa0122:29827cfa:5331ad66:ca767371"

static void
members_are_looked_for_on_all_partitions(void **state)
{
	static const struct rewriting table[] = {
		/* RHEL 5, by hand */
		{"DEVICE /dev/sda1 /dev/sdb1\n" ARRAY_UUID
		 " devices=/dev/sda1,/dev/sdb1\n",
			"DEVICE partitions\n" ARRAY_UUID "\n", NARROW},
		{"DEVICE /dev/hd[ab]*\n", "DEVICE partitions\n", NARROW},
		{"device /dev/sda1 # old\n\t/dev/sdb1\nARRAY /dev/md0\n",
			"device partitions\nARRAY /dev/md0\n", NARROW},
		{"DEV\t/dev/sda1\n", "DEV\tpartitions\n", NARROW},
		{"DEVICE containers /dev/sda1", "DEVICE partitions", NARROW},
		{ARRAY_UUID "\n   devices=/dev/sda,/dev/sdb level=raid1\n",
			ARRAY_UUID "\n level=raid1\n", NARROW},
		{"array /dev/md/0 devices=/dev/sda1 name=host:0\n",
			"array /dev/md/0 name=host:0\n", NARROW},
	};

	(void)state;
	CHECK_ALL(mdadm_rewrite, table);
}

static void
what_finds_its_members_stays(void **state)
{
	static const struct rewriting table[] = {
		{"", NULL, NULL},
		/* as Debian writes it */
		{"# mdadm.conf\n#DEVICE partitions containers\n"
		 "HOMEHOST <system>\nMAILADDR root\n"
		 "ARRAY /dev/md/0  metadata=1.2 UUID=3aaa0122:29827cfa:"
		 "5331ad66:ca767371 name=debian:0\n",
			NULL, NULL},
		{"DEVICE partitions\n", NULL, NULL},
		{"DEVICE partitions /dev/sda\n", NULL, NULL},
		{"DEVICE containers partitions\n", NULL, NULL},
		{"DEVICE containers\n", NULL, NULL},
		{"DEVICE\nMAILADDR /dev/sda1\n", NULL, NULL},
		{"#DEVICE /dev/sda1\n", NULL, NULL},
		{"MAILADDR x\n DEVICE /dev/sda1\n", NULL, NULL},
		{"PROGRAM devices=/dev/sda1\n", NULL, NULL},
		{"POLICY domain=d1 path=pci-0000:00:1f.2-* action=spare\n",
			NULL, NULL},
	};

	(void)state;
	CHECK_ALL(mdadm_rewrite, table);
}

static void
an_array_that_only_its_members_name_gets_its_uuid(void **state)
{
	static const struct rewriting table[] = {
		/* its member holds something else now */
		{"ARRAY /dev/md0 devices=/dev/sda1\n", NULL, UNRESOLVED},
		{"ARRAY /dev/md0 devices=/dev/sda7,/dev/sdb7\n",
			"ARRAY /dev/md0 UUID=" MEMBER_MDADM "\n", NARROW},
	};

	(void)state;
	CHECK_ALL(mdadm_rewrite, table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_looked_for_on_all_partitions),
		cmocka_unit_test(what_finds_its_members_stays),
		cmocka_unit_test(
			an_array_that_only_its_members_name_gets_its_uuid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
