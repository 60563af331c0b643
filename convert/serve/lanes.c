/*
 * The connections of one session.  One thread, the door, takes new ones from
 * the machine's socket; each then has its own thread, which proves the key,
 * hears HELLO, answers WELCOME and becomes the lane (lane.c) of its number.
 */
#include "convert/serve/lanes.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/error.h"
#include "common/log.h"
#include "common/monotonic.h"
#include "common/own.h"
#include "convert/serve/crowd.h"
#include "convert/serve/lane.h"
#include "convert/serve/rendezvous.h"
#include "convert/serve/roster.h"
#include "convert/serve/screen.h"
#include "convert/source/queue.h"
#include "wire/channel.h"

enum {
	THREADS_LIMIT = 48,
	UNPROVEN_LIMIT = 16, /* of them */
	HANDSHAKE_SECONDS = 20,
	SILENCE_SECONDS = 15 /* then another boot may take over */
};

struct lanes {
	struct lanes_settings settings;
	struct lane_work work;
	_Atomic time_t heard;
	struct roster roster; /* the door's */
	atomic_uint at_work;
	_Atomic uint64_t answered_bytes;
	uint64_t counted_bytes; /* of those, by the roster */
	atomic_bool was_idle;
	int listen_fd, event_fd;
	pthread_t door;

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	struct channel *channels[MESSAGE_LANES_LIMIT];
	struct arrival *arrivals; /* whose threads are not joined yet */
	struct crowd crowd; /* those who prove their key */
	unsigned live, threads;
	uint64_t received_bytes, sent_bytes; /* of closed lanes */
	uint64_t receiving_us;
	time_t lost_since;
	bool stopping, said;
	bool abandoned; /* no lane may join; the next session begins soon */
};

/* One connection on its way to become a lane. */
struct arrival {
	struct lanes *lanes;
	int fd;			 /* -1 when there is a channel already */
	struct channel *channel; /* the first one */
	struct channel *greeting; /* until its HELLO is there; under the lock */
	int place; /* in the crowd, or -1; under the lock */
	int grip_fd; /* to throw it out by; -1: none */
	pthread_t thread;
	bool ended;
	struct arrival *next;
};

/* A signal handler has no argument. */
static volatile sig_atomic_t signal_fd = -1;

static void
wake_door(int fd, uint64_t why)
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
	wake_door(signal_fd, event_signal);
	errno = saved;
}

/* Fail the queue for want of a source. */
static void
abandon(struct lanes *lanes, const struct error *why)
{
	pthread_mutex_lock(&lanes->lock);
	lanes->abandoned = true;
	pthread_cond_broadcast(&lanes->changed);
	pthread_mutex_unlock(&lanes->lock);
	queue_fail(lanes->settings.queue, why);
}

/* A code for programs; "Device or resource busy" would tell nobody more. */
static int
with_code(struct error *err, int code)
{
	err->code = code;
	return -1;
}

static int
refuse_late(struct error *err)
{
	error_set(err, 0, "the host ends the earlier session; connect again");
	return with_code(err, EAGAIN);
}

/* The other source's HELLO came while ours is there, or was. */
static int
refuse_other(struct lanes *lanes, unsigned live, struct error *err)
{
	struct error why;

	if (live > 0 &&
		monotonic_ticks() - atomic_load(&lanes->heard) < SILENCE_SECONDS) {
		error_set(err, 0, "another source serves as machine %s",
			lanes->settings.enrolment->machine);
		with_code(err, EBUSY);
		return error_hint(err, "Each machine has an enrolment of its "
			"own: make one with `unrack enroll`.");
	}
	error_set(&why, 0, "the source was booted anew");
	with_code(&why, ECONNRESET);
	error_hint(&why, "The next session begins when it connects; what was "
		"captured is kept.");
	abandon(lanes, &why);
	return refuse_late(err);
}

/* Take the place of this number, from a lane that must be dead if need be. */
static int
enter(struct lanes *lanes, struct channel *channel, const struct hello *hello,
	struct error *err)
{
	struct channel **place = &lanes->channels[hello->lane];
	bool stopping, abandoned;
	unsigned live;

