/* The limit on the wire: its text, and that what is counted keeps to it. */
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "common/own.h"
#include "convert/capture/rate.h"
#include "convert/serve/throttle.h"
#include "convert/source/queue.h"
#include "tests/harness.h"

enum { HOUR = 60 };

static struct rate
rate_of(const char *text)
{
	struct rate rate;
	struct error err;

	assert_ok(rate_parse(&rate, text, &err), &err);
	return rate;
}

static void
rates_are_read_in_bytes_and_bits(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} cases[] = {{"20M", 20000000}, {"4096", 4096}, {"1.5k", 0},
		{"100Mbit", 12500000}, {"1gbit", 125000000}, {"2G", 2000000000},
		{"unlimited", 0}, {"512k", 512000}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct rate rate;
		struct error err;

		if (strcmp(cases[i].text, "1.5k") == 0) {
			assert_int_equal(rate_parse(&rate, cases[i].text, &err),
				-1); /* too slow */
			continue;
		}
		rate = rate_of(cases[i].text);
		assert_int_equal(rate_at(&rate, 0), cases[i].bytes);
	}
}

static void
the_first_rate_whose_time_it_is_holds(void **state)
{
	struct rate rate = rate_of("20M@08:00-18:00,1M@22:30-06:00,unlimited");

	(void)state;
	assert_int_equal(rate_at(&rate, 8 * HOUR), 20000000);
	assert_int_equal(rate_at(&rate, 18 * HOUR - 1), 20000000);
	assert_int_equal(rate_at(&rate, 18 * HOUR), 0);
	assert_int_equal(rate_at(&rate, 22 * HOUR + 30), 1000000);
	assert_int_equal(rate_at(&rate, 0), 1000000);
	assert_int_equal(rate_at(&rate, 6 * HOUR), 0);
}

static void
what_is_no_rate_is_refused(void **state)
{
	static const char *const wrong[] = {"", "fast", "-5M", "0", "20X", "20M@",
		"20M@8-18", "20M@08:00-08:00", "20M@25:00-26:00", "20M,",
		"20M@08:00-18:00x", "nan", "inf", "1e30G",
		"1M,1M,1M,1M,1M,1M,1M,1M,1M"};
	struct rate rate;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (rate_parse(&rate, wrong[i], &err) != -1)
			fail_msg("%s was taken", wrong[i]);
}

static void
time_to_cross_minds_the_hours(void **state)
{
	struct rate rate = rate_of("1M@08:00-18:00,unlimited");

	(void)state;
	/* Within the slow hours, over their end, and outside of them. */
	assert_float_equal(rate_seconds(&rate, 9 * HOUR, 60e6, 10e6), 60, 1);
	assert_float_equal(rate_seconds(&rate, 18 * HOUR - 1, 660e6, 10e6), 120,
		1);
	assert_float_equal(rate_seconds(&rate, 20 * HOUR, 60e6, 10e6), 6, 1);
	/* Ten hours at 1 MB/s and fourteen at 10: 540 GB a day. */
	assert_float_equal(rate_seconds(&rate, 0, 5 * 540e9, 10e6), 5 * 86400,
		120);
}

/* A source that answers after `latency`, on a clock of its own. */
struct wire {
	double now, latency;
	struct {
		double due;
		struct job job;
	} asked[64];
	unsigned count;
	uint64_t received;
};

/* Let the wire work for so long; `ratio` of each READ comes. */
static void
work(struct wire *wire, struct throttle *throttle, double seconds, double ratio)
{
	double end = wire->now + seconds;

	for (; wire->now < end; wire->now += 0.001) {
		for (unsigned i = 0; i < wire->count;) {
			uint64_t bytes = (uint64_t)(ratio * (1 << 20));

			if (wire->asked[i].due > wire->now) {
				i++;
				continue;
			}
			throttle_settle(throttle, &wire->asked[i].job, bytes);
			wire->received += bytes;
			wire->asked[i] = wire->asked[--wire->count];
		}
		while (wire->count < 16 &&
			throttle_wait_ms(throttle, wire->now) == 0) {
			wire->asked[wire->count].due = wire->now + wire->latency;
			wire->asked[wire->count].job = (struct job){
				.type = FRAME_READ, .length = 1 << 20};
			throttle_ask(throttle,
				&wire->asked[wire->count++].job);
		}
	}
}

