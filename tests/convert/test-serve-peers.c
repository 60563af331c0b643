/* Who may join a session, who may not, and who is gone or silent. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/io.h"
#include "common/log.h"
#include "common/own.h"
#include "convert/serve/session.h"
#include "convert/state/machine.h"
#include "tests/convert/serving.h"
#include "tests/harness.h"
#include "wire/tcp.h"

static void
a_wrong_key_makes_nothing(void **state)
{
	struct host *host = *state;
	struct enrolment wrong = host->enrolment;
	struct peer peer = serving_peer(host, serving_boot1);
	struct channel *channel;
	struct error err = {0};

	host_start(host, host_job_capture);
	wrong.key[0] ^= 1;
	peer.enrolment = &wrong;
	assert_int_equal(peer_open(&peer, &channel, 0, &err), -1);
	assert_int_equal(access(host_path(host, "inventory.json"), F_OK), -1);
	assert_int_equal(access(host_path(host, "capture/sda.raw"), F_OK), -1);
}

static void
an_unknown_machine_makes_nothing(void **state)
{
	struct host *host = *state;
	struct enrolment stranger = host->enrolment;
	struct peer peer = serving_peer(host, serving_boot1);
	struct channel *channel;
	struct error err = {0};
	struct stat st;
	char path[128];

	host_start(host, host_job_capture);
	strcpy(stranger.machine, "web2");
	peer.enrolment = &stranger;
	assert_int_equal(peer_open(&peer, &channel, 0, &err), -1);
	snprintf(path, sizeof path, "%s/machines/web2", host->folder);
	assert_int_equal(stat(path, &st), -1);
}

static void
a_lane_without_a_session_is_told_to_wait(void **state)
{
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	struct channel *channel;
	struct error err = {0};

	host_start(host, host_job_capture);
	assert_int_equal(peer_open(&peer, &channel, 3, &err), -1);
	assert_int_equal(err.code, EREMOTEIO);
	assert_string_equal(err.text, "the other side gave up: there is no "
		"session that lane 3 could join; lane 0 comes first");
}

static void
a_machine_in_use_is_refused_with_the_reason(void **state)
{
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	AUTO(machine_closep) struct machine *machine = NULL;
	struct channel *channel;
	struct error err = {0};

	host_start(host, host_job_capture);
	assert_ok(machine_open(&machine, host->folder, "web1", &err), &err);
	assert_ok(machine_lock(machine, &err), &err);
	assert_int_equal(peer_open(&peer, &channel, 0, &err), -1);
	assert_int_equal(err.code, EREMOTEIO);
	assert_non_null(strstr(err.text, "in use"));
}

static void
a_source_that_stays_away_ends_the_session(void **state)
{
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	AUTO(freep) char *text = NULL;
	struct error err = {0};

	host->patience_seconds = 1;
	host_start(host, host_job_capture);
	peer.stop_after = 3;
	assert_int_equal(serving_once(&peer, &err), 2);
	for (;;) { /* until the session has ended */
		if (io_read_file(&text, NULL, host_path(host, "journal.jsonl"),
			    1 << 20, &err) == 0 &&
			strstr(text, "did not come back") != NULL)
			break;
		free(take(text));
		usleep(100000);
	}
	peer = serving_peer(host, serving_boot1);
	assert_int_equal(serving_once(&peer, &err), 1);
	assert_string_equal(peer.closing.verdict, "unproven");
	assert_int_equal(peer.read_bytes, sizeof serving_disk - (3 << 20));
	serving_assert_same(host_path(host, "capture/sda.raw"));
}

static void
who_never_says_hello_does_not_hold_up_the_end(void **state)
{
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	struct channel *first, *silent;
	const uint8_t *payload;
	struct error err = {0};
	struct frame frame;

	host_start(host, host_job_capture);
	first = serving_open(&peer, 0);
	assert_ok(channel_connect(&silent, &host->enrolment, 10, &err), &err);
	assert_int_equal(peer_serve(&peer, first, &err), 1);
	channel_close(first);
	/* Cut off at the end, not told at length that it waited too long. */
	assert_int_equal(channel_receive(silent, &frame, &payload, 60, &err),
		-1);
	assert_int_not_equal(err.code, EREMOTEIO);
	channel_close(silent);
}

/* The connection stays, but what crosses it is lost. */
static void
what_a_silent_lane_was_asked_for_is_asked_of_another(void **state)
{
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1), other = peer;
	struct channel *silent, *channel;
	struct error err = {0};

	host->silence_seconds = 1;
	host_start(host, host_job_capture);
	silent = serving_open(&peer, 0);
	peer.stop_after = 3;
	assert_int_equal(peer_serve(&peer, silent, &err), 2);
	channel = serving_open(&other, 1);
	assert_int_equal(peer_serve(&other, channel, &err), 1);
	serving_assert_same(host_path(host, "capture/sda.raw"));
	channel_close(channel);
	channel_close(silent);
}

