/* How many lanes are at work, from measured rates. */
#include "tests/harness.h"

#include "convert/serve/roster.h"

/* What a source yields in a second with so many lanes. */
typedef uint64_t yield(unsigned lanes);

static void
work(struct roster *roster, unsigned seconds, yield *rate)
{
	for (unsigned i = 0; i < seconds; i++)
		roster_tick(roster, rate(roster->lanes), true);
}

static uint64_t
each_lane_adds(unsigned lanes)
{
	return lanes * UINT64_C(50000000);
}

static uint64_t
six_are_enough(unsigned lanes)
{
	return each_lane_adds(lanes < 6 ? lanes : 6);
}

/* A disk with one head. */
static uint64_t
each_lane_costs(unsigned lanes)
{
	return UINT64_C(100000000) / lanes;
}

static uint64_t
none_matters(unsigned lanes)
{
	(void)lanes;
	return 117000000;
}

static void
it_begins_with_two_for_a_core_and_at_most_four(void **state)
{
	static const unsigned wanted[] = {1, 2, 4, 4, 4};
	struct roster roster;

	(void)state;
	for (unsigned cores = 0; cores < 5; cores++) {
		roster_begin(&roster, cores, 0);
		assert_int_equal(roster.lanes, wanted[cores]);
	}
}

static void
lanes_join_while_each_one_helps(void **state)
{
	struct roster roster;

	(void)state;
	roster_begin(&roster, 4, 0);
	work(&roster, 20, each_lane_adds);
	assert_int_equal(roster.lanes, 8);
	roster_begin(&roster, 4, 0);
	work(&roster, 60, six_are_enough);
	assert_int_equal(roster.lanes, 6);
}

static void
lanes_leave_where_they_are_in_the_way(void **state)
{
	struct roster roster;

	(void)state;
	roster_begin(&roster, 4, 0);
	work(&roster, 80, each_lane_costs);
	assert_int_equal(roster.lanes, 1);
}

static void
lanes_that_do_not_matter_stay_as_they_are(void **state)
{
	struct roster roster;

	(void)state;
	roster_begin(&roster, 4, 0);
	work(&roster, 3 + 3, none_matters);
	assert_int_equal(roster.lanes, 4);
}

/* After a trial that failed it is as before, most of the time. */
static void
trials_are_rare_when_nothing_is_better(void **state)
{
	struct roster roster;
	unsigned elsewhere = 0;

	(void)state;
	roster_begin(&roster, 4, 0);
	work(&roster, 60, six_are_enough);
	for (int i = 0; i < 600; i++) {
		work(&roster, 1, six_are_enough);
		elsewhere += roster.lanes != 6;
	}
	assert_true(elsewhere < 60);
}

static void
seconds_without_enough_work_teach_nothing(void **state)
{
	struct roster roster;

	(void)state;
	roster_begin(&roster, 4, 0);
	for (int i = 0; i < 100; i++) {
		roster_tick(&roster, UINT64_C(1) << 30, i % 2);
		assert_int_equal(roster.lanes, 4);
	}
}

static void
number_that_was_asked_for_stays(void **state)
{
	struct roster roster;

	(void)state;
	roster_begin(&roster, 1, 3);
	work(&roster, 100, each_lane_adds);
	assert_int_equal(roster.lanes, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			it_begins_with_two_for_a_core_and_at_most_four),
		cmocka_unit_test(lanes_join_while_each_one_helps),
		cmocka_unit_test(lanes_leave_where_they_are_in_the_way),
		cmocka_unit_test(lanes_that_do_not_matter_stay_as_they_are),
		cmocka_unit_test(trials_are_rare_when_nothing_is_better),
		cmocka_unit_test(seconds_without_enough_work_teach_nothing),
		cmocka_unit_test(number_that_was_asked_for_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
