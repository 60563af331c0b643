/* Where a disk is measured of which nothing is captured. */
#include "common/error.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/capture/sample.h"
#include "tests/harness.h"

#define MIB (1ull << 20)

static struct plan
plan_of(const char *text, uint64_t disk_bytes)
{
	AUTO(json_decrefpp) json_t *disk = text == NULL ? NULL
		: json_loads(text, 0, NULL);
	struct error err = {0};
	struct plan plan;

	assert_ok(sample_plan(&plan, disk, disk_bytes, &err), &err);
	for (size_t i = 0; i < plan.count; i++) {
		assert_int_equal(plan.extents[i].length_bytes, MIB);
		assert_true(plan.extents[i].offset_bytes + MIB <= disk_bytes);
		assert_true(i == 0 || plan.extents[i].offset_bytes >=
			plan.extents[i - 1].offset_bytes + MIB);
	}
	return plan;
}

static void
samples_lie_all_over_an_unknown_disk(void **state)
{
	struct plan plan = plan_of(NULL, 6400 * MIB);

	(void)state;
	assert_int_equal(plan.count, 32);
	assert_int_equal(plan.extents[31].offset_bytes, 6200 * MIB);
	free(plan.extents);
}

static void
samples_keep_to_what_file_systems_use(void **state)
{
	struct plan plan = plan_of("{\"partitions\": ["
		"{\"filesystem\": \"ext4\", \"start_bytes\": 1048576, "
		"\"size_bytes\": 4194304000, \"used_bytes\": 67108864},"
		"{\"filesystem\": null, \"start_bytes\": 5000000000, "
		"\"size_bytes\": 1000000000}]}", 6400 * MIB);

	(void)state;
	assert_int_equal(plan.count, 32);
	assert_int_equal(plan.extents[0].offset_bytes, MIB);
	assert_int_equal(plan.extents[31].offset_bytes, 63 * MIB);
	free(plan.extents);
}

static void
lies_about_places_do_no_harm(void **state)
{
	struct plan small = plan_of(NULL, 3 * MIB + 5);
	struct plan tiny = plan_of(NULL, 1000);
	struct plan wild = plan_of("{\"partitions\": ["
		"{\"filesystem\": \"a\", \"start_bytes\": 9223372036854775807, "
		"\"size_bytes\": 9223372036854775807},"
		"{\"filesystem\": \"b\", \"start_bytes\": 0, "
		"\"size_bytes\": 9223372036854775807},"
		"{\"filesystem\": \"c\", \"start_bytes\": 1048576, "
		"\"size_bytes\": 99999999}]}", 64 * MIB);

	(void)state;
	assert_int_equal(small.count, 3);
	assert_int_equal(tiny.count, 0);
	assert_true(wild.count > 0);
	free(small.extents);
	free(tiny.extents);
	free(wild.extents);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_lie_all_over_an_unknown_disk),
		cmocka_unit_test(samples_keep_to_what_file_systems_use),
		cmocka_unit_test(lies_about_places_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