/* A disk that needs longer than silence may last. */
static void
a_lane_that_says_that_it_lives_is_waited_for(void **state)
{
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	struct error err = {0};

	host->silence_seconds = 1;
	host_start(host, host_job_capture);
	peer.pongs = 10;
	assert_int_equal(serving_once(&peer, &err), 1);
	serving_assert_same(host_path(host, "capture/sda.raw"));
}

/* A connection that only names the machine. */
static int
connect_unproven(const struct host *host)
{
	char preamble[PREAMBLE_BYTES] = "UNRACK1\nweb1";
	const char *port = strchr(host->enrolment.server, ':') + 1;
	struct error err;
	int fd;

	assert_ok(tcp_connect(&fd, "127.0.0.1", port, 20, &err), &err);
	assert_ok(tcp_send(fd, preamble, sizeof preamble, -1, &err), &err);
	return fd;
}

/*
 * From their own address a lane may have to make way, as a source's does when the
 * host is busy; it comes again.  It never has to wait for their time to be over.
 */
static struct channel *
open_among_many(struct peer *peer, unsigned lane)
{
	struct channel *channel;
	struct error err = {0};

	for (int i = 0; i < 20; i++) {
		if (peer_open(peer, &channel, lane, &err) == 0)
			return channel;
		if (err.code == ETIMEDOUT)
			break;
	}
	fail_msg("%s", err.text);
	return NULL;
}

static void
who_knows_a_name_but_no_key_keeps_nobody_out(void **state)
{
	enum { MANY = 300 };
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	struct channel *lanes[4];
	int before[MANY], after[MANY];

	host_start(host, host_job_leave);
	for (int i = 0; i < MANY; i++)
		before[i] = connect_unproven(host);
	lanes[0] = open_among_many(&peer, 0);
	for (int i = 0; i < MANY; i++)
		after[i] = connect_unproven(host);
	for (unsigned i = 1; i < 4; i++)
		lanes[i] = open_among_many(&peer, i);
	for (int i = 0; i < MANY; i++) {
		close(before[i]);
		close(after[i]);
	}
	for (int i = 0; i < 4; i++)
		channel_close(lanes[i]);
}

static void
a_machine_waits_for_its_turn_and_is_told_its_place(void **state)
{
	struct host *host = *state;
	struct enrolment other;
	struct peer first = serving_peer(host, serving_boot1), second = first;
	struct channel *one, *two;
	struct error err = {0};
	const uint8_t *payload;
	struct notice notice = {.text = ""};
	struct frame frame;

	host->jobs = 1;
	host_enroll(host, "web2", &other);
	second.enrolment = &other;
	host_start(host, host_job_leave);
	one = serving_open(&first, 0);
	while (access(host_path(host, "run/disks.sock"), F_OK) == -1)
		usleep(10000);
	two = serving_open(&second, 0);
	while (strstr(notice.text, "behind 1 other machine;") == NULL) {
		assert_ok(channel_receive(two, &frame, &payload, 20, &err),
			&err);
		if (frame.type == FRAME_NOTICE)
			assert_ok(notice_parse(&notice, payload,
				frame.payload_bytes, &err), &err);
	}
	assert_int_equal(access(host_path_of(host, "web2", "run/disks.sock"),
		F_OK), -1);
	assert_ok(io_write_file(host_path(host, "left"), "", 0, 0600, &err),
		&err);
	assert_int_equal(peer_serve(&first, one, &err), 1);
	channel_close(one);
	assert_ok(io_write_file(host_path_of(host, "web2", "left"), "", 0, 0600,
		&err), &err);
	assert_int_equal(peer_serve(&second, two, &err), 1);
	channel_close(two);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SERVING_TEST(a_wrong_key_makes_nothing),
		SERVING_TEST(an_unknown_machine_makes_nothing),
		SERVING_TEST(a_lane_without_a_session_is_told_to_wait),
		SERVING_TEST(a_machine_in_use_is_refused_with_the_reason),
		SERVING_TEST(a_source_that_stays_away_ends_the_session),
		SERVING_TEST(who_never_says_hello_does_not_hold_up_the_end),
		SERVING_TEST(what_a_silent_lane_was_asked_for_is_asked_of_another),
		SERVING_TEST(a_lane_that_says_that_it_lives_is_waited_for),
		SERVING_TEST(who_knows_a_name_but_no_key_keeps_nobody_out),
		SERVING_TEST(a_machine_waits_for_its_turn_and_is_told_its_place),
	};

	log_open("test-serve-peers", false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
