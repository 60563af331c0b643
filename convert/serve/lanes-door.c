/*
 * The door of a session: new connections, signals, and once a second what has to
 * be looked at.
 */
#include "convert/serve/lanes-parts.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "common/error.h"
#include "common/log.h"
#include "common/monotonic.h"
#include "convert/serve/rendezvous.h"
#include "convert/source/queue.h"

/* A signal handler has no argument. */
static volatile sig_atomic_t signal_fd = -1;

static void
wake(int fd, uint64_t why)
{
	if (write(fd, &why, sizeof why) == -1)
		return; /* it is awake */
}

/* What the door finds in its eventfd: stops in the upper half. */
static const uint64_t event_stop = 1, event_signal = UINT64_C(1) << 32;

static void
on_signal(int number)
{
	int saved = errno;

	(void)number;
	wake(signal_fd, event_signal);
	errno = saved;
}

static void
open_door(struct lanes *lanes)
{
	struct error err = {0};
	int fd;

	if (rendezvous_receive(&fd, lanes->listen_fd, &err) == -1 ||
		lanes_arrive(lanes, fd, NULL, &err) == -1)
		log_debug("%s", err.text);
}

/* A source that went away may come back, but not for ever. */
static void
check_patience(struct lanes *lanes)
{
	unsigned patience = lanes->settings.patience_seconds;
	struct error why;
	bool lost;

	pthread_mutex_lock(&lanes->lock);
	lost = lanes->live == 0 &&
		monotonic_ticks() - lanes->lost_since > (time_t)patience;
	pthread_mutex_unlock(&lanes->lock);
	if (!lost || queue_has_failed(lanes->settings.queue, &why))
		return;
	error_set(&why, 0, "the source did not come back within %u seconds",
		patience);
	lanes_fail(&why, ETIMEDOUT);
	error_hint(&why, "What was captured is kept: start unrack-capture "
		"again to go on.");
	lanes_abandon(lanes, &why);
}

static void
tick_roster(struct lanes *lanes)
{
	uint64_t answered = atomic_load(&lanes->answered_bytes);
	unsigned before = lanes->roster.lanes;

	roster_tick(&lanes->roster, answered - lanes->counted_bytes,
		!atomic_exchange(&lanes->was_idle, false));
	lanes->counted_bytes = answered;
	if (lanes->roster.lanes == before)
		return;
	atomic_store(&lanes->at_work, lanes->roster.lanes);
	queue_wake(lanes->settings.queue);
	log_debug("%u lanes at work", lanes->roster.lanes);
}

void *
lanes_door(void *context)
{
	struct lanes *lanes = context;
	time_t ticked = monotonic_ticks();
	uint64_t events;

	for (;;) {
		struct pollfd polls[] = {{lanes->event_fd, POLLIN, 0},
			{lanes->listen_fd, POLLIN, 0}};

		if (poll(polls, 2, 1000) == -1 && errno != EINTR)
			usleep(100000);
		if (read(lanes->event_fd, &events, sizeof events) ==
			sizeof events) {
			if (events >= event_signal)
				lanes->settings.stopped(lanes->settings.context);
			return NULL;
		}
		if (polls[1].revents != 0)
			open_door(lanes);
		if (monotonic_ticks() == ticked)
			continue;
		ticked = monotonic_ticks();
		lanes_reap(lanes);
		check_patience(lanes);
		tick_roster(lanes);
		lanes->settings.tick(lanes->settings.context);
	}
}

void
lanes_stop_door(struct lanes *lanes)
{
	wake(lanes->event_fd, event_stop);
}

void
lanes_watch_signals(struct lanes *lanes)
{
	struct sigaction action = {.sa_handler = on_signal,
		.sa_flags = SA_RESTART};

	signal_fd = lanes->event_fd;
	sigemptyset(&action.sa_mask);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
}
