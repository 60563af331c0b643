/* A QEMU at the other end of a socket pair that says what a test wants. */
#include "tests/harness.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/json.h"
#include "common/own.h"
#include "convert/verify/qmp.h"

#define GREETING "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n"
#define YES "{\"return\": {}}\r\n"

struct fake {
	int fd;
	const char *const *answers; /* one per request; the first unasked */
	char requests[4096];
	pthread_t thread;
};

static void *
play(void *cookie)
{
	struct fake *fake = cookie;
	size_t used = 0, lines = 0;

	for (size_t i = 0; fake->answers[i] != NULL; i++) {
		const char *text = fake->answers[i];

		while (lines < i) {
			ssize_t got = read(fake->fd, fake->requests + used, 1);

			if (got <= 0)
				return NULL;
			lines += fake->requests[used++] == '\n';
		}
		/* In small pieces: a message may come in any. */
		while (*text != '\0') {
			size_t piece = strlen(text) < 7 ? strlen(text) : 7;

			if (write(fake->fd, text, piece) <= 0)
				return NULL;
			text += piece;
		}
	}
	shutdown(fake->fd, SHUT_WR);
	return NULL;
}

static int
open_fake(struct fake *fake, const char *const *answers, struct qmp **qmp_out,
	struct error *err)
{
	int pair[2];

	memset(fake, 0, sizeof *fake);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	fake->fd = pair[0];
	fake->answers = answers;
	assert_int_equal(pthread_create(&fake->thread, NULL, play, fake), 0);
	return qmp_open(qmp_out, pair[1], err);
}

static void
close_fake(struct fake *fake, struct qmp *qmp)
{
	qmp_close(qmp);
	pthread_join(fake->thread, NULL);
	close(fake->fd);
}

static void
answers_and_events_are_told_apart(void **state)
{
	static const char *const answers[] = {GREETING, YES,
		"{\"event\": \"SHUTDOWN\", \"data\": {\"guest\": true, "
		"\"reason\": \"guest-reset\"}}\r\n"
		"{\"return\": {\"status\": \"running\"}}\r\n", NULL};
	AUTO(json_decrefpp) json_t *result = NULL;
	struct error err = {0};
	struct qmp *qmp = NULL;
	struct fake fake;

	(void)state;
	assert_ok(open_fake(&fake, answers, &qmp, &err), &err);
	assert_null(qmp_stop_reason(qmp));
	assert_ok(qmp_run(qmp, "query-status", NULL, &result, &err), &err);
	assert_string_equal(json_text(result, "status", ""), "running");
	assert_string_equal(qmp_stop_reason(qmp), "guest-reset");
	assert_false(qmp_has_panicked(qmp));
	assert_non_null(strstr(fake.requests, "\"qmp_capabilities\""));
	close_fake(&fake, qmp);
}

static void
refusal_keeps_the_words_of_qemu(void **state)
{
	static const char *const answers[] = {GREETING, YES,
		"{\"error\": {\"class\": \"GenericError\", \"desc\": "
		"\"no such file\"}}\r\n", NULL};
	struct error err = {0};
	struct qmp *qmp = NULL;
	struct fake fake;

	(void)state;
	assert_ok(open_fake(&fake, answers, &qmp, &err), &err);
	assert_int_equal(qmp_picture(qmp, "/nonexistent/x.png", &err), -1);
	assert_non_null(strstr(err.text, "no such file"));
	assert_non_null(strstr(fake.requests,
		"\"arguments\":{\"filename\":\"/nonexistent/x.png\","
		"\"format\":\"png\"}"));
	close_fake(&fake, qmp);
}

static void
end_of_qemu_is_a_failure_and_no_wait(void **state)
{
	static const char *const silent[] = {NULL};
	static const char *const answers[] = {GREETING, YES, NULL};
	struct error err = {0};
	struct qmp *qmp = NULL;
	struct fake fake;

	(void)state;
	assert_int_equal(open_fake(&fake, silent, &qmp, &err), -1);
	assert_int_equal(err.code, EPIPE);
	close_fake(&fake, NULL);
	assert_ok(open_fake(&fake, answers, &qmp, &err), &err);
	assert_int_equal(qmp_run(qmp, "cont", NULL, NULL, &err), -1);
	assert_int_equal(err.code, EPIPE);
	close_fake(&fake, qmp);
}

static void
nonsense_is_refused(void **state)
{
	static const char *const answers[] = {"HTTP/1.0 200 OK\r\n", NULL};
	struct error err = {0};
	struct qmp *qmp = NULL;
	struct fake fake;

	(void)state;
	assert_int_equal(open_fake(&fake, answers, &qmp, &err), -1);
	assert_int_equal(err.code, EBADMSG);
	close_fake(&fake, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_and_events_are_told_apart),
		cmocka_unit_test(refusal_keeps_the_words_of_qemu),
		cmocka_unit_test(end_of_qemu_is_a_failure_and_no_wait),
		cmocka_unit_test(nonsense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
