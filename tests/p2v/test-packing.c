/* Whether packing pays, from measured rates. */
#include "tests/harness.h"

#include "p2v/packing.h"

enum { BYTES = 64 << 10 };

/* Half a nanosecond for a byte: a wire of 16 Gbit/s; 80: of 100 Mbit/s. */
static void
send_over(struct packing *packing, double wire_ns)
{
	packing_sent(packing, 64 << 20, (uint64_t)((64 << 20) * wire_ns / 1000));
}

/* Returns how many of the blocks were tried. */
static unsigned
offer(struct packing *packing, unsigned blocks, double gain, double pack_ns)
{
	unsigned tried = 0;

	for (unsigned i = 0; i < blocks; i++) {
		if (!packing_wants(packing))
			continue;
		packing_tried(packing, BYTES, (uint32_t)(BYTES * (1 - gain)),
			(uint64_t)(BYTES * pack_ns));
		tried++;
	}
	return tried;
}

static void
slow_wire_packs_every_block(void **state)
{
	struct packing packing = {0};

	(void)state;
	send_over(&packing, 80);
	assert_int_equal(offer(&packing, 1000, 0.5, 4), 1000);
}

static void
fast_wire_packs_no_more_after_a_moment(void **state)
{
	struct packing packing = {0};

	(void)state;
	send_over(&packing, 0.5);
	assert_in_range(offer(&packing, 128, 0.6, 2), 64, 66);
	assert_in_range(offer(&packing, 3200, 0.6, 2), 90, 100);
}

static void
nothing_is_decided_before_the_wire_was_seen(void **state)
{
	struct packing packing = {0};

	(void)state;
	assert_int_equal(offer(&packing, 1000, 0, 4), 1000);
}

static void
wire_that_takes_no_time_is_a_wire_that_was_seen(void **state)
{
	struct packing packing = {0};

	(void)state;
	packing_sent(&packing, 64 << 20, 0);
	assert_true(offer(&packing, 1000, 0.9, 1) < 100);
}

static void
what_does_not_pack_is_passed_over_until_something_does(void **state)
{
	struct packing packing = {0};

	(void)state;
	send_over(&packing, 80);
	offer(&packing, 1000, 0, 1);
	assert_true(offer(&packing, 1000, 0, 1) < 40);
	/* The next one that is tried turns it on again. */
	assert_true(offer(&packing, 1000, 0.5, 2) > 960);
}

static void
wire_that_becomes_slow_turns_it_on(void **state)
{
	struct packing packing = {0};

	(void)state;
	send_over(&packing, 0.5);
	offer(&packing, 1000, 0.6, 2);
	assert_true(packing.off);
	send_over(&packing, 80);
	offer(&packing, 32, 0.6, 2);
	assert_false(packing.off);
}

/* Between the two limits it stays as it is. */
static void
rates_that_tremble_do_not_switch_it(void **state)
{
	struct packing on = {0}, off = {0};

	(void)state;
	send_over(&on, 4.4);
	send_over(&off, 0.5);
	offer(&on, 200, 0.5, 2);
	offer(&off, 200, 0.5, 2);
	assert_false(on.off);
	assert_true(off.off);
	for (int i = 0; i < 50; i++) {
		send_over(&on, i % 2 ? 4.6 : 3.5);
		send_over(&off, i % 2 ? 4.6 : 3.5);
		offer(&on, 64, 0.5, 2);
		offer(&off, 64, 0.5, 2);
	}
	assert_false(on.off);
	assert_true(off.off);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slow_wire_packs_every_block),
		cmocka_unit_test(fast_wire_packs_no_more_after_a_moment),
		cmocka_unit_test(nothing_is_decided_before_the_wire_was_seen),
		cmocka_unit_test(
			wire_that_takes_no_time_is_a_wire_that_was_seen),
		cmocka_unit_test(
			what_does_not_pack_is_passed_over_until_something_does),
		cmocka_unit_test(wire_that_becomes_slow_turns_it_on),
		cmocka_unit_test(rates_that_tremble_do_not_switch_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
