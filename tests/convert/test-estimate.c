/* What the copy will take, whether it fits, how it is shown, what was skipped. */
#include <string.h>

#include "common/json.h"
#include "common/own.h"
#include "common/progress.h"
#include "convert/capture/estimate.h"
#include "convert/capture/probe.h"
#include "convert/serve/meter.h"
#include "tests/harness.h"

static struct estimate
estimate_of(const char *rate, double speed)
{
	struct estimate_facts facts = {.missing_bytes = 6000000000,
		.ratio = 0.5,
		.speed = speed,
		.limit = "disk"};
	struct estimate estimate;
	struct error err;

	assert_ok(rate_parse(&facts.rate, rate, &err), &err);
	estimate_make(&estimate, &facts, 12 * 60);
	return estimate;
}

static void
the_slower_of_source_and_rate_decides(void **state)
{
	struct estimate free = estimate_of("unlimited", 50e6);
	struct estimate held = estimate_of("10M", 50e6);
	struct estimate loose = estimate_of("40M", 50e6);
	struct estimate unknown = estimate_of("10M", 0);

	(void)state;
	assert_int_equal(free.read_bytes, 6000000000);
	assert_int_equal(free.wire_bytes, 3000000000);
	assert_float_equal(free.seconds, 120, 1);
	assert_string_equal(free.limit, "disk");
	assert_float_equal(held.seconds, 300, 1);
	assert_string_equal(held.limit, "rate");
	assert_float_equal(loose.seconds, 120, 1);
	assert_string_equal(loose.limit, "disk");
	assert_float_equal(unknown.seconds, 300, 1);
	assert_string_equal(unknown.limit, "rate");
}

static void
the_estimate_is_said_with_numbers_and_the_limit(void **state)
{
	struct estimate estimate = estimate_of("unlimited", 50e6);
	AUTO(json_decrefpp) json_t *json = estimate_to_json(&estimate);
	char text[ESTIMATE_TEXT_BYTES];

	(void)state;
	estimate_print(text, &estimate);
	assert_string_equal(text, "6.0 GB to read, about 3.0 GB over the wire "
		"in 2 min; the source's disk limits, at 50.0 MB/s");
	assert_int_equal(json_number(json, "read_bytes", 0), 6000000000);
	assert_int_equal(json_number(json, "wire_bytes", 0), 3000000000);
	assert_string_equal(json_text(json, "limit", ""), "disk");
}

static double
seconds_of(const struct estimate_disk *disks, size_t count,
	const char **limit_out)
{
	struct estimate_facts facts = {.ratio = 1, .limit = "nothing"};

	estimate_join(&facts, disks, count, 4);
	*limit_out = facts.limit;
	return (double)facts.missing_bytes / facts.speed;
}

static void
disks_that_limit_themselves_are_copied_in_the_time_of_the_slowest(void **state)
{
	const struct estimate_disk disks[] = {{3000000000, 50e6, 0.1, "disk"},
		{6000000000, 50e6, 0.1, "disk"},
		{1000000000, 50e6, 0.1, "disk"}};
	const char *limit;

	(void)state;
	assert_float_equal(seconds_of(disks, 3, &limit), 120, 1);
	assert_string_equal(limit, "disk");
}

static void
disks_that_share_the_wire_are_copied_in_the_sum_of_their_times(void **state)
{
	const struct estimate_disk wire[] = {{3000000000, 50e6, 1, "wire"},
		{6000000000, 50e6, 1, "wire"}};
	const struct estimate_disk nearly[] = {{6000000000, 50e6, 0.8, "disk"},
		{6000000000, 50e6, 0.8, "disk"}};
	const char *limit;

	(void)state;
	assert_float_equal(seconds_of(wire, 2, &limit), 180, 1);
	assert_string_equal(limit, "wire");
	assert_float_equal(seconds_of(nearly, 2, &limit), 192, 1);
	assert_string_equal(limit, "wire");
}

static void
no_more_disks_are_reckoned_at_once_than_are_copied_at_once(void **state)
{
	struct estimate_disk disks[8];
	const char *limit;

	(void)state;
	for (int i = 0; i < 8; i++)
		disks[i] = (struct estimate_disk){1000000000, 50e6, 0, "disk"};
	assert_float_equal(seconds_of(disks, 8, &limit), 40, 1);
}

