/*
 * A lane's sign of life, from a thread of its own, because the lane's thread
 * sits in a read that only the kernel can end.  lane.c says when.
 */
#include "p2v/pulse.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "common/error.h"
#include "common/monotonic.h"
#include "wire/channel.h"

struct pulse {
	unsigned every_ms;
	pthread_t thread;
	pthread_mutex_t lock; /* guards what follows, and the channel's use */
	pthread_cond_t changed;
	struct channel *channel; /* while the lane is at work */
	uint64_t works; /* that were begun */
	bool ending;
};

static struct timespec
later(unsigned ms)
{
	struct timespec when = monotonic_now();

	when.tv_sec += ms / 1000;
	when.tv_nsec += (long)(ms % 1000) * 1000000;
	if (when.tv_nsec >= 1000000000) {
		when.tv_sec++;
		when.tv_nsec -= 1000000000;
	}
	return when;
}

/* Looks now and then, rather than being woken with each request. */
static void *
beat(void *context)
{
	const struct frame pong = {.type = FRAME_PONG};
	struct pulse *pulse = context;
	uint64_t seen = 0;

	pthread_mutex_lock(&pulse->lock);
	for (struct timespec until = later(pulse->every_ms); !pulse->ending;) {
		if (pthread_cond_timedwait(&pulse->changed, &pulse->lock,
			    &until) != ETIMEDOUT)
			continue;
		/* That it failed, the lane will find out. */
		if (pulse->channel != NULL && pulse->works == seen)
			channel_send(pulse->channel, &pong, NULL, NULL);
		seen = pulse->works;
		until = later(pulse->every_ms);
	}
	pthread_mutex_unlock(&pulse->lock);
	return NULL;
}

int
pulse_new(struct pulse **pulse_out, unsigned every_ms, struct error *err)
{
	AUTO(freep) struct pulse *pulse = calloc(1, sizeof *pulse);
	pthread_condattr_t clock;

	if (pulse == NULL)
		return error_set(err, ENOMEM, "open a lane");
	pulse->every_ms = every_ms;
	pthread_mutex_init(&pulse->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&pulse->changed, &clock);
	pthread_condattr_destroy(&clock);
	if (pthread_create(&pulse->thread, NULL, beat, pulse) != 0)
		return error_set(err, EAGAIN, "open a lane");
	*pulse_out = take(pulse);
	return 0;
}

void
pulse_free(struct pulse *pulse)
{
	if (pulse == NULL)
		return;
	pthread_mutex_lock(&pulse->lock);
	pulse->ending = true;
	pthread_cond_signal(&pulse->changed);
	pthread_mutex_unlock(&pulse->lock);
	pthread_join(pulse->thread, NULL);
	pthread_cond_destroy(&pulse->changed);
	pthread_mutex_destroy(&pulse->lock);
	free(pulse);
}

void
pulse_begin(struct pulse *pulse, struct channel *channel)
{
	pthread_mutex_lock(&pulse->lock);
	pulse->channel = channel;
	pulse->works++;
	pthread_mutex_unlock(&pulse->lock);
}

void
pulse_end(struct pulse *pulse)
{
	pthread_mutex_lock(&pulse->lock);
	pulse->channel = NULL;
	pthread_mutex_unlock(&pulse->lock);
}
