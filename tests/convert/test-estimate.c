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
	probe.lane_seconds = 3.5;
	assert_string_equal(probe_limit(&probe), "wire");
}

static void
lines_come_every_ten_seconds_or_five_percent(void **state)
{
	struct progress progress = {0};
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
		cmocka_unit_test(a_copy_that_does_not_fit_the_window_is_refused),
		cmocka_unit_test(windows_that_are_none_are_refused),
		cmocka_unit_test(the_limit_is_told_from_where_the_time_went),
		cmocka_unit_test(lines_come_every_ten_seconds_or_five_percent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
