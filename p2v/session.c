/*
 * The connections to the host: lane 0 first, which carries the inventory and is
 * told how many others the host wants, then those.  A lane that is lost comes
 * back on its own; nothing is remembered between two connections but the
 * session's id.  What a lane does is in lane.c.
 */
#include "p2v/session.h"

#include <errno.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "common/error.h"
#include "common/log.h"
#include "common/own.h"
#include "p2v/backoff.h"
#include "p2v/cpu.h"
#include "p2v/lane.h"
#include "p2v/screen.h"
#include "wire/channel.h"
#include "wire/hash.h"

enum {
	/* Each lane takes about 5 MB: all stay below 64 MB. */
	LANES = 8,
	CONNECT_SECONDS = 10,
	WELCOME_SECONDS = 60,
};

struct member {
	struct session *session;
	unsigned index;
	pthread_t thread;
	bool started;
	struct channel *channel; /* under the lock; NULL while not connected */
	char told[sizeof((struct error *)NULL)->text]; /* the last failure */
};

struct session {
	const struct session_plan *plan;
	struct offer offer;
	char id[MESSAGE_SESSION_BYTES];

	pthread_mutex_t lock; /* for all below */
	pthread_cond_t changed;
	struct member members[LANES];
	unsigned lanes;	 /* that the host wants */
	bool connected;	 /* lane 0 is */
	bool was_connected;
	bool stopping;
	bool closed; /* by the host */
	struct closing closing;
};

/* Random for each run of this program: one run is one boot of the live image. */
static int
make_id(char id_out[MESSAGE_SESSION_BYTES], struct error *err)
{
	uint8_t random[(MESSAGE_SESSION_BYTES - 1) / 2];

	if (RAND_bytes(random, sizeof random) != 1)
		return error_set(err, EIO, "make a session id");
	for (size_t i = 0; i < sizeof random; i++)
		snprintf(id_out + 2 * i, 3, "%02x", random[i]);
	return 0;
}

static void
stop(struct session *session)
{
	pthread_mutex_lock(&session->lock);
	session->stopping = true;
	for (unsigned i = 0; i < LANES; i++)
		if (session->members[i].channel != NULL)
			channel_interrupt(session->members[i].channel);
	pthread_cond_broadcast(&session->changed);
	pthread_mutex_unlock(&session->lock);
}

/* Show a channel to stop(), or take it away with NULL.  -1 when stopping. */
static int
set_channel(struct member *member, struct channel *channel)
{
	struct session *session = member->session;
	bool stopping;

	pthread_mutex_lock(&session->lock);
	stopping = session->stopping;
	member->channel = stopping ? NULL : channel;
	if (member->index == 0 && channel == NULL)
		session->connected = false;
	pthread_mutex_unlock(&session->lock);
	return stopping ? -1 : 0;
}

static int
say_hello(const struct member *member, struct channel *channel,
	struct error *err)
{
	const struct session_plan *plan = member->session->plan;
	struct hello hello = {
		.version = FRAME_VERSION,
		.lane = member->index,
		.program = "unrack-capture " UNRACK_VERSION,
		.codecs = {true, true, true, true},
		.hash = HASH_NAME,
		.cores = cpu_count(),
	};

	memcpy(hello.session, member->session->id, sizeof hello.session);
	snprintf(hello.mode, sizeof hello.mode, "%s", plan->mode);
	/* Only lent: `hello` is not released. */
	if (member->index == 0)
		hello.inventory = plan->inventory;
	return hello_send(channel, &hello, err);
}

static int
await_welcome(struct channel *channel, struct welcome *welcome_out,
	struct error *err)
{
	const uint8_t *payload;
	struct frame frame;

	if (channel_receive(channel, &frame, &payload, WELCOME_SECONDS, err) ==
		-1)
		return -1;
	if (frame.type != FRAME_WELCOME)
		return error_set(err, EBADMSG, "%s instead of a welcome",
			frame_type_name(frame.type));
	if (welcome_parse(welcome_out, payload, frame.payload_bytes, err) == -1)
		return -1;
	if (welcome_out->version != FRAME_VERSION)
		return error_set(err, EPROTO, "the host speaks version %u of "
			"the protocol, this program %d", welcome_out->version,
			FRAME_VERSION);
	return 0;
}

static void *run_member(void *context);