static void
counted_bytes_keep_within_a_tenth_of_the_rate(void **state)
{
	static const struct {
		const char *rate;
		double bytes, ratio;
	} cases[] = {{"20M", 20e6, 1}, {"20M", 20e6, 0.3}, {"1M", 1e6, 0.9},
		{"100Mbit", 12.5e6, 0.5}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		AUTO(throttle_freep) struct throttle *throttle = NULL;
		struct rate rate = rate_of(cases[i].rate);
		struct wire wire = {.now = 1000, .latency = 0.01};
		struct error err;
		uint64_t limit;

		assert_ok(throttle_new(&throttle, "/nonexistent", &rate, &err),
			&err);
		assert_true(throttle_update(throttle, 0, &limit));
		assert_int_equal(limit, (uint64_t)cases[i].bytes);
		work(&wire, throttle, 60, cases[i].ratio);
		assert_in_range(wire.received, 0.9 * 60 * cases[i].bytes,
			1.1 * 60 * cases[i].bytes);
	}
}

static void
without_a_rate_nothing_waits(void **state)
{
	AUTO(throttle_freep) struct throttle *throttle = NULL;
	struct wire wire = {.now = 5, .latency = 0.01};
	struct rate none = {.count = 0};
	struct error err;
	uint64_t limit;

	(void)state;
	assert_ok(throttle_new(&throttle, "/nonexistent", &none, &err), &err);
	assert_false(throttle_update(throttle, 0, &limit));
	work(&wire, throttle, 1, 1);
	assert_true(wire.received > UINT64_C(1000) << 20);
}

static void
the_file_is_read_again_when_it_changes(void **state)
{
	AUTO(throttle_freep) struct throttle *throttle = NULL;
	char path[] = "/tmp/unrack-test-rate.XXXXXX";
	struct rate usual = rate_of("10M");
	struct wire wire = {.now = 5, .latency = 0.01};
	struct error err;
	uint64_t limit;

	(void)state;
	close(mkstemp(path));
	unlink(path);
	assert_ok(throttle_new(&throttle, path, &usual, &err), &err);
	assert_true(throttle_update(throttle, 0, &limit));
	assert_int_equal(limit, 10000000);
	work(&wire, throttle, 30, 1);

	assert_ok(io_write_file(path, "2M\n", 3, 0600, &err), &err);
	assert_true(throttle_update(throttle, 0, &limit));
	assert_int_equal(limit, 2000000);
	assert_false(throttle_update(throttle, 0, &limit));
	/* What was under way before the change still comes: 30 s let it fade. */
	wire.received = 0;
	work(&wire, throttle, 300, 1);
	assert_in_range(wire.received, 540e6, 660e6);

	assert_ok(io_write_file(path, "nonsense\n", 9, 0600, &err), &err);
	assert_false(throttle_update(throttle, 0, &limit));
	assert_int_equal(limit, 2000000);
	unlink(path);
	assert_true(throttle_update(throttle, 0, &limit));
	assert_int_equal(limit, 10000000);
}

static void
a_lost_lane_gives_back_what_it_asked_for(void **state)
{
	AUTO(throttle_freep) struct throttle *throttle = NULL;
	struct job job = {.type = FRAME_READ, .length = 1 << 20};
	struct rate rate = rate_of("1M");
	struct error err;
	uint64_t limit;

	(void)state;
	assert_ok(throttle_new(&throttle, "/nonexistent", &rate, &err), &err);
	throttle_update(throttle, 0, &limit);
	assert_int_equal(throttle_wait_ms(throttle, 9), 0);
	throttle_ask(throttle, &job);
	assert_true(throttle_wait_ms(throttle, 9) > 100);
	throttle_settle(throttle, &job, 0);
	assert_int_equal(throttle_wait_ms(throttle, 9), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_are_read_in_bytes_and_bits),
		cmocka_unit_test(the_first_rate_whose_time_it_is_holds),
		cmocka_unit_test(what_is_no_rate_is_refused),
		cmocka_unit_test(time_to_cross_minds_the_hours),
		cmocka_unit_test(counted_bytes_keep_within_a_tenth_of_the_rate),
		cmocka_unit_test(without_a_rate_nothing_waits),
		cmocka_unit_test(the_file_is_read_again_when_it_changes),
		cmocka_unit_test(a_lost_lane_gives_back_what_it_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
