/* The waits between two tries. */
#include "tests/harness.h"

#include "p2v/backoff.h"

static void
wait_doubles_from_half_a_second_to_fifteen(void **state)
{
	static const unsigned middles[] = {500, 1000, 2000, 4000, 8000, 15000,
		15000, 15000};

	(void)state;
	for (int run = 0; run < 200; run++) {
		struct backoff backoff = {0};

		for (int i = 0; i < 8; i++) {
			unsigned ms = backoff_next_ms(&backoff);

			assert_in_range(ms, middles[i] * 3 / 4,
				middles[i] * 5 / 4);
		}
	}
}

static void
waits_of_two_machines_differ(void **state)
{
	unsigned different = 0;

	(void)state;
	for (int run = 0; run < 100; run++) {
		struct backoff a = {.next_ms = BACKOFF_LIMIT_MS}, b = a;

		different += backoff_next_ms(&a) != backoff_next_ms(&b);
	}
	assert_true(different > 50);
}

static void
success_makes_the_waits_short_again(void **state)
{
	struct backoff backoff = {.next_ms = BACKOFF_LIMIT_MS};

	(void)state;
	backoff_next_ms(&backoff);
	backoff_reset(&backoff);
	assert_true(backoff_next_ms(&backoff) < 2 * BACKOFF_FIRST_MS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wait_doubles_from_half_a_second_to_fifteen),
		cmocka_unit_test(waits_of_two_machines_differ),
		cmocka_unit_test(success_makes_the_waits_short_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