/* Lane 0 was welcomed: let the others connect. */
static void
open_others(struct session *session, const struct welcome *welcome)
{
	unsigned most = session->plan->lanes;

	if (most == 0 || most > LANES)
		most = LANES;
	pthread_mutex_lock(&session->lock);
	session->lanes = welcome->lanes < most ? welcome->lanes : most;
	session->connected = session->was_connected = true;
	for (unsigned i = 1; i < session->lanes; i++) {
		struct member *member = &session->members[i];

		if (!member->started && pthread_create(&member->thread, NULL,
						run_member, member) == 0)
			member->started = true;
	}
	pthread_cond_broadcast(&session->changed);
	pthread_mutex_unlock(&session->lock);
}

static void
greet(const struct member *member, struct channel *channel,
	const struct welcome *welcome)
{
	struct session *session = member->session;

	log_debug("lane %u: %s, %s, packing with %s", member->index,
		channel_peer(channel), channel_cipher(channel),
		codec_name(welcome->codec));
	if (member->index != 0)
		return;
	open_others(session, welcome);
	screen_line(session->plan->screen, "connected to %s as machine %s",
		channel_peer(channel), session->plan->enrolment->machine);
	screen_status(session->plan->screen, "%s", "");
}

static void
note_closing(struct session *session, const struct closing *closing)
{
	pthread_mutex_lock(&session->lock);
	session->closed = true;
	session->closing = *closing;
	pthread_mutex_unlock(&session->lock);
}

OWN_DEFINE(struct channel, channel_close)

/*
 * From connecting to the loss of the connection (-1) or the end of the session
 * (0).  *welcomed_out tells how far it came.
 */
static int
serve_once(struct member *member, struct lane *lane, bool *welcomed_out,
	struct error *err)
{
	AUTO(channel_closep) struct channel *channel = NULL;
	struct closing closing;
	struct welcome welcome;
	int result;

	*welcomed_out = false;
	if (channel_connect(&channel, member->session->plan->enrolment,
		    CONNECT_SECONDS, err) == -1)
		return -1;
	if (set_channel(member, channel) == -1)
		return 0;
	result = say_hello(member, channel, err);
	if (result == 0)
		result = await_welcome(channel, &welcome, err);
	if (result == 0) {
		*welcomed_out = true;
		greet(member, channel, &welcome);
		result = lane_serve(lane, channel, welcome.codec, &closing,
			err);
	}
	set_channel(member, NULL);
	if (result == 1)
		note_closing(member->session, &closing);
	return result == -1 ? -1 : 0;
}

static struct timespec
later(unsigned ms)
{
	struct timespec when;

	clock_gettime(CLOCK_MONOTONIC, &when);
	when.tv_sec += ms / 1000;
	when.tv_nsec += (long)(ms % 1000) * 1000000;
	if (when.tv_nsec >= 1000000000) {
		when.tv_sec++;
		when.tv_nsec -= 1000000000;
	}
	return when;
}

/* Wait `ms` unless the session stops. */
static void
rest(struct session *session, unsigned ms)
{
	struct timespec until = later(ms);

	pthread_mutex_lock(&session->lock);
	while (!session->stopping &&
		pthread_cond_timedwait(&session->changed, &session->lock,
			&until) == 0)
		;
	pthread_mutex_unlock(&session->lock);
}

/*
 * Whether a lane may connect now: lane 0 always, others once it is there and
 * while the host wants so many.  Waits for that; false means the end.
 */
static bool
may_connect(struct member *member)
{
	struct session *session = member->session;
	bool may;

	pthread_mutex_lock(&session->lock);
	while (!session->stopping && member->index != 0 &&
		(!session->connected || member->index >= session->lanes))
		pthread_cond_wait(&session->changed, &session->lock);
	may = !session->stopping;
	pthread_mutex_unlock(&session->lock);
	return may;
}

/*
 * Only lane 0 speaks: the others share its fate.  A reason is told once, not
 * each time that it keeps us from connecting.
 */
static void
tell_loss(struct member *member, bool welcomed, unsigned wait_ms,
	const struct error *err)
{
	const struct session_plan *plan = member->session->plan;

	log_debug("lane %u: %s", member->index, err->text);
	if (member->index != 0)
		return;
	if (welcomed)
		screen_line(plan->screen, "the connection was lost");
	if (welcomed || strcmp(member->told, err->text) != 0)
		screen_error(plan->screen, err);
	snprintf(member->told, sizeof member->told, "%s", err->text);
	screen_status(plan->screen, "connecting to %s ... retrying in %u.%u s: "
		"%s", plan->enrolment->server, wait_ms / 1000,
		wait_ms % 1000 / 100, err->text);
}

