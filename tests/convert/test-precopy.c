/* When the rounds of a pre-copy end, against a machine that is only reckoned. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "common/json.h"
#include "common/own.h"
#include "convert/capture/precopy.h"
#include "tests/harness.h"

/* The time that passes is what the machine below takes. */
static double now;

int __wrap_clock_gettime(clockid_t clock, struct timespec *time_out);

int
__wrap_clock_gettime(clockid_t clock, struct timespec *time_out)
{
	(void)clock;
	*time_out = (struct timespec){(time_t)now,
		(long)((now - (double)(time_t)now) * 1e9)};
	return 0;
}

/* A server with a writer that changes other blocks all the time. */
struct machine {
	double bytes;		/* in use */
	double hashed_a_second;
	double fetched_a_second;
	double written_a_second;
	double quiet_after;	/* seconds; 0: never */
	unsigned fails_in;	/* this round; 0: none */

	double compared_at;
	double missing, fetched;
	unsigned rounds;
	char said[ROUNDS_LIMIT][ROUNDS_TEXT_BYTES];
};

static double
written_until(const struct machine *machine, double second)
{
	if (machine->quiet_after > 0 && second > machine->quiet_after)
		second = machine->quiet_after;
	return second * machine->written_a_second;
}

static int
compare(void *context, uint64_t *changed_out, struct error *err)
{
	struct machine *machine = context;
	double changed = written_until(machine, now) -
		written_until(machine, machine->compared_at);

	if (machine->fails_in == machine->rounds + 1)
		return error_set(err, ECONNRESET, "the source is gone");
	if (changed > machine->bytes)
		changed = machine->bytes;
	machine->compared_at = now;
	now += machine->bytes / machine->hashed_a_second;
	machine->missing = changed;
	*changed_out = (uint64_t)changed;
	return 0;
}

static int
fetch(void *context, uint64_t *fetched_out, struct error *err)
{
	struct machine *machine = context;

	(void)err;
	now += machine->missing / machine->fetched_a_second;
	machine->fetched += machine->missing;
	*fetched_out = (uint64_t)machine->missing;
	machine->missing = 0;
	return 0;
}

static uint64_t
wire(void *context)
{
	const struct machine *machine = context;

	return (uint64_t)machine->fetched / 2;
}

static int
done(void *context, const char *text, struct error *err)
{
	struct machine *machine = context;

	(void)err;
	strcpy(machine->said[machine->rounds++], text);
	return 0;
}

static struct machine
machine_of(double written_a_second)
{
	return (struct machine){.bytes = 10e9, .missing = 10e9,
		.hashed_a_second = 1e9, .fetched_a_second = 100e6,
		.written_a_second = written_a_second};
}

static enum rounds_end
run(struct machine *machine, unsigned most, struct rounds *rounds)
{
	const struct precopy precopy = {compare, fetch, wire, done, machine,
		most};
	struct error err = {0};
	enum rounds_end end;

	now = 0;
	assert_ok(precopy_run(&precopy, rounds, &end, &err), &err);
	assert_int_equal(rounds->count, machine->rounds);
	return end;
}

static void
rounds_end_when_they_no_longer_shrink(void **state)
{
	struct machine machine = machine_of(5e6);
	struct rounds_forecast forecast;
	char text[ROUNDS_TEXT_BYTES];
	struct rounds rounds;

	(void)state;
	/* 10 GB in 100 s; 500 MB changed; in 15 s 75 MB; in 10.8 s 54 MB; ... */
	assert_int_equal(run(&machine, 10, &rounds), ROUNDS_STEADY);
	assert_int_equal(rounds.count, 5);
	assert_int_equal(rounds.list[0].fetched_bytes, 10000000000);
	assert_int_equal(rounds.list[0].changed_bytes, 0);
	assert_int_equal(rounds.list[1].changed_bytes, 500000000);
	assert_int_equal(rounds.list[1].wire_bytes, 250000000);
	for (unsigned i = 2; i < 4; i++)
		assert_true((double)rounds.list[i].changed_bytes <
			0.75 * (double)rounds.list[i - 1].changed_bytes);
	rounds_forecast(&forecast, &rounds);
	assert_float_equal(forecast.bytes, 5e6 * 10.5, 2e6);
	assert_float_equal(forecast.seconds, 10.5, 0.2);
	rounds_print_end(text, &rounds, ROUNDS_STEADY);
	assert_non_null(strstr(text, "would not shrink"));
}

