/* Metadata of arrays that have a number and no name. */
#include "tests/harness.h"

#include <string.h>

#include "convert/assess/md-superblock.h"

static const uint8_t superblock[MD_SUPERBLOCK_BYTES] = {0xfc, 0x4e, 0x2b, 0xa9,
	0, 0, 0, 0, 90, [44] = 3};

static void
the_number_is_read(void **state)
{
	(void)state;
	assert_int_equal(md_superblock_minor(superblock, sizeof superblock), 3);
}

static void
other_metadata_has_no_number(void **state)
{
	uint8_t other[MD_SUPERBLOCK_BYTES];

	(void)state;
	assert_int_equal(md_superblock_minor(superblock,
				 sizeof superblock - 1), -1);
	memcpy(other, superblock, sizeof other);
	other[4] = 1;
	assert_int_equal(md_superblock_minor(other, sizeof other), -1);
	memcpy(other, superblock, sizeof other);
	other[0] = 0;
	assert_int_equal(md_superblock_minor(other, sizeof other), -1);
	memcpy(other, superblock, sizeof other);
	other[47] = 0xff;
	assert_int_equal(md_superblock_minor(other, sizeof other), -1);
}

static void
it_lies_in_the_last_whole_64_kib_but_for_what_follows(void **state)
{
	(void)state;
	assert_int_equal(md_superblock_offset(0), 0);
	assert_int_equal(md_superblock_offset(131071), 0);
	assert_int_equal(md_superblock_offset(131072), 65536);
	assert_int_equal(md_superblock_offset(1000000), 917504);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_number_is_read),
		cmocka_unit_test(other_metadata_has_no_number),
		cmocka_unit_test(
			it_lies_in_the_last_whole_64_kib_but_for_what_follows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
