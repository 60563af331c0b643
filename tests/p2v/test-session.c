/* The source's side of a session: lanes, losses, the end. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tests/harness.h"

#include "common/io.h"
#include "common/own.h"
#include "p2v/screen.h"
#include "p2v/session.h"
#include "p2v/source.h"
#include "tests/p2v/fixture.h"
#include "tests/p2v/host.h"
#include "wire/block.h"

enum { DISK_BYTES = 4 * BLOCK_BYTES };

struct run {
	struct host host;
	struct enrolment enrolment;
	struct session_plan plan;
	struct source *source;
	char *folder, *screen_path;
	pthread_t thread;
	int result;
	struct closing closing;
	struct error err;
};

static void *
run_session(void *context)
{
	struct run *run = context;

	run->result = session_run(&run->plan, &run->closing, &run->err);
	return NULL;
}

static void
prepare(struct run *run)
{
	AUTO(freep) char *path = NULL;
	AUTO(freep) char *data = malloc(DISK_BYTES);
	struct error err = {0};
	const char *screen;

	memset(run, 0, sizeof *run);
	run->folder = fixture_folder();
	path = io_format("%s/disk", run->folder);
	run->screen_path = io_format("%s/screen", run->folder);
	memset(data, 'd', DISK_BYTES);
	assert_ok(io_write_file(path, data, DISK_BYTES, 0600, &err), &err);
	assert_ok(io_write_file(run->screen_path, "", 0, 0600, &err), &err);
	assert_ok(source_open(&run->source, path, false, &err), &err);
	host_open(&run->host, &run->enrolment);
	screen = run->screen_path;
	assert_ok(screen_open(&run->plan.screen, &screen, 1, &err), &err);
	run->plan.enrolment = &run->enrolment;
	run->plan.inventory = json_pack("{s:s}", "format",
		"unrack-inventory/1");
	run->plan.sources = &run->source;
	run->plan.count = 1;
	run->plan.mode = "assess";
}

static void
start(struct run *run)
{
	pthread_create(&run->thread, NULL, run_session, run);
}

static void
finish(struct run *run)
{
	pthread_join(run->thread, NULL);
	screen_close(run->plan.screen);
	source_close(run->source);
	json_decref(run->plan.inventory);
	host_close(&run->host);
}

static void
clean(struct run *run)
{
	fixture_remove(run->folder);
	free(run->screen_path);
}

/* Accept, hear the hello of the lane that is wanted, welcome it. */
static struct channel *
welcome_lane(struct run *run, struct hello *hello_out, unsigned lanes)
{
	struct channel *channel = host_accept(&run->host);

	assert_non_null(channel);
	host_hear_hello(channel, hello_out);
	host_welcome(channel, lanes);
	return channel;
}

static void
end_session(struct channel *channel)
{
	struct closing closing = {.verdict = "boots", .action = "reboot"};
	struct error err = {0};

	assert_ok(closing_send(channel, &closing, &err), &err);
	channel_close(channel);
}

static void
assert_on_screen(const struct run *run, const char *wanted)
{
	AUTO(freep) char *text = NULL;
	struct error err = {0};

	assert_ok(io_read_file(&text, NULL, run->screen_path, 1 << 20, &err),
		&err);
	if (strstr(text, wanted) == NULL)
		fail_msg("'%s' is not on the screen:\n%s", wanted, text);
}

static void
first_lane_tells_of_the_machine_and_the_others_follow(void **state)
{
	struct hello hello, others[2];
	struct channel *channel, *more[2];
	struct run run;

	(void)state;
	prepare(&run);
	start(&run);
	channel = welcome_lane(&run, &hello, 3);
	assert_int_equal(hello.lane, 0);
	assert_string_equal(hello.mode, "assess");
	assert_string_equal(hello.hash, HASH_NAME);
	assert_int_equal(strlen(hello.session), 32);
	assert_non_null(hello.inventory);
	for (int i = 0; i < 2; i++) {
		more[i] = welcome_lane(&run, &others[i], 3);
		assert_string_equal(others[i].session, hello.session);
		assert_null(others[i].inventory);
		hello_release(&others[i]);
	}
	assert_int_equal(others[0].lane + others[1].lane, 3);
	end_session(channel);
	finish(&run);
	for (int i = 0; i < 2; i++)
		channel_close(more[i]);
	hello_release(&hello);
	assert_int_equal(run.result, 0);
	assert_string_equal(run.closing.verdict, "boots");
	assert_string_equal(run.closing.action, "reboot");
	clean(&run);
}