static bool
is_stopping(struct session *session)
{
	bool stopping;

	pthread_mutex_lock(&session->lock);
	stopping = session->stopping;
	pthread_mutex_unlock(&session->lock);
	return stopping;
}

/* What trying again will not change. */
static bool
is_final(const struct session *session, const struct error *err)
{
	return session->plan->once ||
		(err->code == EACCES && !session->was_connected);
}

/* One lane from the first connection to the end of the session. */
static int
keep_serving(struct member *member, struct lane *lane, struct error *err)
{
	struct session *session = member->session;
	struct backoff backoff = {0};
	unsigned wait_ms;
	bool welcomed;

	while (may_connect(member)) {
		if (serve_once(member, lane, &welcomed, err) == 0)
			return 0;
		if (is_stopping(session))
			break;
		if (member->index == 0 && is_final(session, err))
			return -1;
		if (welcomed)
			backoff_reset(&backoff);
		wait_ms = backoff_next_ms(&backoff);
		tell_loss(member, welcomed, wait_ms, err);
		rest(session, wait_ms);
	}
	return 0;
}

static int
serve_member(struct member *member, struct error *err)
{
	AUTO(lane_freep) struct lane *lane = NULL;

	if (lane_new(&lane, &member->session->offer, err) == -1)
		return -1;
	return keep_serving(member, lane, err);
}

/* A lane other than the first; the host does with fewer when it cannot be. */
static void *
run_member(void *context)
{
	struct member *member = context;
	struct error err = {0};

	if (serve_member(member, &err) == -1)
		log_debug("lane %u: %s", member->index, err.text);
	else
		stop(member->session); /* the host closed it, or we stop */
	return NULL;
}

static void
on_notice(void *context, const struct notice *notice)
{
	const struct session *session = context;

	screen_notice(session->plan->screen, notice);
}

static void
on_bad_sectors(void *context, const char *disk, uint64_t offset_bytes,
	unsigned count)
{
	const struct session *session = context;

	screen_line(session->plan->screen, "warning: %s has %u unreadable "
		"sectors behind byte %ju; they are served as zeros", disk,
		count, (uintmax_t)offset_bytes);
}

static void
termination_signals(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGUSR1); /* ends the thread that waits for them */
}

static void *
await_signal(void *context)
{
	sigset_t signals;
	int got;

	termination_signals(&signals);
	sigwait(&signals, &got);
	stop(context);
	return NULL;
}

static void
session_init(struct session *session, const struct session_plan *plan)
{
	pthread_condattr_t attributes;

	session->plan = plan;
	session->offer = (struct offer){plan->sources, plan->count, on_notice,
		on_bad_sectors, session, 0};
	pthread_mutex_init(&session->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&session->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	for (unsigned i = 0; i < LANES; i++)
		session->members[i] = (struct member){.session = session,
			.index = i};
}

/* Every thread but ours has ended afterwards. */
static void
session_end(struct session *session, pthread_t waiter)
{
	stop(session);
	pthread_kill(waiter, SIGUSR1);
	pthread_join(waiter, NULL);
	for (unsigned i = 1; i < LANES; i++)
		if (session->members[i].started)
			pthread_join(session->members[i].thread, NULL);
	pthread_cond_destroy(&session->changed);
	pthread_mutex_destroy(&session->lock);
}

int
session_run(const struct session_plan *plan, struct closing *closing_out,
	struct error *err)
{
	struct session session = {0};
	sigset_t signals, before;
	pthread_t waiter;
	int result;

	*closing_out = (struct closing){0};
	if (make_id(session.id, err) == -1)
		return -1;
	session_init(&session, plan);
	/* The threads inherit that only the waiter gets these. */
	termination_signals(&signals);
	pthread_sigmask(SIG_BLOCK, &signals, &before);
	if (pthread_create(&waiter, NULL, await_signal, &session) != 0) {
		pthread_sigmask(SIG_SETMASK, &before, NULL);
		return error_set(err, EAGAIN, "start a thread");
	}
	screen_status(plan->screen, "connecting to %s ...",
		plan->enrolment->server);
	result = serve_member(&session.members[0], err);
	session_end(&session, waiter);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (session.closed) {
		*closing_out = session.closing;
		return 0;
	}
	return result;
}
