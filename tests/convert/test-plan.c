#include "convert/capture/plan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/io.h"
#include "common/own.h"
#include "common/process.h"
#include "convert/capture/overlay.h"
#include "tests/harness.h"
#include "wire/block.h"

enum { K64 = BLOCK_BYTES };

static int
parse(struct extent **extents_out, size_t *count_out, const char *text,
	uint64_t disk_bytes, struct error *err)
{
	AUTO(file_closep) FILE *map = fmemopen((void *)(uintptr_t)text,
		strlen(text), "r");

	assert_non_null(map);
	return plan_parse(extents_out, count_out, map, disk_bytes, err);
}

static void
only_what_the_overlay_trimmed_is_left_out(void **state)
{
	/* Below (depth 1) zeros are not known yet; at depth 0 they are a trim. */
	static const char text[] =
		"[{\"start\":0,\"length\":65536,\"depth\":1,\"zero\":false,\"data\":true},"
		"{\"start\":65536,\"length\":65536,\"depth\":0,\"zero\":true,\"data\":false},"
		"{\"start\":131072,\"length\":65536,\"depth\":1,\"zero\":true,\"data\":false},"
		"{\"start\":196608,\"length\":65536,\"depth\":0,\"zero\":false,\"data\":true,\"offset\":5},"
		"{\"start\":262144,\"length\":131072,\"depth\":0,\"zero\":true,\"data\":false}]";
	AUTO(freep) struct extent *extents = NULL;
	struct error err;
	size_t count;

	(void)state;
	assert_ok(parse(&extents, &count, text, 6 * K64, &err), &err);
	assert_int_equal(count, 2);
	assert_int_equal(extents[0].offset_bytes, 0);
	assert_int_equal(extents[0].length_bytes, K64);
	assert_int_equal(extents[1].offset_bytes, 2 * K64);
	assert_int_equal(extents[1].length_bytes, 2 * K64);
}

static void
extents_are_whole_blocks_inside_the_disk(void **state)
{
	static const char text[] =
		"[{\"start\":0,\"length\":70000,\"depth\":0,\"zero\":true,\"data\":false},"
		"{\"start\":70000,\"length\":1000,\"depth\":1,\"zero\":false,\"data\":true},"
		"{\"start\":71000,\"length\":124072,\"depth\":0,\"zero\":true,\"data\":false},"
		"{\"start\":195072,\"length\":2048,\"depth\":0,\"zero\":false,\"data\":true}]";
	AUTO(freep) struct extent *extents = NULL;
	struct error err;
	size_t count;

	(void)state;
	assert_ok(parse(&extents, &count, text, 197120, &err), &err);
	/* Both touch their neighbours when they are widened. */
	assert_int_equal(count, 1);
	assert_int_equal(extents[0].offset_bytes, K64);
	assert_int_equal(extents[0].length_bytes, 197120 - K64);
}

static void
a_map_that_does_not_cover_the_disk_is_refused(void **state)
{
	static const char *const texts[] = {
		"", "{}", "[]", "[1]",
		"[{\"start\":0,\"length\":65536,\"depth\":1}]", /* ends early */
		("[{\"start\":0,\"length\":65536,\"depth\":1}," /* a gap */
			"{\"start\":131072,\"length\":65536,\"depth\":1}]"),
		"[{\"start\":0,\"length\":196608,\"depth\":1}]", /* too far */
		"[{\"start\":0,\"length\":0,\"depth\":1}]",
		"[{\"start\":65536,\"length\":65536,\"depth\":1}]",
	};
	struct extent *extents;
	struct error err;
	size_t count;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (parse(&extents, &count, texts[i], 2 * K64, &err) !=
				-1 ||
			err.code != EBADMSG)
			fail_msg("accepted: %s", texts[i]);
}

