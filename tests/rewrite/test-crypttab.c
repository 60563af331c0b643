#include "tests/harness.h"

#include "common/own.h"
#include "convert/assess/reference.h"
#include "convert/rewrite/rewriters.h"
#include "tests/assess/disks.h"
#include "tests/rewrite/rewriting.h"

static void
sources_become_uuids(void **state)
{
	static const struct rewriting table[] = {
		{"sda5_crypt /dev/sda5 none luks,initramfs\n",
			"sda5_crypt UUID=" LUKS_UUID " none luks,initramfs\n",
			"linux.crypttab.device-name"},
		{"c UUID=" LUKS_UUID " none luks\n", NULL, NULL},
		{"c /srv/container none luks\n", NULL, NULL},
		{"# c /dev/sda5 none luks\n", NULL, NULL},
	};

	(void)state;
	CHECK_ALL(crypttab_rewrite, table);
}

static void
a_volume_made_anew_at_each_boot_is_named_by_its_partition(void **state)
{
	static const struct rewriting table[] = {
		{"swap /dev/sda2 /dev/urandom swap\n",
			"swap PARTUUID=0badcafe-02 /dev/urandom swap\n",
			"linux.crypttab.device-name"},
		{"swap /dev/sda6 /dev/urandom cipher=aes-xts-plain64\n",
			"swap PARTUUID=0badcafe-06 /dev/urandom "
			"cipher=aes-xts-plain64\n",
			"linux.crypttab.device-name"},
	};

	(void)state;
	CHECK_ALL(crypttab_rewrite, table);
}

#define NOT_HERE "#unrack:not-in-this-machine# "
#define ROOT_LINE "root UUID=" LUKS_UUID " none luks\n"

static void
check_on_opened(const struct rewriting *table, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		AUTO(references_freep) struct references *references =
			references_new(&opened, NULL, disk_names, 1);

		assert_non_null(references);
		reference_learn(references, "/dev/sda1", "swap");
		reference_pin(references, "/dev/sda1", &opened.list[1]);
		check_rewriting_by(references, crypttab_rewrite, &table[i]);
	}
}

static void
a_volume_that_is_not_here_is_not_waited_for(void **state)
{
	static const struct rewriting table[] = {
		{ROOT_LINE "c /dev/sdb5 none luks\n",
			ROOT_LINE NOT_HERE "c /dev/sdb5 none luks\n",
			"linux.crypttab.missing"},
		{ROOT_LINE "c UUID=" HOME_UUID "\n",
			ROOT_LINE NOT_HERE "c UUID=" HOME_UUID "\n",
			"linux.crypttab.missing"},
		{ROOT_LINE "c /dev/sda1 none luks\n",
			ROOT_LINE NOT_HERE "c /dev/sda1 none luks\n",
			"linux.crypttab.missing"},
		{"swap /dev/sdb2 /dev/urandom swap\n",
			NOT_HERE "swap /dev/sdb2 /dev/urandom swap\n",
			"linux.crypttab.missing"},
	};

	(void)state;
	check_on_opened(table, sizeof table / sizeof *table);
}

static void
a_line_that_no_boot_waits_for_stays(void **state)
{
	static const struct rewriting table[] = {
		{ROOT_LINE "c UUID=" HOME_UUID " none luks,noauto\n", NULL,
			"storage.reference-unresolved"},
		{ROOT_LINE "c /dev/sdb5 none luks,nofail\n", NULL,
			"storage.reference-unresolved"},
		{ROOT_LINE "c UUID=" HOME_UUID " none _netdev\n", NULL,
			"storage.reference-unresolved"},
		{"swap /dev/sdb2 /dev/urandom swap,nofail\n", NULL,
			"storage.reference-unresolved"},
		{ROOT_LINE "c UUID=" HOME_UUID " none nofailing\n",
			ROOT_LINE NOT_HERE "c UUID=" HOME_UUID
			" none nofailing\n",
			"linux.crypttab.missing"},
	};

	(void)state;
	check_on_opened(table, sizeof table / sizeof *table);
}

/* What was opened and has no other line may be what the line is about. */
static void
the_root_s_line_is_never_commented_out(void **state)
{
	static const struct rewriting table[] = {
		{"root /dev/sdb5 none luks\n", NULL,
			"storage.reference-unresolved"},
		{"root UUID=" HOME_UUID " none luks\n", NULL,
			"storage.reference-unresolved"},
	};

	(void)state;
	check_on_opened(table, sizeof table / sizeof *table);
}

static void
a_volume_whose_header_lies_elsewhere_is_not_guessed(void **state)
{
	static const struct rewriting table[] = {
		{ROOT_LINE "c /dev/sda3 none\n", NULL,
			"storage.reference-unresolved"},
		{ROOT_LINE "c /dev/sda3 none luks,header=/boot/c\n", NULL,
			"storage.reference-unresolved"},
		{ROOT_LINE "c /dev/sda3 none luks\n",
			ROOT_LINE NOT_HERE "c /dev/sda3 none luks\n",
			"linux.crypttab.missing"},
	};

	(void)state;
	check_on_opened(table, sizeof table / sizeof *table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources_become_uuids),
		cmocka_unit_test(
			a_volume_made_anew_at_each_boot_is_named_by_its_partition),
		cmocka_unit_test(a_volume_that_is_not_here_is_not_waited_for),
		cmocka_unit_test(a_line_that_no_boot_waits_for_stays),
		cmocka_unit_test(the_root_s_line_is_never_commented_out),
		cmocka_unit_test(
			a_volume_whose_header_lies_elsewhere_is_not_guessed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
