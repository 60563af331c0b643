/* Sections of PE files, whole, cut and hostile. */
#include "tests/harness.h"

#include <stdlib.h>
#include <string.h>

#include "drivers-inject/pe.h"

enum { HEADER_AT = 0x40, SECTION_AT = HEADER_AT + 24 + 16, DATA_AT = 0x200 };

static void
put(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

/* Two sections: .uname with "6.1.0" and .initrd with 100 bytes of 'i'. */
static void
make(uint8_t image[1024])
{
	memset(image, 0, 1024);
	memcpy(image, "MZ", 2);
	put(image + 0x3c, HEADER_AT);
	memcpy(image + HEADER_AT, "PE\0\0\x64\x86\2", 7);
	image[HEADER_AT + 20] = 16;
	memcpy(image + SECTION_AT, ".uname", 6);
	put(image + SECTION_AT + 8, 5);
	put(image + SECTION_AT + 16, 512);
	put(image + SECTION_AT + 20, DATA_AT);
	memcpy(image + DATA_AT, "6.1.0", 5);
	memcpy(image + SECTION_AT + 40, ".initrd", 7);
	put(image + SECTION_AT + 48, 100);
	put(image + SECTION_AT + 56, 100);
	put(image + SECTION_AT + 60, DATA_AT + 64);
	memset(image + DATA_AT + 64, 'i', 100);
}

static void
sections_are_found_by_name(void **state)
{
	uint8_t image[1024];
	struct pe_section section;

	(void)state;
	make(image);
	assert_true(pe_find(&section, image, sizeof image, ".uname"));
	assert_int_equal(section.bytes, 5);
	assert_memory_equal(section.data, "6.1.0", 5);
	assert_true(pe_find(&section, image, sizeof image, ".initrd"));
	assert_int_equal(section.bytes, 100);
	assert_int_equal(section.there, 100);
	assert_int_equal(section.data[99], 'i');
	assert_false(pe_find(&section, image, sizeof image, ".linux"));
	assert_false(pe_find(&section, image, sizeof image, ".init"));
}

static void
what_is_cut_off_is_not_there(void **state)
{
	uint8_t image[1024];
	struct pe_section section;

	(void)state;
	make(image);
	assert_true(pe_find(&section, image, DATA_AT + 64 + 10, ".initrd"));
	assert_int_equal(section.bytes, 100);
	assert_int_equal(section.there, 10);
	assert_true(pe_find(&section, image, DATA_AT, ".initrd"));
	assert_int_equal(section.there, 0);
}

/* Each length and each wild offset, in memory of exactly that size. */
static void
nothing_outside_is_read(void **state)
{
	static const uint32_t wild[] = {0, 0x3f, 1000, 1023, 0x7fffffff,
		0xffffffff};
	uint8_t image[1024];

	(void)state;
	make(image);
	for (size_t bytes = 0; bytes <= sizeof image; bytes++) {
		uint8_t *copy = malloc(bytes + (bytes == 0));
		struct pe_section section;

		assert_non_null(copy);
		memcpy(copy, image, bytes);
		if (pe_find(&section, copy, bytes, ".initrd"))
			assert_true(section.there <= bytes);
		for (size_t i = 0; bytes > 0x40 && i < 6; i++) {
			put(copy + 0x3c, wild[i]);
			pe_find(&section, copy, bytes, ".initrd");
		}
		free(copy);
	}
	for (size_t i = 0; i < 6; i++) {
		struct pe_section section;

		put(image + SECTION_AT + 60, wild[i]);
		assert_true(pe_find(&section, image, sizeof image, ".initrd"));
		assert_true(section.there == 0 ||
			section.data + section.there <= image + sizeof image);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_are_found_by_name),
		cmocka_unit_test(what_is_cut_off_is_not_there),
		cmocka_unit_test(nothing_outside_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
