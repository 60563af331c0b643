/*
 * Parts of a disk through an appliance: how it begins is kept, but what was
 * written is what is read from then on.
 */
#include "tests/harness.h"

#include <guestfs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "convert/assess/sectors.h"
#include "drivers-inject/appliance.h"
#include "tests/drivers-inject/scratch.h"

enum { DISK_SECTORS = 200, KEPT_SECTORS = 128 };

/* Each sector begins with its number. */
static void
make_disk(const struct scratch *scratch)
{
	scratch_shell(scratch, "for i in $(seq 0 199); do "
		"printf '%-512d' $i; done > disk");
}

static void
assert_begins(guestfs_h *g, uint64_t first, size_t count, const char *text)
{
	AUTO(freep) uint8_t *data = sectors_read(g, "/dev/sda", first, count);

	assert_non_null(data);
	assert_memory_equal(data, text, strlen(text));
}

static void
parts_are_read(guestfs_h *g)
{
	assert_begins(g, 0, 1, "0 ");
	assert_begins(g, 7, 2, "7 ");
	assert_begins(g, KEPT_SECTORS - 1, 2, "127 ");
	assert_begins(g, 0, DISK_SECTORS, "0 ");
	assert_null(sectors_read(g, "/dev/sda", DISK_SECTORS - 1, 2));
	assert_null(sectors_read(g, "/dev/sda", INT64_MAX / 512, 1));
	assert_null(sectors_read(g, "/dev/sda", 0, SIZE_MAX / 512 + 1));
	assert_null(sectors_read(g, "/dev/sdx", 0, 1));
}

static void
what_is_written_is_read(guestfs_h *g)
{
	uint8_t data[2 * SECTOR_BYTES];
	struct error err;

	memset(data, 'x', sizeof data);
	assert_ok(sectors_write(g, "/dev/sda", "/dev/sda", 7, data, 2, &err),
		&err);
	assert_begins(g, 6, 1, "6 ");
	assert_begins(g, 7, 1, "xxx");
	assert_begins(g, 8, 1, "xxx");
	assert_begins(g, 9, 1, "9 ");
	assert_int_equal(guestfs_pwrite_device(g, "/dev/sda", "yyy", 3, 0), 3);
	sectors_forget(g);
	assert_begins(g, 0, 1, "yyy");
	assert_int_equal(sectors_write(g, "/dev/sdx", "/dev/cciss/c0d0", 0,
				 data, 1, &err),
		-1);
	assert_non_null(strstr(err.text, "/dev/cciss/c0d0"));
}

static void
sectors(void **state)
{
	const struct scratch *scratch = *state;
	char path[300];
	struct appliance_disk disk = {.path = path, .format = "raw"};
	struct error err;
	guestfs_h *g;

	make_disk(scratch);
	snprintf(path, sizeof path, "%s/disk", scratch->path);
	assert_ok(appliance_open(&g, &disk, 1, false, &err), &err);
	parts_are_read(g);
	what_is_written_is_read(g);
	assert_ok(appliance_close(g, &err), &err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sectors),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