static void
lost_connection_comes_back_as_the_same_session(void **state)
{
	struct hello first, second;
	const uint8_t *payload;
	struct channel *channel;
	struct frame frame;
	struct run run;

	(void)state;
	prepare(&run);
	start(&run);
	channel = welcome_lane(&run, &first, 1);
	host_ask(channel, FRAME_READ, 0, 0, BLOCK_BYTES);
	channel_close(channel); /* with a request in flight */

	channel = welcome_lane(&run, &second, 1);
	assert_string_equal(second.session, first.session);
	assert_non_null(second.inventory);
	host_ask(channel, FRAME_READ, 0, 0, DISK_BYTES);
	host_hear(channel, FRAME_DATA, &frame, &payload);
	end_session(channel);
	finish(&run);
	hello_release(&first);
	hello_release(&second);
	assert_int_equal(run.result, 0);
	assert_on_screen(&run, "the connection was lost");
	assert_on_screen(&run, "retrying in");
	clean(&run);
}

static void
other_lane_comes_back_on_its_own(void **state)
{
	struct hello hello, other, again;
	struct channel *channel, *lane;
	struct run run;

	(void)state;
	prepare(&run);
	start(&run);
	channel = welcome_lane(&run, &hello, 2);
	lane = welcome_lane(&run, &other, 2);
	channel_close(lane);
	lane = welcome_lane(&run, &again, 2);
	assert_int_equal(again.lane, 1);
	end_session(channel);
	finish(&run);
	channel_close(lane);
	hello_release(&hello);
	hello_release(&other);
	hello_release(&again);
	assert_int_equal(run.result, 0);
	clean(&run);
}

static void
new_run_is_a_new_session(void **state)
{
	char sessions[2][MESSAGE_SESSION_BYTES];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct hello hello;
		struct run run;

		prepare(&run);
		start(&run);
		end_session(welcome_lane(&run, &hello, 1));
		memcpy(sessions[i], hello.session, sizeof sessions[i]);
		hello_release(&hello);
		finish(&run);
		clean(&run);
	}
	assert_string_not_equal(sessions[0], sessions[1]);
}

static void
wrong_key_fails_at_once_and_says_what_to_do(void **state)
{
	struct run run;

	(void)state;
	prepare(&run);
	run.enrolment.key[0] ^= 1;
	start(&run);
	assert_null(host_accept(&run.host));
	finish(&run);
	assert_int_equal(run.result, -1);
	assert_int_equal(run.err.code, EACCES);
	assert_non_null(strstr(run.err.hint, "unrack enroll web1"));
	clean(&run);
}

static void
unreachable_host_fails_at_once_under_once(void **state)
{
	struct run run;

	(void)state;
	prepare(&run);
	run.plan.once = true;
	host_close(&run.host);
	run.host.listener = open("/dev/null", O_RDONLY);
	start(&run);
	finish(&run);
	assert_int_equal(run.result, -1);
	assert_int_equal(run.err.code, ECONNREFUSED);
	assert_string_not_equal(run.err.hint, "");
	clean(&run);
}

static void
loss_is_the_end_under_once(void **state)
{
	struct hello hello;
	struct run run;

	(void)state;
	prepare(&run);
	run.plan.once = true;
	start(&run);
	channel_close(welcome_lane(&run, &hello, 1));
	hello_release(&hello);
	finish(&run);
	assert_int_equal(run.result, -1);
	clean(&run);
}

static void
sigterm_ends_a_session_that_is_idle(void **state)
{
	struct channel *channel;
	struct hello hello;
	sigset_t term;
	struct run run;

	(void)state;
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &term, NULL); /* here, not in the session */
	prepare(&run);
	start(&run);
	channel = welcome_lane(&run, &hello, 1);
	kill(getpid(), SIGTERM);
	finish(&run);
	channel_close(channel);
	hello_release(&hello);
	assert_int_equal(run.result, 0);
	assert_string_equal(run.closing.action, "");
	pthread_sigmask(SIG_UNBLOCK, &term, NULL);
	clean(&run);
}

static void
refusal_by_the_host_is_shown_with_its_reason(void **state)
{
	struct error why = {.text = "\033[2Jdisk full", .hint = "make room"};
	struct channel *channel;
	struct hello hello;
	struct run run;

	(void)state;
	prepare(&run);
	start(&run);
	channel = host_accept(&run.host);
	host_hear_hello(channel, &hello);
	channel_send_error(channel, &why);
	channel_close(channel);
	hello_release(&hello);
	end_session(welcome_lane(&run, &hello, 1));
	hello_release(&hello);
	finish(&run);
	assert_on_screen(&run, "disk full\nmake room\n");
	clean(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			first_lane_tells_of_the_machine_and_the_others_follow),
		cmocka_unit_test(lost_connection_comes_back_as_the_same_session),
		cmocka_unit_test(other_lane_comes_back_on_its_own),
		cmocka_unit_test(new_run_is_a_new_session),
		cmocka_unit_test(wrong_key_fails_at_once_and_says_what_to_do),
		cmocka_unit_test(unreachable_host_fails_at_once_under_once),
		cmocka_unit_test(loss_is_the_end_under_once),
		cmocka_unit_test(sigterm_ends_a_session_that_is_idle),
		cmocka_unit_test(refusal_by_the_host_is_shown_with_its_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
