/* Swap by units, in folders that stand for a guest, and near misses. */
#include "tests/harness.h"

#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest.h"
#include "convert/assess/reference.h"
#include "convert/assess/swap-wish.h"
#include "convert/assess/wish.h"
#include "drivers-inject/guest.h"
#include "tests/assess/disks.h"
#include "tests/drivers-inject/scratch.h"

static const char unit[] = "mkdir -p root/etc/systemd/system\n"
	"cd root/etc/systemd/system\n"
	"printf '[Swap]\\nPriority=5\\nWhat=/dev/sda2\\n' >dev-sda2.swap\n";

/* How many areas the boot switches on, by the units and this fstab. */
static void
assert_swaps(struct scratch *scratch, const char *script, const char *fstab,
	size_t wanted)
{
	AUTO(references_freep) struct references *references =
		references_new(&one_disk, NULL, disk_names, 1);
	AUTO(guest_freep) struct guest *guest = guest_new();
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(freep) char *making = NULL;
	AUTO(freep) char *root = NULL;
	struct wish wishes[GUEST_MOUNTS];
	struct guest_files files;
	struct error err = {0};

	scratch_shell(scratch, "rm -rf root");
	assert_true(asprintf(&making, "%s%s", unit, script) > 0);
	scratch_shell(scratch, making);
	assert_true(asprintf(&root, "%s/root", scratch->path) > 0);
	assert_ok(guest_folder_open(&files, root, &err), &err);
	wishes_read(wishes, fstab, guest, references);
	assert_ok(swap_wishes_read(guest, &files, references, findings, &err),
		&err);
	guest_folder_close(&files);
	assert_int_equal(guest->swap_count, wanted);
	if (wanted > 0)
		assert_string_equal(guest->swaps[0], "UUID=" SWAP_UUID);
}

static void
what_a_target_wants_or_requires_is_switched_on(void **state)
{
	assert_swaps(*state, "mkdir swap.target.wants\n"
		"ln -s /etc/systemd/system/dev-sda2.swap swap.target.wants",
		"", 1);
	assert_swaps(*state, "mkdir records.service.requires\n"
		"ln -s ../dev-sda2.swap records.service.requires", "", 1);
}

static void
what_nothing_wants_is_not(void **state)
{
	assert_swaps(*state, "", "", 0);
	assert_swaps(*state, "mkdir swap.target.wants\n"
		"ln -s ../dev-sdb2.swap swap.target.wants", "", 0);
}

/* What is no device of this machine is not missed. */
static void
what_is_not_here_does_not_count(void **state)
{
	assert_swaps(*state, "mkdir swap.target.wants\n"
		"ln -s ../var-file.swap swap.target.wants\n"
		"printf '[Swap]\\nWhat=/var/file\\n' >var-file.swap", "", 0);
	assert_swaps(*state, "mkdir swap.target.wants\n"
		"ln -s ../dev-sda2.swap swap.target.wants\n"
		"echo '[Swap]' >dev-sda2.swap", "", 0);
}

static void
one_that_fstab_has_as_well_counts_once(void **state)
{
	assert_swaps(*state, "mkdir swap.target.wants\n"
		"ln -s ../dev-sda2.swap swap.target.wants",
		"UUID=" SWAP_UUID " none swap sw 0 0\n", 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, \
	scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_a_target_wants_or_requires_is_switched_on),
		TEST(what_nothing_wants_is_not),
		TEST(what_is_not_here_does_not_count),
		TEST(one_that_fstab_has_as_well_counts_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
