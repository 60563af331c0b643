/* boot.geometry, boot.no-active-partition: tables as controllers wrote them. */
#include "tests/harness.h"

#include <string.h>

#include "convert/rewrite/boot-table.h"

enum { LARGE = 71122560 }; /* a disk of 36 GB */

static const bool none[4], second[4] = {false, true}, two[4] = {true, true};

static void
put(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

/* Code, and a partition with its places on some geometry. */
static void
make(uint8_t sector[512], unsigned n, uint32_t first, uint32_t count,
	unsigned heads, unsigned sectors)
{
	uint8_t *entry = sector + 446 + 16 * n;
	uint32_t places[2] = {first, first + count - 1};

	if (n == 0) {
		memset(sector, 0, 512);
		memset(sector, 0x33, 440);
		sector[510] = 0x55;
		sector[511] = 0xaa;
	}
	entry[4] = 0x83;
	put(entry + 8, first);
	put(entry + 12, count);
	for (int i = 0; i < 2; i++) {
		uint8_t *at = entry + 1 + 4 * i;
		unsigned cylinder = places[i] / (heads * sectors);

		if (cylinder > 1023)
			cylinder = 1023;
		at[0] = (uint8_t)(places[i] / sectors % heads);
		at[1] = (uint8_t)((places[i] % sectors + 1) |
			(cylinder >> 2 & 0xc0));
		at[2] = (uint8_t)cylinder;
	}
}

static void
a_smart_array_table_is_written_for_the_vm(void **state)
{
	uint8_t sector[512], wanted[512];
	struct boot_table table;

	(void)state;
	make(sector, 0, 32, 8160 * 25 - 32, 255, 32);
	make(sector, 1, 8160 * 25, 8160 * 400, 255, 32);
	sector[446] = 0x80;
	make(wanted, 0, 32, 8160 * 25 - 32, 255, 63);
	make(wanted, 1, 8160 * 25, 8160 * 400, 255, 63);
	wanted[446] = 0x80;
	assert_true(boot_table_mend(sector, LARGE, none, &table));
	assert_true(table.other_geometry);
	assert_false(table.none_active);
	assert_int_equal(table.heads, 255);
	assert_int_equal(table.sectors, 32);
	assert_memory_equal(sector, wanted, 512);
	assert_false(boot_table_mend(sector, LARGE, none, &table));
}

/* What is right, or cannot be told, or no code reads, stays. */
static void
other_tables_stay(void **state)
{
	uint8_t sector[512], before[512];
	struct boot_table table;

	(void)state;
	make(sector, 0, 63, 16065 * 100 - 63, 255, 63);
	sector[446] = 0x80;
	assert_false(boot_table_mend(sector, LARGE, none, &table));
	/* parted aligns by mebibytes and gives ends on no cylinder */
	make(sector, 0, 2048, 204800, 255, 63);
	sector[446] = 0x80;
	memcpy(before, sector, 512);
	assert_false(boot_table_mend(sector, LARGE, none, &table));
	assert_memory_equal(sector, before, 512);
	make(sector, 0, 32, 8160 * 25 - 32, 255, 32);
	sector[446] = 0x80;
	assert_false(boot_table_mend(sector, 8160 * 30, none, &table));
	memcpy(sector + 0x180, "GRUB ", 5);
	assert_false(boot_table_mend(sector, LARGE, none, &table));
	make(sector, 0, 1, 1000, 255, 32);
	sector[446 + 4] = 0xee;
	assert_false(boot_table_mend(sector, LARGE, none, &table));
	memset(sector, 0, 512);
	assert_false(boot_table_mend(sector, LARGE, none, &table));
}

static void
the_partition_with_a_loader_becomes_active(void **state)
{
	uint8_t sector[512];
	struct boot_table table;

	(void)state;
	make(sector, 0, 63, 16065 * 100 - 63, 255, 63);
	make(sector, 1, 16065 * 100, 16065 * 100, 255, 63);
	assert_false(boot_table_mend(sector, LARGE, none, &table));
	assert_true(table.none_active);
	assert_int_equal(table.activated, 0);
	assert_false(boot_table_mend(sector, LARGE, two, &table));
	assert_true(boot_table_mend(sector, LARGE, second, &table));
	assert_int_equal(table.activated, 2);
	assert_int_equal(sector[446], 0);
	assert_int_equal(sector[462], 0x80);
	assert_false(boot_table_mend(sector, LARGE, second, &table));
	assert_false(table.none_active);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_smart_array_table_is_written_for_the_vm),
		cmocka_unit_test(other_tables_stay),
		cmocka_unit_test(the_partition_with_a_loader_becomes_active),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
