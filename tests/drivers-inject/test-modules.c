/* The indexes of a guest's kernel; the host's own are real ones. */
#include "tests/harness.h"

#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "drivers-inject/guest.h"
#include "drivers-inject/modules.h"
#include "tests/drivers-inject/scratch.h"

static struct modules *
parse(const char *dep, const char *builtin, struct error *err)
{
	struct modules *modules = NULL;

	modules_parse(&modules, "/lib/modules/1", strdup(dep), builtin, err);
	return modules;
}

static void
names_are_those_of_modprobe(void **state)
{
	char name[MODULES_NAME_BYTES], longer[200];

	(void)state;
	modules_name(name, "kernel/drivers/scsi/t10-pi.ko.xz");
	assert_string_equal(name, "t10_pi");
	modules_name(name, "virtio_blk.ko");
	assert_string_equal(name, "virtio_blk");
	modules_name(name, "snd.kode");
	assert_string_equal(name, "snd.kode");
	memset(longer, 'x', sizeof longer);
	longer[sizeof longer - 1] = '\0';
	modules_name(name, longer);
	assert_int_equal(strlen(name), MODULES_NAME_BYTES - 1);
}

static void
dependencies_come_first_and_once(void **state)
{
	AUTO(modules_freep) struct modules *modules = NULL;
	AUTO(names_freep) struct names paths = {NULL, 0, 0};
	AUTO(freep) char *text = NULL;
	struct error err;

	(void)state;
	modules = parse("k/d.ko: k/b.ko k/a.ko\nk/b.ko: k/a.ko\nk/a.ko:\n", NULL,
		&err);
	assert_non_null(modules);
	assert_ok(modules_closure(modules, modules_find(modules, "d"), &paths,
			  &err), &err);
	text = names_join(&paths, "");
	assert_string_equal(text, "k/a.ko, k/b.ko, k/d.ko");
}

static void
circles_end(void **state)
{
	AUTO(modules_freep) struct modules *modules = NULL;
	AUTO(names_freep) struct names paths = {NULL, 0, 0};
	struct error err;

	(void)state;
	modules = parse("a.ko: b.ko\nb.ko: a.ko\n", NULL, &err);
	assert_ok(modules_closure(modules, modules_find(modules, "a"), &paths,
			  &err), &err);
	assert_int_equal(paths.count, 2);
}

static void
what_is_not_listed_is_a_failure(void **state)
{
	AUTO(modules_freep) struct modules *modules = NULL;
	AUTO(names_freep) struct names paths = {NULL, 0, 0};
	struct error err;

	(void)state;
	modules = parse("a.ko: gone.ko\n", NULL, &err);
	assert_int_equal(modules_closure(modules, modules_find(modules, "a"),
				 &paths, &err), -1);
	assert_non_null(strstr(err.text, "gone.ko"));
}

static void
paths_out_of_the_folder_are_refused(void **state)
{
	static const char *const bad[] = {"/etc/x.ko:\n", "../x.ko:\n",
		"a/../../x.ko:\n", "a/..:\n", ":\n"};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_null(parse(bad[i], NULL, &err));
}

static void
built_in_is_by_list_or_by_configuration(void **state)
{
	const struct scratch *scratch = *state;
	AUTO(modules_freep) struct modules *listed = NULL;
	AUTO(modules_freep) struct modules *configured = NULL;
	struct guest_files files;
	struct error err;

	listed = parse("a.ko:\n", "kernel/drivers/virtio/virtio-ring.ko\n",
		&err);
	assert_true(modules_is_builtin(listed, "virtio_ring"));
	assert_false(modules_is_builtin(listed, "virtio_blk"));

	scratch_shell(scratch, "mkdir -p lib/modules/1 boot\n"
		": >lib/modules/1/modules.dep\n"
		"printf '#\\nCONFIG_VIRTIO_BLK=y\\nCONFIG_SATA_AHCI=m\\n"
		"# CONFIG_VIRTIO_PCI=y no\\nCONFIG_ATA_PIIX=yes\\n' >boot/config-1");
	assert_ok(guest_folder_open(&files, scratch->path, &err), &err);
	assert_ok(modules_load(&configured, &files, "/lib/modules/1",
			  "/boot/config-1", &err), &err);
	guest_folder_close(&files);
	assert_true(modules_is_builtin(configured, "virtio_blk"));
	assert_false(modules_is_builtin(configured, "ahci"));
	assert_false(modules_is_builtin(configured, "virtio_pci"));
	assert_false(modules_is_builtin(configured, "ata_piix"));
}

static void
the_host_s_own_kernel_has_what_is_wanted(void **state)
{
	const struct scratch *scratch = *state;
	AUTO(modules_freep) struct modules *modules = NULL;
	AUTO(names_freep) struct names paths = {NULL, 0, 0};
	struct guest_files files;
	struct error err;

	if (!scratch_shell_holds(scratch,
		    "v=$(ls /lib/modules | sort -V | tail -n1)\n"
		    "test -e /lib/modules/$v/kernel/drivers/block/virtio_blk.ko\n"
		    "mkdir -p host; cp /lib/modules/$v/modules.* host"))
		skip();
	assert_ok(guest_folder_open(&files, scratch->path, &err), &err);
	assert_ok(modules_load(&modules, &files, "/host", NULL, &err), &err);
	guest_folder_close(&files);
	assert_ok(modules_closure(modules, modules_find(modules, "virtio_blk"),
			  &paths, &err), &err);
	assert_true(names_has(&paths, "kernel/drivers/virtio/virtio_ring.ko"));
	assert_true(names_has(&paths, "kernel/drivers/virtio/virtio.ko"));
	assert_string_equal(paths.items[paths.count - 1],
		"kernel/drivers/block/virtio_blk.ko");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_those_of_modprobe),
		cmocka_unit_test(dependencies_come_first_and_once),
		cmocka_unit_test(circles_end),
		cmocka_unit_test(what_is_not_listed_is_a_failure),
		cmocka_unit_test(paths_out_of_the_folder_are_refused),
		cmocka_unit_test(built_in_is_by_list_or_by_configuration),
		cmocka_unit_test(the_host_s_own_kernel_has_what_is_wanted),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
