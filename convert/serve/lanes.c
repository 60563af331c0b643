/*
 * The connections of one session.  One thread, the door (lanes-door.c), takes new
 * ones from the machine's socket; each then has its own thread (lanes-arrival.c),
 * which proves the key, hears HELLO, answers WELCOME and becomes the lane (lane.c)
 * of its number.
 */
#include "convert/serve/lanes-parts.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "common/error.h"
#include "common/monotonic.h"
#include "common/own.h"
#include "convert/serve/rendezvous.h"
#include "convert/source/queue.h"
#include "wire/channel.h"

enum { UNPROVEN_LIMIT = 16 /* who prove their keys at a time */ };

void
lanes_abandon(struct lanes *lanes, const struct error *why)
{
	pthread_mutex_lock(&lanes->lock);
	lanes->abandoned = true;
	pthread_cond_broadcast(&lanes->changed);
	pthread_mutex_unlock(&lanes->lock);
	queue_fail(lanes->settings.queue, why);
}

int
lanes_fail(struct error *err, int code)
{
	err->code = code;
	return -1;
}

int
lanes_start(struct lanes **lanes_out, const struct lanes_settings *settings,
	struct error *err)
{
	AUTO(freep) struct lanes *lanes = calloc(1, sizeof *lanes);
	AUTO(fd_closep) int event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	AUTO(fd_closep) int listen_fd = -1;

	if (lanes == NULL || event_fd == -1)
		return error_set(err, ENOMEM, "begin the session");
	if (rendezvous_listen(&listen_fd, settings->socket_path, err) == -1)
		return -1;
	lanes->settings = *settings;
	lanes->work = (struct lane_work){settings->queue, settings->screen,
		settings->throttle, &lanes->heard, settings->silence_seconds,
		&lanes->at_work, &lanes->answered_bytes, &lanes->was_idle};
	roster_begin(&lanes->roster, settings->cores, settings->fixed_lanes);
	lanes->at_work = lanes->roster.lanes;
	lanes->settings.welcome.lanes = lanes->roster.most;
	lanes->listen_fd = listen_fd;
	lanes->event_fd = event_fd;
	lanes->lost_since = monotonic_ticks();
	lanes->crowd.limit = UNPROVEN_LIMIT;
	pthread_mutex_init(&lanes->lock, NULL);
	pthread_cond_init(&lanes->changed, NULL);
	if (pthread_create(&lanes->door, NULL, lanes_door, lanes) != 0)
		return error_set(err, EAGAIN, "begin the session");
	lanes_watch_signals(lanes);
	take_fd(&listen_fd);
	take_fd(&event_fd);
	*lanes_out = take(lanes);
	return 0;
}

int
lanes_add_first(struct lanes *lanes, struct channel *channel,
	struct error *err)
{
	pthread_mutex_lock(&lanes->lock);
	lanes->channels[0] = channel;
	lanes->live++;
	pthread_mutex_unlock(&lanes->lock);
	atomic_store(&lanes->heard, monotonic_ticks());
	if (lanes_arrive(lanes, -1, channel, err) == 0)
		return 0;
	pthread_mutex_lock(&lanes->lock);
	lanes->live--;
	pthread_mutex_unlock(&lanes->lock);
	return -1;
}

void
lanes_wire(struct lanes *lanes, uint64_t *received_out, uint64_t *sent_out)
{
	pthread_mutex_lock(&lanes->lock);
	*received_out = lanes->received_bytes;
	*sent_out = lanes->sent_bytes;
	for (int i = 0; i < MESSAGE_LANES_LIMIT; i++) {
		if (lanes->channels[i] == NULL)
			continue;
		*received_out += channel_received_bytes(lanes->channels[i]);
		*sent_out += channel_sent_bytes(lanes->channels[i]);
	}
	pthread_mutex_unlock(&lanes->lock);
}

unsigned
lanes_receiving(struct lanes *lanes, uint64_t *microseconds_out)
{
	unsigned live;

	pthread_mutex_lock(&lanes->lock);
	live = lanes->live < lanes->at_work ? lanes->live : lanes->at_work;
	*microseconds_out = lanes->receiving_us;
	for (int i = 0; i < MESSAGE_LANES_LIMIT; i++)
		if (lanes->channels[i] != NULL)
			*microseconds_out +=
				channel_receiving_us(lanes->channels[i]);
	pthread_mutex_unlock(&lanes->lock);
	return live;
}

/* Wait for a change, at most a second; with the lock held. */
static void
wait_a_moment(struct lanes *lanes)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec++;
	pthread_cond_timedwait(&lanes->changed, &lanes->lock, &until);
}

void
lanes_finish(struct lanes *lanes, unsigned timeout_seconds)
{
	time_t until = monotonic_ticks() + (time_t)timeout_seconds;

	queue_wake(lanes->settings.queue);
	pthread_mutex_lock(&lanes->lock);
	/* An abandoned source does not come back for its last word. */
	while ((!lanes->said || lanes->live > 0) && !lanes->abandoned &&
		monotonic_ticks() < until)
		wait_a_moment(lanes);
	pthread_mutex_unlock(&lanes->lock);
}

void
lanes_stop(struct lanes *lanes)
{
	pthread_mutex_lock(&lanes->lock);
	lanes->stopping = true;
	pthread_mutex_unlock(&lanes->lock);
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	lanes_stop_door(lanes);
	pthread_join(lanes->door, NULL);
	pthread_mutex_lock(&lanes->lock);
	for (int i = 0; i < MESSAGE_LANES_LIMIT; i++)
		if (lanes->channels[i] != NULL)
			channel_interrupt(lanes->channels[i]);
	/* A HELLO that comes byte by byte would hold us up for ever. */
	for (struct arrival *at = lanes->arrivals; at != NULL; at = at->next)
		if (at->greeting != NULL)
			channel_interrupt(at->greeting);
	pthread_cond_broadcast(&lanes->changed);
	while (lanes->threads > 0)
		wait_a_moment(lanes);
	pthread_mutex_unlock(&lanes->lock);
	lanes_reap(lanes);
	unlink(lanes->settings.socket_path);
	close(lanes->listen_fd);
	close(lanes->event_fd);
	pthread_mutex_destroy(&lanes->lock);
	pthread_cond_destroy(&lanes->changed);
	free(lanes);
}
