#include "tests/harness.h"

#include <stdio.h>
#include <string.h>

#include "convert/assess/grub-config.h"

static const char menu[] =
	"if [ \"${next_entry}\" ] ; then\n"
	"   set default=\"${next_entry}\"\n"
	"else\n"
	"   set default=\"%s\"\n"
	"fi\n"
	"menuentry 'Debian {odd' --class os $menuentry_id_option 'simple' {\n"
	"\tif [ x$grub_platform = xxen ]; then insmod xzio; fi\n"
	"\tlinux\t/vmlinuz-new root=/dev/sda1 ro ${extra}\n"
	"\tinitrd\t/initrd-new\n"
	"}\n"
	"submenu 'Advanced' $menuentry_id_option 'adv' {\n"
	"\tmenuentry 'new' $menuentry_id_option 'adv-new' {\n"
	"\t\tlinux\t/vmlinuz-new2 x\n"
	"\t}\n"
	"\tmenuentry 'old' $menuentry_id_option 'adv-old' {\n"
	"\t\tlinux\t/vmlinuz-old x\n"
	"\t}\n"
	"}\n"
	"menuentry \"Memory test\" {\n"
	"\tlinux16\t/memtest\n"
	"}\n";

static void
expect(const char *wanted, const char *saved, const char *kernel)
{
	char text[4096], path[256];
	const char *gap = strstr(menu, "%s");

	snprintf(text, sizeof text, "%.*s%s%s", (int)(gap - menu), menu,
		wanted, gap + 2);
	assert_true(grub_default_kernel(text, saved, path, sizeof path));
	assert_string_equal(path, kernel);
}

static void
the_default_is_found_by_number_title_and_id(void **state)
{
	(void)state;
	expect("0", NULL, "/vmlinuz-new");
	expect("2", NULL, "/memtest");
	expect("Memory test", NULL, "/memtest");
	expect("simple", NULL, "/vmlinuz-new");
}

static void
entries_of_submenus_are_found(void **state)
{
	(void)state;
	expect("1>1", NULL, "/vmlinuz-old");
	expect("Advanced>new", NULL, "/vmlinuz-new2");
	expect("adv>adv-old", NULL, "/vmlinuz-old");
}

static void
the_saved_entry_counts_when_it_is_asked_for(void **state)
{
	(void)state;
	expect("${saved_entry}", "adv>adv-old", "/vmlinuz-old");
	expect("${saved_entry}", "", "/vmlinuz-new");
	expect("0", "adv>adv-old", "/vmlinuz-new");
}

static void
an_entry_that_is_not_there_means_the_first(void **state)
{
	(void)state;
	expect("7", NULL, "/vmlinuz-new");
	expect("1>9", NULL, "/vmlinuz-new");
	expect("gone", NULL, "/vmlinuz-new");
}

static void
a_text_without_kernels_has_none(void **state)
{
	char path[256];

	(void)state;
	assert_false(grub_default_kernel("", NULL, path, sizeof path));
	assert_false(grub_default_kernel("{{{{}}}}}}} linux", NULL, path,
		sizeof path));
	assert_false(grub_default_kernel("#linux /v\n", NULL, path,
		sizeof path));
}

static void
deep_nesting_is_survived(void **state)
{
	char text[32 * 400 + 64] = "", path[256];

	(void)state;
	for (int i = 0; i < 400; i++)
		strcat(text, "submenu 'x' {\n");
	strcat(text, "linux /v\n");
	assert_true(grub_default_kernel(text, NULL, path, sizeof path));
	assert_string_equal(path, "/v");
}

static void
white_space_of_other_systems_does_not_stop_the_reading(void **state)
{
	char path[256];

	(void)state;
	assert_true(grub_default_kernel("menuentry 'a' \r\v\f {\r\n"
					"linux /v\r\n}\r\n",
		NULL, path, sizeof path));
}

static void
an_entry_is_asked_for_by_name(void **state)
{
	static const char text[] = "set default=\"0\"\n"
		"menuentry 'a' {\nlinux /a\n}\nmenuentry 'b' --id x {\nlinux /b\n}\n";
	char path[64];

	(void)state;
	assert_true(grub_kernel_of(text, "x", path, sizeof path));
	assert_string_equal(path, "/b");
	assert_true(grub_kernel_of(text, "1", path, sizeof path));
	assert_string_equal(path, "/b");
	assert_true(grub_default_kernel(text, "x", path, sizeof path));
	assert_string_equal(path, "/a");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_default_is_found_by_number_title_and_id),
		cmocka_unit_test(entries_of_submenus_are_found),
		cmocka_unit_test(an_entry_is_asked_for_by_name),
		cmocka_unit_test(the_saved_entry_counts_when_it_is_asked_for),
		cmocka_unit_test(an_entry_that_is_not_there_means_the_first),
		cmocka_unit_test(a_text_without_kernels_has_none),
		cmocka_unit_test(deep_nesting_is_survived),
		cmocka_unit_test(
			white_space_of_other_systems_does_not_stop_the_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
