#include "tests/harness.h"

#include "convert/rewrite/rewriters.h"
#include "tests/rewrite/rewriting.h"

static void
single_disks_are_looked_at(void **state)
{
	static const struct rewriting table[] = {
		{"ORACLEASM_SCANORDER=\"dm\"\nORACLEASM_SCANEXCLUDE=\"sd\"\n",
			"ORACLEASM_SCANORDER=\"dm\"\n"
			"ORACLEASM_SCANEXCLUDE=\"\"\n",
			"storage.asm-excludes"},
		{"ORACLEASM_SCANEXCLUDE='loop sd vd'",
			"ORACLEASM_SCANEXCLUDE='loop  '",
			"storage.asm-excludes"},
	};

	(void)state;
	CHECK_ALL(oracleasm_rewrite, table);
}

static void
what_excludes_other_disks_stays(void **state)
{
	static const struct rewriting table[] = {
		{"", NULL, NULL},
		{"ORACLEASM_SCANEXCLUDE=\"sdb\"\n", NULL, NULL},
		{"ORACLEASM_SCANEXCLUDE=\"\" # sd\n", NULL, NULL},
		{"ORACLEASM_SCANORDER=\"sd\"\n", NULL, NULL},
		{"#ORACLEASM_SCANEXCLUDE=\"sd\"\n", NULL, NULL},
	};

	(void)state;
	CHECK_ALL(oracleasm_rewrite, table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(single_disks_are_looked_at),
		cmocka_unit_test(what_excludes_other_disks_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