	pthread_mutex_lock(&lanes->lock);
	live = lanes->live;
	abandoned = lanes->abandoned;
	if (abandoned ||
		strcmp(hello->session, lanes->settings.session) != 0) {
		pthread_mutex_unlock(&lanes->lock);
		return abandoned ? refuse_late(err)
				 : refuse_other(lanes, live, err);
	}
	while (*place != NULL && !lanes->stopping) {
		channel_interrupt(*place);
		pthread_cond_wait(&lanes->changed, &lanes->lock);
	}
	stopping = lanes->stopping;
	if (!stopping) {
		*place = channel;
		lanes->live++;
		atomic_store(&lanes->heard, monotonic_ticks());
	}
	pthread_mutex_unlock(&lanes->lock);
	if (!stopping)
		return 0;
	error_set(err, 0, "the session is over");
	return with_code(err, ESHUTDOWN);
}

static void
leave(struct lanes *lanes, struct channel *channel, unsigned number, bool said)
{
	pthread_mutex_lock(&lanes->lock);
	lanes->channels[number] = NULL;
	lanes->received_bytes += channel_received_bytes(channel);
	lanes->sent_bytes += channel_sent_bytes(channel);
	lanes->receiving_us += channel_receiving_us(channel);
	if (--lanes->live == 0)
		lanes->lost_since = monotonic_ticks();
	lanes->said |= said;
	pthread_cond_broadcast(&lanes->changed);
	pthread_mutex_unlock(&lanes->lock);
}

/* Serve until the lane ends; the place is ours meanwhile. */
static void
serve_lane(struct lanes *lanes, struct channel *channel, unsigned number)
{
	struct error err = {0};
	int failed;

	failed = welcome_send(channel, &lanes->settings.welcome, &err);
	if (failed == 0)
		failed = lane_run(channel, &lanes->work, number, &err);
	if (failed)
		log_debug("lane %u: %s", number, err.text);
	leave(lanes, channel, number, !failed);
}

/* Show lanes_stop() a channel that is no lane yet, or take it away with NULL. */
static void
set_greeting(struct arrival *arrival, struct channel *channel)
{
	struct lanes *lanes = arrival->lanes;

	pthread_mutex_lock(&lanes->lock);
	arrival->greeting = channel;
	if (channel != NULL && lanes->stopping)
		channel_interrupt(channel);
	pthread_mutex_unlock(&lanes->lock);
}

static int
hear_hello(struct arrival *arrival, struct channel *channel, struct error *err)
{
	struct lanes *lanes = arrival->lanes;
	const uint8_t *payload;
	struct hello hello;
	struct frame frame;
	unsigned number;
	int failed;

	set_greeting(arrival, channel);
	failed = channel_receive(channel, &frame, &payload, HANDSHAKE_SECONDS,
		err);
	set_greeting(arrival, NULL);
	if (failed)
		return -1;
	if (frame.type != FRAME_HELLO)
		return error_set(err, EBADMSG, "%s before HELLO",
			frame_type_name(frame.type));
	if (hello_parse(&hello, payload, frame.payload_bytes, err) == -1)
		return -1;
	number = hello.lane;
	failed = number < MESSAGE_LANES_LIMIT
		? enter(lanes, channel, &hello, err)
		: error_set(err, EBADMSG, "HELLO of lane %u", number);
	hello_release(&hello);
	if (failed)
		return -1;
	serve_lane(lanes, channel, number);
	return 0;
}

/* It proved its key, or failed to. */
static void
leave_crowd(struct arrival *arrival)
{
	struct lanes *lanes = arrival->lanes;

	pthread_mutex_lock(&lanes->lock);
	if (arrival->place != -1)
		crowd_leave(&lanes->crowd, (unsigned)arrival->place);
	arrival->place = -1;
	fd_closep(&arrival->grip_fd); /* or the connection would not end */
	arrival->grip_fd = -1;
	pthread_mutex_unlock(&lanes->lock);
}

static int
prove(struct arrival *arrival, struct channel **channel_out, struct error *err)
{
	int failed = channel_accept(channel_out, arrival->fd,
		arrival->lanes->settings.enrolment, HANDSHAKE_SECONDS, err);

	leave_crowd(arrival);
	return failed;
}

static void
arrive(struct lanes *lanes, struct arrival *arrival)
{
	struct channel *channel = arrival->channel;
	struct error err = {0};

	if (channel != NULL) {
		serve_lane(lanes, channel, 0);
	} else if (prove(arrival, &channel, &err) == -1) {
		log_info("%s: %s", lanes->settings.enrolment->machine,
			err.text);
		return;
	} else if (hear_hello(arrival, channel, &err) == -1) {
		log_info("%s: %s", lanes->settings.enrolment->machine,
			err.text);
		channel_send_error(channel, &err);
	}
	channel_close(channel);
}

