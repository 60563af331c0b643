/*
 * A connection on its way to become a lane, in a thread of its own: it proves the
 * key, says HELLO, and takes the place of its number, or is refused.
 */
#include "convert/serve/lanes-parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/error.h"
#include "common/log.h"
#include "common/monotonic.h"
#include "common/own.h"
#include "wire/channel.h"

enum {
	THREADS_LIMIT = 48,
	HANDSHAKE_SECONDS = 20,
	SILENCE_SECONDS = 15 /* then another boot may take over */
};

static int
refuse_late(struct error *err)
{
	error_set(err, 0, "the host ends the earlier session; connect again");
	return lanes_fail(err, EAGAIN);
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
		lanes_fail(err, EBUSY);
		return error_hint(err, "Each machine has an enrolment of its "
			"own: make one with `unrack enroll`.");
	}
	error_set(&why, 0, "the source was booted anew");
	lanes_fail(&why, ECONNRESET);
	error_hint(&why, "The next session begins when it connects; what was "
		"captured is kept.");
	lanes_abandon(lanes, &why);
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
	return lanes_fail(err, ESHUTDOWN);
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

int
lanes_arrive(struct lanes *lanes, int fd, struct channel *channel,
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
	if (channel != NULL) { /* nobody may interrupt it any more */
		pthread_mutex_lock(&lanes->lock);
		lanes->channels[0] = NULL;
		pthread_mutex_unlock(&lanes->lock);
		channel_close(channel);
	}
	return error_set(err, failed, "serve another connection");
}

/*
 * Join the threads that ended.  They are not detached: libcrypto's share of a
 * thread's end must not run into that of the process.
 */
void
lanes_reap(struct lanes *lanes)
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
