/* Several disks at once, and what becomes of them when one fails. */
#include "convert/capture/crew.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "tests/harness.h"

enum { THINGS = 24 };

struct site {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned now, most, meet; /* at work; wait for so many */
	bool done[THINGS], stopped;
	size_t fails_at; /* THINGS: none */
	char told[64];
};

static void
site_init(struct site *site)
{
	*site = (struct site){.fails_at = THINGS,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER};
}

static int
one(void *context, size_t index, struct error *err)
{
	struct site *site = context;
	bool fails = index == site->fails_at;

	pthread_mutex_lock(&site->lock);
	site->done[index] = true;
	if (++site->now > site->most)
		site->most = site->now;
	pthread_cond_broadcast(&site->changed);
	while (site->most < site->meet || (!fails &&
			site->fails_at < THINGS && !site->stopped))
		pthread_cond_wait(&site->changed, &site->lock);
	site->now--;
	pthread_mutex_unlock(&site->lock);
	if (fails)
		return error_set(err, EIO, "disk %zu", index);
	return site->stopped ? error_set(err, ECANCELED, "stopped") : 0;
}

static void
stop(void *context, const struct error *why)
{
	struct site *site = context;

	pthread_mutex_lock(&site->lock);
	site->stopped = true;
	snprintf(site->told, sizeof site->told, "%.60s", why->text);
	pthread_cond_broadcast(&site->changed);
	pthread_mutex_unlock(&site->lock);
}

static void
every_thing_is_done_several_at_once_and_no_more(void **state)
{
	struct site site;
	const struct crew_work work = {THINGS, one, stop, &site};
	struct error err;

	(void)state;
	site_init(&site);
	site.meet = CREW_HANDS; /* hangs when they come one by one */
	assert_ok(crew_run(&work, &err), &err);
	for (int i = 0; i < THINGS; i++)
		assert_true(site.done[i]);
	assert_int_equal(site.most, CREW_HANDS);
}

static void
the_first_failure_stops_the_others_and_is_the_one_told(void **state)
{
	struct site site;
	const struct crew_work work = {THINGS, one, stop, &site};
	struct error err = {0};
	int done = 0;

	(void)state;
	site_init(&site);
	site.fails_at = 2;
	assert_int_equal(crew_run(&work, &err), -1);
	assert_int_equal(err.code, EIO);
	assert_non_null(strstr(err.text, "disk 2"));
	assert_string_equal(site.told, err.text);
	for (int i = 0; i < THINGS; i++)
		done += site.done[i];
	assert_in_range(done, 3, CREW_HANDS);
}

static void
nothing_to_do_is_no_failure(void **state)
{
	const struct crew_work work = {0, one, stop, NULL};
	struct error err;

	(void)state;
	assert_ok(crew_run(&work, &err), &err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_thing_is_done_several_at_once_and_no_more),
		cmocka_unit_test(
			the_first_failure_stops_the_others_and_is_the_one_told),
		cmocka_unit_test(nothing_to_do_is_no_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