static void
each_round_tells_its_bytes_and_the_next_ones(void **state)
{
	struct machine machine = machine_of(5e6);
	struct rounds rounds;

	(void)state;
	run(&machine, 2, &rounds);
	assert_string_equal(machine.said[0],
		"round 1: 10.0 GB copied in 100 s (5.0 GB over the wire)");
	assert_string_equal(machine.said[1], "round 2: 500 MB changed "
		"meanwhile, 500 MB copied in 15 s (250 MB over the wire); "
		"another round, or the offline pass now: about 75.0 MB, 11 s");
}

static void
a_quiet_machine_ends_the_rounds_at_once(void **state)
{
	struct machine machine = machine_of(5e6), quiet = machine_of(0);
	struct rounds rounds;

	(void)state;
	machine.quiet_after = 110;
	assert_int_equal(run(&machine, 10, &rounds), ROUNDS_QUIET);
	assert_int_equal(rounds.list[rounds.count - 1].changed_bytes, 0);
	assert_int_equal(run(&quiet, 10, &rounds), ROUNDS_QUIET);
	assert_int_equal(rounds.count, 2);
}

static void
a_writer_faster_than_the_link_is_not_chased(void **state)
{
	struct machine machine = machine_of(120e6);
	char text[ROUNDS_TEXT_BYTES];
	struct rounds rounds;

	(void)state;
	assert_int_equal(run(&machine, 10, &rounds), ROUNDS_OUTRUN);
	assert_int_equal(rounds.count, 2);
	rounds_print_end(text, &rounds, ROUNDS_OUTRUN);
	assert_string_equal(text, "further rounds would never catch up: the "
		"machine changes 100 MB/s, and 100 MB/s can be copied");
}

static void
no_more_rounds_are_made_than_asked_for(void **state)
{
	struct machine machine = machine_of(5e6);
	struct rounds rounds;

	(void)state;
	for (unsigned most = 1; most <= 3; most++) {
		machine = machine_of(5e6);
		assert_int_equal(run(&machine, most, &rounds), ROUNDS_ENOUGH);
		assert_int_equal(rounds.count, most);
	}
}

/* Each round is nearly a quarter less, for ever. */
static void
the_rounds_end_even_if_they_always_shrink(void **state)
{
	struct machine machine = machine_of(74e6);
	struct rounds rounds;

	(void)state;
	machine.hashed_a_second = 1e30;
	assert_int_equal(run(&machine, ROUNDS_LIMIT, &rounds), ROUNDS_ENOUGH);
	assert_int_equal(rounds.count, ROUNDS_LIMIT);
}

static void
a_failed_round_is_named(void **state)
{
	struct machine machine = machine_of(5e6);
	const struct precopy precopy = {compare, fetch, wire, done, &machine, 9};
	struct error err = {0};
	struct rounds rounds;
	enum rounds_end end;

	(void)state;
	machine.fails_in = 3;
	assert_int_equal(precopy_run(&precopy, &rounds, &end, &err), -1);
	assert_string_equal(err.text, "round 3: the source is gone: "
		"Connection reset by peer");
	assert_int_equal(machine.rounds, 2);
}

static void
the_record_holds_every_round_and_the_forecast(void **state)
{
	struct machine machine = machine_of(5e6);
	AUTO(json_decrefpp) json_t *json = NULL;
	struct rounds rounds;

	(void)state;
	json = rounds_to_json(&rounds, run(&machine, 3, &rounds));
	assert_string_equal(json_text(json, "end", ""), "enough");
	assert_int_equal(json_array_size(json_object_get(json, "rounds")), 3);
	assert_int_equal(json_number(json_array_get(json_object_get(json,
		"rounds"), 1), "changed_bytes", 0), 500000000);
	assert_int_equal(json_number(json_object_get(json, "forecast"), "bytes",
		0), 53750000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rounds_end_when_they_no_longer_shrink),
		cmocka_unit_test(each_round_tells_its_bytes_and_the_next_ones),
		cmocka_unit_test(a_quiet_machine_ends_the_rounds_at_once),
		cmocka_unit_test(a_writer_faster_than_the_link_is_not_chased),
		cmocka_unit_test(no_more_rounds_are_made_than_asked_for),
		cmocka_unit_test(the_rounds_end_even_if_they_always_shrink),
		cmocka_unit_test(a_failed_round_is_named),
		cmocka_unit_test(the_record_holds_every_round_and_the_forecast),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
