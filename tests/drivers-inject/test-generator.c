/* Load lists, which a person may have edited. */
#include "tests/harness.h"

#include <string.h>

#include "drivers-inject/bytes.h"
#include "drivers-inject/generator.h"
#include "drivers-inject/names.h"

#define COMMENT "# Storage of a virtual machine, added by unrack.\n"

static void
assert_extended(const char *text, const char *expected)
{
	struct names names = {NULL, 0, 0};
	struct bytes list = {NULL, 0, 0};
	struct error err;
	bool changed;

	assert_ok(names_add(&names, "virtio_pci", &err), &err);
	assert_ok(names_add(&names, "virtio_blk", &err), &err);
	assert_ok(generator_extend(&list, text,
			  text == NULL ? 0 : strlen(text), &names, &changed,
			  &err), &err);
	assert_int_equal(changed, text == NULL || strcmp(text, expected) != 0);
	assert_int_equal(list.used, strlen(expected));
	assert_memory_equal(list.data, expected, list.used);
	names_freep(&names);
	bytes_freep(&list);
}

static void
lines_are_added_behind(void **state)
{
	(void)state;
	assert_extended(NULL, COMMENT "virtio_pci\nvirtio_blk\n");
	assert_extended("ext4\n", "ext4\n" COMMENT "virtio_pci\nvirtio_blk\n");
}

static void
a_last_line_without_its_end_stays_a_line(void **state)
{
	(void)state;
	assert_extended("ext4", "ext4\n" COMMENT "virtio_pci\nvirtio_blk\n");
}

static void
what_is_there_is_not_added_again(void **state)
{
	(void)state;
	assert_extended("virtio_pci\nvirtio_blk\n",
		"virtio_pci\nvirtio_blk\n");
	assert_extended(" virtio-pci\t# mine\nx\n",
		" virtio-pci\t# mine\nx\n" COMMENT "virtio_blk\n");
	assert_extended("#virtio_pci\nvirtio_blk option=1",
		"#virtio_pci\nvirtio_blk option=1\n" COMMENT "virtio_pci\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_added_behind),
		cmocka_unit_test(a_last_line_without_its_end_stays_a_line),
		cmocka_unit_test(what_is_there_is_not_added_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