static void
a_disk_that_was_not_measured_is_taken_to_be_like_the_others(void **state)
{
	const struct estimate_disk disks[] = {{6000000000, 50e6, 1, "processor"},
		{500000000, 0, 0, NULL}};
	const char *limit;

	(void)state;
	assert_float_equal(seconds_of(disks, 2, &limit), 130, 1);
	assert_string_equal(limit, "processor");
}

static int
fits(const char *text, double elapsed, unsigned minute, struct error *err)
{
	struct estimate estimate = estimate_of("unlimited", 50e6);
	struct window window;

	assert_ok(window_parse(&window, text, err), err);
	return window_check(&window, &estimate, elapsed, minute, err);
}

static void
a_copy_that_does_not_fit_the_window_is_refused(void **state)
{
	struct error err = {0};

	(void)state;
	assert_ok(fits("2", 0, 0, &err), &err);
	assert_int_equal(fits("2", 10, 0, &err), -1);
	assert_non_null(strstr(err.text, "does not fit the window"));
	assert_non_null(strstr(err.text, "6.0 GB to read"));
	assert_true(err.hint[0] != '\0');
	assert_ok(fits("22:00-06:00", 0, 23 * 60, &err), &err);
	assert_ok(fits("22:00-06:00", 0, 6 * 60 - 2, &err), &err);
	assert_int_equal(fits("22:00-06:00", 0, 6 * 60 - 1, &err), -1);
	assert_int_equal(fits("22:00-06:00", 0, 12 * 60, &err), -1);
	assert_ok(fits("08:00-24:00", 0, 23 * 60 + 58, &err), &err);
}

static void
windows_that_are_none_are_refused(void **state)
{
	static const char *const wrong[] = {"", "0", "-5", "1h", "22:00",
		"22:00-22:00", "999999999"};
	struct window window;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (window_parse(&window, wrong[i], &err) != -1)
			fail_msg("%s was taken", wrong[i]);
}

static void
the_limit_is_told_from_where_the_time_went(void **state)
{
	struct probe probe = {.read_bytes = 100, .read_seconds = 1,
		.hashed_bytes = 100, .hash_seconds = 0.95, .lanes = 4};

	(void)state;
	assert_string_equal(probe_limit(&probe), "disk");
	probe.hash_seconds = 0.3;
	assert_string_equal(probe_limit(&probe), "processor");
	probe.lane_seconds = 0.9;
	assert_string_equal(probe_limit(&probe), "processor");
	/* as four lanes on one slow line were seen to */
	probe.lane_seconds = 1.8;
	assert_string_equal(probe_limit(&probe), "wire");
}

static void
lines_come_every_ten_seconds_or_five_percent(void **state)
{
	struct progress progress = {.stage = NULL};
	struct meter meter = {0};
	unsigned lines = 0;
	double seconds;

	(void)state;
	progress_begin(&progress, "capture", 1000);
	for (int i = 0; i < 1000; i++) {
		lines += meter_is_due(&meter, &progress, i / 1000.0, &seconds);
		progress_count(&progress, 1);
	}
	assert_in_range(lines, 19, 20);
	progress_begin(&progress, "copy", 100000);
	for (int i = lines = 0; i < 100; i++) {
		progress_count(&progress, 1);
		lines += meter_is_due(&meter, &progress, 50 + i, &seconds);
	}
	assert_int_equal(lines, 9);
	assert_float_equal(seconds, 99, 0.1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_slower_of_source_and_rate_decides),
		cmocka_unit_test(the_estimate_is_said_with_numbers_and_the_limit),
		cmocka_unit_test(
			disks_that_limit_themselves_are_copied_in_the_time_of_the_slowest),
		cmocka_unit_test(
			disks_that_share_the_wire_are_copied_in_the_sum_of_their_times),
		cmocka_unit_test(
			no_more_disks_are_reckoned_at_once_than_are_copied_at_once),
		cmocka_unit_test(
			a_disk_that_was_not_measured_is_taken_to_be_like_the_others),
		cmocka_unit_test(a_copy_that_does_not_fit_the_window_is_refused),
		cmocka_unit_test(windows_that_are_none_are_refused),
		cmocka_unit_test(the_limit_is_told_from_where_the_time_went),
		cmocka_unit_test(lines_come_every_ten_seconds_or_five_percent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
