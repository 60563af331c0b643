/* Before TLS: addresses, ports and the preamble. */
#include "tests/harness.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/wire/lanes.h"

static void
assert_connect_fails(const char *server, int code, const char *says)
{
	struct channel *channel = NULL;
	struct enrolment enrolment;
	struct error err = {0};

	assert_ok(key_make(&enrolment, "machine-1", NULL, &err), &err);
	strcpy(enrolment.server, server);
	assert_int_equal(channel_connect(&channel, &enrolment, 30, &err), -1);
	assert_says(&err, says);
	assert_int_equal(err.code, code);
	assert_string_not_equal(err.hint, "");
}

static void
a_closed_port_says_what_to_check(void **state)
{
	struct enrolment enrolment = {0};

	(void)state;
	close(listen_on_loopback(&enrolment));
	assert_connect_fails(enrolment.server, ECONNREFUSED, "127.0.0.1");
}

int __wrap_getaddrinfo(const char *host, const char *port,
	const struct addrinfo *wanted, struct addrinfo **out);
int __real_getaddrinfo(const char *host, const char *port,
	const struct addrinfo *wanted, struct addrinfo **out);

int
__wrap_getaddrinfo(const char *host, const char *port,
	const struct addrinfo *wanted, struct addrinfo **out)
{
	if (strcmp(host, "nowhere") == 0)
		return EAI_NONAME;
	return __real_getaddrinfo(host, port, wanted, out);
}

static void
an_unknown_name_says_what_to_check(void **state)
{
	(void)state;
	assert_connect_fails("nowhere", 0, "find nowhere");
}

static void
an_enrolment_without_a_host_says_what_to_add(void **state)
{
	(void)state;
	assert_connect_fails("", EINVAL, "names no host");
}

static void
assert_preamble_refused(const char preamble[PREAMBLE_BYTES])
{
	char machine[KEY_NAME_BYTES] = "untouched";
	struct error err = {0};
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(send(ends[0], preamble, PREAMBLE_BYTES, 0),
		PREAMBLE_BYTES);
	assert_int_equal(channel_read_preamble(ends[1], machine, 30, &err), -1);
	assert_int_equal(err.code, EBADMSG);
	assert_string_equal(machine, "untouched");
	close(ends[0]);
	close(ends[1]);
}

static void
a_garbled_preamble_is_refused(void **state)
{
	static const char preambles[][PREAMBLE_BYTES] = {
		"\x16\x03\x01\x02\x00\x01", /* TLS at once */
		"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"UNRACK2\nmachine-1",
		"UNRACK1\n",
		"UNRACK1\n../../etc",
		"UNRACK1\nMachine",
		"UNRACK1\nmachine-1\0x",
	};
	char full[PREAMBLE_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof preambles / sizeof preambles[0]; i++)
		assert_preamble_refused(preambles[i]);
	memset(full, 'a', sizeof full);
	memcpy(full, "UNRACK1\n", 8);
	assert_preamble_refused(full); /* a name without end */
	memset(full + 9, 0, sizeof full - 9);
	full[PREAMBLE_BYTES - 1] = 'a';
	assert_preamble_refused(full); /* and more behind it */
}

static void
the_preamble_is_read_to_its_end_and_no_further(void **state)
{
	char preamble[PREAMBLE_BYTES + 1] = "UNRACK1\nmachine-1";
	char machine[KEY_NAME_BYTES], next = 0;
	struct error err;
	int ends[2];

	(void)state;
	preamble[PREAMBLE_BYTES] = 'T';
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(send(ends[0], preamble, sizeof preamble, 0),
		sizeof preamble);
	assert_ok(channel_read_preamble(ends[1], machine, 30, &err), &err);
	assert_string_equal(machine, "machine-1");
	assert_int_equal(recv(ends[1], &next, 1, 0), 1);
	assert_int_equal(next, 'T');
	close(ends[0]);
	close(ends[1]);
}

static void *
drip_preamble(void *argument)
{
	const int *fd = argument;
	char preamble[PREAMBLE_BYTES] = "UNRACK1\nmachine-1";

	for (size_t i = 0; i < sizeof preamble; i++) {
		if (send(*fd, preamble + i, 1, MSG_NOSIGNAL) == -1)
			break;
		usleep(100000);
	}
	return NULL;
}

static void
a_preamble_in_drips_is_a_timeout(void **state)
{
	char machine[KEY_NAME_BYTES];
	struct error err = {0};
	pthread_t thread;
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	pthread_create(&thread, NULL, drip_preamble, &ends[0]);
	assert_int_equal(channel_read_preamble(ends[1], machine, 1, &err), -1);
	assert_int_equal(err.code, ETIMEDOUT);
	close(ends[1]);
	pthread_join(thread, NULL);
	close(ends[0]);
}

static void
a_cut_preamble_is_a_lost_connection(void **state)
{
	char machine[KEY_NAME_BYTES];
	struct error err = {0};
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(send(ends[0], "UNRACK1\nmach", 12, 0), 12);
	close(ends[0]);
	assert_int_equal(channel_read_preamble(ends[1], machine, 30, &err), -1);
	assert_int_equal(err.code, ECONNRESET);
	close(ends[1]);
}

static void
a_handshake_that_does_not_come_is_a_timeout(void **state)
{
	struct channel *channel = NULL;
	struct enrolment enrolment;
	struct error err = {0};
	int ends[2];

	(void)state;
	assert_ok(key_make(&enrolment, "machine-1", NULL, &err), &err);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(channel_accept(&channel, ends[1], &enrolment, 1, &err),
		-1);
	assert_int_equal(err.code, ETIMEDOUT);
	close(ends[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_closed_port_says_what_to_check),
		cmocka_unit_test(an_unknown_name_says_what_to_check),
		cmocka_unit_test(an_enrolment_without_a_host_says_what_to_add),
		cmocka_unit_test(a_garbled_preamble_is_refused),
		cmocka_unit_test(
			the_preamble_is_read_to_its_end_and_no_further),
		cmocka_unit_test(a_preamble_in_drips_is_a_timeout),
		cmocka_unit_test(a_cut_preamble_is_a_lost_connection),
		cmocka_unit_test(a_handshake_that_does_not_come_is_a_timeout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