/* A disk whose map is larger than what process_run() would hold. */
static void
a_badly_fragmented_disk_is_planned_as_well(void **state)
{
	enum { RANGES = 700000 };
	AUTO(freep) struct extent *extents = NULL;
	AUTO(file_closep) FILE *map = tmpfile();
	struct error err;
	size_t count;

	(void)state;
	assert_non_null(map);
	for (uint64_t i = 0; i < RANGES; i++)
		fprintf(map, "%s{ \"start\": %ju, \"length\": %d, "
			"\"depth\": 0, \"present\": true, \"zero\": %s, "
			"\"data\": %s}", i == 0 ? "[" : ",\n", i * K64, K64,
			i % 2 ? "true" : "false", i % 2 ? "false" : "true");
	fputs("]\n", map);
	assert_true(ftell(map) > 64 << 20);
	rewind(map);
	assert_ok(plan_parse(&extents, &count, map, (uint64_t)RANGES * K64,
		&err), &err);
	assert_int_equal(count, RANGES / 2);
}

static void
run(const char *const argv[])
{
	struct error err;

	assert_ok(process_run(argv, NULL, 60, &err), &err);
}

/* A disk of 1 MiB, an overlay with one block written and 256 KiB trimmed. */
static void
qemus_own_overlay_is_planned_and_rebased(void **state)
{
	char folder[] = "/tmp/unrack-test-plan.XXXXXX", raw[64], overlay[64];
	const char *const truncate[] = {"truncate", "-s", "1M", raw, NULL};
	const char *const change[] = {"qemu-io", "-f", "qcow2", "-d", "unmap",
		"-c", "write -P 7 65536 65536", "-c", "discard 262144 262144",
		overlay, NULL};
	const char *const check[] = {"qemu-img", "check", "-q", overlay, NULL};
	AUTO(freep) struct extent *extents = NULL;
	AUTO(freep) char *info = NULL;
	const char *const ask[] = {"qemu-img", "info", overlay, NULL};
	struct error err;
	size_t count;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(raw, sizeof raw, "%s/sda.raw", folder);
	snprintf(overlay, sizeof overlay, "%s/sda.qcow2", folder);
	run(truncate);
	assert_ok(overlay_create(overlay, raw, "raw", &err), &err);
	run(change);
	assert_ok(plan_extents(&extents, &count, overlay, 1 << 20, &err), &err);
	assert_int_equal(count, 2);
	assert_int_equal(extents[0].offset_bytes, 0);
	assert_int_equal(extents[0].length_bytes, 262144);
	assert_int_equal(extents[1].offset_bytes, 524288);
	assert_int_equal(extents[1].length_bytes, 524288);

	/* A server that is gone is no obstacle, in either direction. */
	assert_ok(overlay_rebase(overlay, "nbd+unix:///sda?socket=/gone",
		"raw", &err), &err);
	assert_ok(overlay_rebase(overlay, raw, "raw", &err), &err);
	run(check);
	assert_ok(process_run(ask, &info, 60, &err), &err);
	assert_non_null(strstr(info, raw));
	assert_ok(io_remove_tree(folder, &err), &err);
}

static void
a_failed_overlay_leaves_no_file(void **state)
{
	char folder[] = "/tmp/unrack-test-plan.XXXXXX", overlay[64];
	struct error err;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(overlay, sizeof overlay, "%s/sda.qcow2", folder);
	assert_int_equal(overlay_create(overlay, "/nonexistent/sda.raw", "raw",
		&err), -1);
	assert_int_equal(rmdir(folder), 0);
}

static void
a_whole_disk_is_one_range(void **state)
{
	struct extent *extents = NULL;
	struct error err;
	size_t count;

	(void)state;
	assert_ok(plan_whole(&extents, &count, 12345 * 512, &err), &err);
	assert_int_equal(count, 1);
	assert_int_equal(extents[0].offset_bytes, 0);
	assert_int_equal(extents[0].length_bytes, 12345 * 512);
	free(extents);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_the_overlay_trimmed_is_left_out),
		cmocka_unit_test(extents_are_whole_blocks_inside_the_disk),
		cmocka_unit_test(a_map_that_does_not_cover_the_disk_is_refused),
		cmocka_unit_test(a_badly_fragmented_disk_is_planned_as_well),
		cmocka_unit_test(qemus_own_overlay_is_planned_and_rebased),
		cmocka_unit_test(a_failed_overlay_leaves_no_file),
		cmocka_unit_test(a_whole_disk_is_one_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
