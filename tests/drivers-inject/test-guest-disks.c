/* A raw disk that pretends to be qcow2 must not reach files of this host. */
#include "tests/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers-inject/guest-disks.h"
#include "tests/drivers-inject/scratch.h"

static int
format(const struct scratch *scratch, const char *script,
	const char **format_out, struct error *err)
{
	char path[300];

	scratch_shell(scratch, script);
	snprintf(path, sizeof path, "%s/disk", scratch->path);
	return guest_disks_format(format_out, path, err);
}

static void
plain_images_are_recognised(void **state)
{
	const char *found;
	struct error err;

	assert_ok(format(*state, "truncate -s 1M disk", &found, &err), &err);
	assert_string_equal(found, "raw");
	assert_ok(format(*state, ": >disk", &found, &err), &err);
	assert_string_equal(found, "raw");
	assert_ok(format(*state, "qemu-img create -q -f qcow2 disk 1M", &found,
			  &err), &err);
	assert_string_equal(found, "qcow2");
	assert_ok(format(*state, "qemu-img create -q -f qcow2 -o compat=0.10 "
				 "disk 1M", &found, &err), &err);
	assert_string_equal(found, "qcow2");
}

static void
images_that_refer_to_others_are_refused(void **state)
{
	const char *found;
	struct error err;

	assert_int_equal(format(*state, "truncate -s 1M base\n"
		"qemu-img create -q -f qcow2 -b base -F raw disk", &found, &err),
		-1);
	assert_non_null(strstr(err.hint, "--format"));
	assert_int_equal(format(*state, "rm disk; qemu-img create -q -f qcow2 "
		"-o data_file=base,data_file_raw=on disk 1M", &found, &err), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_images_are_recognised),
		cmocka_unit_test(images_that_refer_to_others_are_refused),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
