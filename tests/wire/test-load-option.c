#include "tests/harness.h"

#include <stdlib.h>
#include <string.h>

#include "wire/load-option.h"

/* ACPI and PCI nodes of the old machine, the partition, the file. */
#define HEADER "\x01\0\0\0" "\x58\0"
#define TITLE "d\0e\0b\0\0\0"
#define OLD "\x02\x01\x0c\0\xd0\x41\x03\x0a\0\0\0\0"
#define DRIVE                                                                  \
	"\x04\x01\x2a\0\x02\0\0\0\0\x08\0\0\0\0\0\0\0\0\x10\0\0\0\0\0"         \
	"\x12\x34\x56\x78\x9a\xbc\xde\xf0\x01\x02\x03\x04\x05\x06\x07\x08\x02\x02"
#define FILE_NODE "\x04\x04\x1e\0\\\0E\0F\0I\0\\\0d\0\\\0g\0.\0e\0f\0i\0\0\0"
#define END "\x7f\xff\x04\0"
#define EXTRA "\xca\xfe"

static const char whole[] = HEADER TITLE OLD DRIVE FILE_NODE END EXTRA;
static const char rest[] = TITLE DRIVE FILE_NODE END EXTRA;

static void
an_option_names_partition_and_file(void **state)
{
	struct load_option option;

	(void)state;
	assert_true(load_option_read(&option, whole, sizeof whole - 1));
	assert_true(load_option_is_active(&option));
	assert_string_equal(option.description, "deb");
	assert_string_equal(option.file, "\\EFI\\d\\g.efi");
	assert_string_equal(option.partition,
		"78563412-bc9a-f0de-0102-030405060708");
	assert_int_equal(option.extra_bytes, 2);
}

static void
a_dos_partition_is_named_as_the_kernel_does(void **state)
{
	static const char text[] = "\0\0\0\0\x2e\0" "\0\0"
		"\x04\x01\x2a\0\x05\0\0\0\0\x08\0\0\0\0\0\0\0\0\x10\0\0\0\0\0"
		"\xef\xbe\xad\xde\0\0\0\0\0\0\0\0\0\0\0\0\x01\x01" END;
	struct load_option option;

	(void)state;
	assert_true(load_option_read(&option, text, sizeof text - 1));
	assert_false(load_option_is_active(&option));
	assert_string_equal(option.partition, "deadbeef-05");
	assert_string_equal(option.file, "");
}

static void
shortening_leaves_the_old_machine_out(void **state)
{
	uint8_t shorter[sizeof whole];
	struct load_option option;
	size_t bytes;

	(void)state;
	assert_true(load_option_read(&option, whole, sizeof whole - 1));
	bytes = load_option_shorten(&option, shorter);
	assert_int_equal(bytes, 6 + sizeof rest - 1);
	assert_memory_equal(shorter, "\x01\0\0\0\x4c\0", 6);
	assert_memory_equal(shorter + 6, rest, sizeof rest - 1);
	assert_true(load_option_read(&option, shorter, bytes));
	assert_ptr_equal(option.drive, option.path);
}

static void
an_option_without_a_partition_is_not_shortened(void **state)
{
	static const char network[] = "\x01\0\0\0\x10\0" TITLE OLD END;
	uint8_t shorter[sizeof network];
	struct load_option option;

	(void)state;
	assert_true(load_option_read(&option, network, sizeof network - 1));
	assert_int_equal(load_option_shorten(&option, shorter), 0);
}

/* Each shorter copy lies at the end of its own allocation, for ASan. */
static void
what_is_cut_short_is_refused_or_read_within(void **state)
{
	struct load_option option;

	(void)state;
	for (size_t bytes = 0; bytes < sizeof whole - 3; bytes++) {
		char *copy = malloc(bytes + 1);

		assert_non_null(copy);
		memcpy(copy + 1, whole, bytes);
		assert_false(load_option_read(&option, copy + 1, bytes));
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_option_names_partition_and_file),
		cmocka_unit_test(a_dos_partition_is_named_as_the_kernel_does),
		cmocka_unit_test(shortening_leaves_the_old_machine_out),
		cmocka_unit_test(an_option_without_a_partition_is_not_shortened),
		cmocka_unit_test(what_is_cut_short_is_refused_or_read_within),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
