#include "tests/harness.h"

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

static void
a_source_without_a_luks_header_is_not_guessed(void **state)
{
	static const struct rewriting table[] = {
		{"c /dev/sda1 none luks\n", NULL,
			"storage.reference-unresolved"},
		{"c /dev/sdb5 none luks\n", NULL,
			"storage.reference-unresolved"},
	};

	(void)state;
	CHECK_ALL(crypttab_rewrite, table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources_become_uuids),
		cmocka_unit_test(
			a_volume_made_anew_at_each_boot_is_named_by_its_partition),
		cmocka_unit_test(a_source_without_a_luks_header_is_not_guessed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
