/* Who makes way when too many connections are unproven. */
#include "convert/serve/crowd.h"

#include "tests/harness.h"

enum { LIMIT = 8 };

static unsigned
enter(struct crowd *crowd, uint8_t from, int *victim_out)
{
	const struct in6_addr address = {.s6_addr = {from}};

	return crowd_enter_from(crowd, &address, victim_out);
}

static void
nobody_makes_way_while_there_is_room(void **state)
{
	struct crowd crowd = {.limit = LIMIT};
	int victim;

	(void)state;
	for (uint8_t i = 0; i < LIMIT; i++) {
		enter(&crowd, 1, &victim);
		assert_int_equal(victim, -1);
	}
	crowd_leave(&crowd, 3);
	assert_int_equal(enter(&crowd, 1, &victim), 3);
	assert_int_equal(victim, -1);
}

static void
an_address_that_holds_many_loses_its_own(void **state)
{
	struct crowd crowd = {.limit = LIMIT};
	unsigned honest;
	int victim;

	(void)state;
	honest = enter(&crowd, 1, &victim);
	for (uint8_t i = 1; i < LIMIT; i++)
		enter(&crowd, 2, &victim);
	for (int i = 0; i < 1000; i++) {
		enter(&crowd, 2, &victim);
		assert_int_not_equal(victim, -1);
		assert_int_not_equal(victim, honest);
	}
}

static void
a_new_address_gets_a_place_of_one_that_holds_many(void **state)
{
	struct crowd crowd = {.limit = LIMIT};
	unsigned oldest, place;
	int victim;

	(void)state;
	oldest = enter(&crowd, 2, &victim);
	for (uint8_t i = 1; i < LIMIT; i++)
		enter(&crowd, 2, &victim);
	place = enter(&crowd, 1, &victim);
	assert_int_equal(victim, oldest);
	assert_int_equal(place, oldest);
}

static void
among_equals_the_oldest_makes_way(void **state)
{
	struct crowd crowd = {.limit = LIMIT};
	int victim;

	(void)state;
	for (uint8_t i = 0; i < LIMIT; i++)
		enter(&crowd, i, &victim);
	crowd_leave(&crowd, 0);
	enter(&crowd, LIMIT, &victim); /* the newest has the first place */
	enter(&crowd, LIMIT + 1, &victim);
	assert_int_equal(victim, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_makes_way_while_there_is_room),
		cmocka_unit_test(an_address_that_holds_many_loses_its_own),
		cmocka_unit_test(
			a_new_address_gets_a_place_of_one_that_holds_many),
		cmocka_unit_test(among_equals_the_oldest_makes_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