static void *
arrival_thread(void *context)
{
	struct arrival *arrival = context;
	struct lanes *lanes = arrival->lanes;

	arrive(lanes, arrival);
	pthread_mutex_lock(&lanes->lock);
	arrival->ended = true;
	lanes->threads--;
	pthread_cond_broadcast(&lanes->changed);
	pthread_mutex_unlock(&lanes->lock);
	return NULL;
}

/* With the lock held: a place among those who prove their key. */
static void
enter_crowd(struct lanes *lanes, struct arrival *arrival)
{
	int victim;
	unsigned place = crowd_enter(&lanes->crowd, arrival->fd, &victim);

	arrival->place = (int)place;
	for (struct arrival *at = lanes->arrivals; at != NULL; at = at->next)
		if (victim != -1 && at->place == victim) {
			at->place = -1;
			shutdown(at->grip_fd, SHUT_RDWR);
		}
}

/* Returns an errno value. */
static int
start_thread(struct lanes *lanes, struct arrival *arrival)
{
	int failed = EAGAIN;

	pthread_mutex_lock(&lanes->lock);
	if (arrival->grip_fd != -1)
		enter_crowd(lanes, arrival);
	if (lanes->threads < THREADS_LIMIT && !lanes->stopping)
		failed = pthread_create(&arrival->thread, NULL, arrival_thread,
			arrival);
	if (failed == 0) {
		arrival->next = lanes->arrivals;
		lanes->arrivals = arrival;
		lanes->threads++;
	}
	pthread_mutex_unlock(&lanes->lock);
	return failed;
}

/* Takes the descriptor or the channel in any case. */
static int
start_arrival(struct lanes *lanes, int fd, struct channel *channel,
	struct error *err)
{
	struct arrival *arrival = calloc(1, sizeof *arrival);
	int failed = ENOMEM;

	if (arrival != NULL) {
		arrival->lanes = lanes;
		arrival->fd = fd;
		arrival->channel = channel;
		arrival->place = -1;
		arrival->grip_fd = fd == -1
			? -1
			: fcntl(fd, F_DUPFD_CLOEXEC, 0);
		failed = start_thread(lanes, arrival);
	}
	if (failed == 0)
		return 0;
	if (arrival != NULL)
		leave_crowd(arrival);
	free(arrival);
	fd_closep(&fd);
	channel_close(channel);
	return error_set(err, failed, "serve another connection");
}

/*
 * Join the threads that ended.  They are not detached: libcrypto's share of a
 * thread's end must not run into that of the process.
 */
static void
reap(struct lanes *lanes)
{
	struct arrival *ended = NULL, *next;

	pthread_mutex_lock(&lanes->lock);
	for (struct arrival **at = &lanes->arrivals; *at != NULL;) {
		struct arrival *arrival = *at;

		if (!arrival->ended) {
			at = &arrival->next;
			continue;
		}
		*at = arrival->next;
		arrival->next = ended;
		ended = arrival;
	}
	pthread_mutex_unlock(&lanes->lock);
	for (; ended != NULL; ended = next) {
		next = ended->next;
		pthread_join(ended->thread, NULL);
		free(ended);
	}
}

static void
open_door(struct lanes *lanes)
{
	struct error err = {0};
	int fd;

	if (rendezvous_receive(&fd, lanes->listen_fd, &err) == -1 ||
		start_arrival(lanes, fd, NULL, &err) == -1)
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
	with_code(&why, ETIMEDOUT);
	error_hint(&why, "What was captured is kept: start unrack-capture "
		"again to go on.");
	abandon(lanes, &why);
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

static void *
door_thread(void *context)
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
		reap(lanes);
		check_patience(lanes);
		tick_roster(lanes);
		lanes->settings.tick(lanes->settings.context);
	}
}

static void
watch_signals(struct lanes *lanes)
{
	struct sigaction action = {.sa_handler = on_signal,
		.sa_flags = SA_RESTART};

	signal_fd = lanes->event_fd;
	sigemptyset(&action.sa_mask);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
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
	if (pthread_create(&lanes->door, NULL, door_thread, lanes) != 0)
		return error_set(err, EAGAIN, "begin the session");
	watch_signals(lanes);
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
	if (start_arrival(lanes, -1, channel, err) == 0)
		return 0;
	pthread_mutex_lock(&lanes->lock);
	lanes->channels[0] = NULL;
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
	wake_door(lanes->event_fd, event_stop);
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
	reap(lanes);
	unlink(lanes->settings.socket_path);
	close(lanes->listen_fd);
	close(lanes->event_fd);
	pthread_mutex_destroy(&lanes->lock);
	pthread_cond_destroy(&lanes->changed);
	free(lanes);
}
