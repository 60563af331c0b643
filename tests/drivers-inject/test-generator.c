/* Lists of modules, which a person may have edited. */
#include "tests/harness.h"

#include <string.h>

#include "drivers-inject/bytes.h"
#include "drivers-inject/generator.h"
#include "drivers-inject/names.h"

#define COMMENT "# Storage of a virtual machine, added by unrack.\n"

static const struct generator_list *
tool_list(const char *generator)
{
	for (const struct generator *one = generators; one->name != NULL; one++)
		if (strcmp(one->name, generator) == 0)
			return &one->tool;
	fail_msg("no %s", generator);
	return NULL;
}

/* As `list` names virtio_pci and virtio_blk; once more, nothing changes. */
static void
assert_list(const struct generator_list *list, const char *text,
	const char *expected)
{
	struct names names = {NULL, 0, 0};
	struct bytes once = {NULL, 0, 0}, twice = {NULL, 0, 0};
	struct error err;
	bool changed;

	assert_ok(names_add(&names, "virtio_pci", &err), &err);
	assert_ok(names_add(&names, "virtio_blk", &err), &err);
	assert_ok(generator_extend(&once, list, text,
			  text == NULL ? 0 : strlen(text), &names, &changed,
			  &err), &err);
	assert_int_equal(changed, text == NULL || strcmp(text, expected) != 0);
	assert_ok(bytes_append(&once, "", 1, &err), &err);
	assert_string_equal((char *)once.data, expected);
	assert_ok(generator_extend(&twice, list, expected, strlen(expected),
			  &names, &changed, &err), &err);
	assert_false(changed);
	names_freep(&names);
	bytes_freep(&once);
	bytes_freep(&twice);
}

static void
assert_extended(const char *text, const char *expected)
{
	assert_list(tool_list("initramfs-tools"), text, expected);
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

static void
dracut_gets_a_file_of_its_own(void **state)
{
	(void)state;
	assert_list(tool_list("dracut"), NULL,
		COMMENT "add_drivers+=\" virtio_pci virtio_blk \"\n");
	assert_list(tool_list("dracut"), "add_drivers+=\" virtio_blk \"\n",
		"add_drivers+=\" virtio_blk \"\n"
		COMMENT "add_drivers+=\" virtio_pci \"\n");
}

static void
the_value_of_a_variable_is_widened(void **state)
{
	const struct generator_list *suse = tool_list("mkinitrd (SUSE)");
	const struct generator_list *arch = tool_list("mkinitcpio");

	(void)state;
	assert_list(suse, "A=1\nINITRD_MODULES=\"ata_piix jbd\"\nB=2\n",
		"A=1\nINITRD_MODULES=\"ata_piix jbd virtio_pci virtio_blk\"\n"
		"B=2\n");
	assert_list(suse, "INITRD_MODULES=\"\"\n",
		"INITRD_MODULES=\"virtio_pci virtio_blk\"\n");
	assert_list(suse, "INITRD_MODULES='a\n b'\n",
		"INITRD_MODULES='a\n b virtio_pci virtio_blk'\n");
	assert_list(suse, "OTHER_INITRD_MODULES=\"a\"\n",
		"OTHER_INITRD_MODULES=\"a\"\n");
	assert_list(arch, "# MODULES=(vfat)\nMODULES=(vfat)\nHOOKS=(udev)\n",
		"# MODULES=(vfat)\nMODULES=(vfat virtio_pci virtio_blk)\n"
		"HOOKS=(udev)\n");
	assert_list(arch, "MODULES=\"virtio-blk\"\n",
		"MODULES=\"virtio-blk virtio_pci\"\n");
	assert_list(arch, "HOOKS=(udev)",
		"HOOKS=(udev)\n" COMMENT "MODULES=(virtio_pci virtio_blk)\n");
}

/* What is quoted without an end is no value: nothing is put into it. */
static void
a_value_without_its_end_is_left(void **state)
{
	(void)state;
	assert_list(tool_list("mkinitrd (SUSE)"), "INITRD_MODULES=\"a",
		"INITRD_MODULES=\"a");
	assert_list(tool_list("mkinitcpio"), "MODULES=(a", "MODULES=(a");
}

static void
make_variables_are_added_to(void **state)
{
	(void)state;
	assert_list(tool_list("make-initrd"), "AUTODETECT = all\n",
		"AUTODETECT = all\n"
		COMMENT "MODULES_ADD += virtio_pci virtio_blk\n");
	assert_list(tool_list("make-initrd"), "MODULES_ADD = virtio_pci\n",
		"MODULES_ADD = virtio_pci\n"
		COMMENT "MODULES_ADD += virtio_blk\n");
}

static void
aliases_are_counted_on(void **state)
{
	const struct generator_list *nash = tool_list("mkinitrd (nash)");

	(void)state;
	assert_list(nash, "alias eth0 tg3\n",
		"alias eth0 tg3\n" COMMENT
		"alias scsi_hostadapter virtio_pci\n"
		"alias scsi_hostadapter1 virtio_blk\n");
	assert_list(nash,
		"alias scsi_hostadapter megaraid_sas\n"
		"alias scsi_hostadapter3 ata_piix\n",
		"alias scsi_hostadapter megaraid_sas\n"
		"alias scsi_hostadapter3 ata_piix\n" COMMENT
		"alias scsi_hostadapter4 virtio_pci\n"
		"alias scsi_hostadapter5 virtio_blk\n");
}

static void
a_feature_stands_for_all_modules(void **state)
{
	(void)state;
	assert_list(tool_list("mkinitfs (Alpine)"),
		"features=\"ata base ext4\"\n",
		"features=\"ata base ext4 virtio\"\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_added_behind),
		cmocka_unit_test(a_last_line_without_its_end_stays_a_line),
		cmocka_unit_test(what_is_there_is_not_added_again),
		cmocka_unit_test(dracut_gets_a_file_of_its_own),
		cmocka_unit_test(the_value_of_a_variable_is_widened),
		cmocka_unit_test(a_value_without_its_end_is_left),
		cmocka_unit_test(make_variables_are_added_to),
		cmocka_unit_test(aliases_are_counted_on),
		cmocka_unit_test(a_feature_stands_for_all_modules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
