/*
 * Passes bytes between a source and a host, and misbehaves when told to.
 */
#include "tests/wire/relay.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/harness.h"
#include "tests/wire/lanes.h"
#include "wire/tcp.h"

enum { CHUNK_BYTES = 64 << 10 };

static void
pass(int fd, const char *data, ssize_t bytes)
{
	tcp_send(fd, data, (size_t)bytes, -1, NULL);
}

/* What the source sent; each of its frames here is one small record. */
static void
pass_to_host(struct relay *relay, char *data, ssize_t bytes)
{
	enum relay_mischief mischief =
		atomic_exchange(&relay->mischief, RELAY_PASS);

	if (mischief == RELAY_CHANGE)
		data[bytes - 1] ^= 1;
	if (mischief == RELAY_CUT)
		bytes /= 2;
	pass(relay->host_fd, data, bytes);
	if (mischief == RELAY_DUPLICATE)
		pass(relay->host_fd, data, bytes);
	if (mischief == RELAY_CUT)
		shutdown(relay->host_fd, SHUT_WR);
}

static void *
run_relay(void *argument)
{
	static char data[CHUNK_BYTES];
	struct relay *relay = argument;
	int source_fd = accept(relay->listener, NULL, NULL);
	struct pollfd ends[] = {
		{.fd = source_fd, .events = POLLIN},
		{.fd = relay->host_fd, .events = POLLIN},
		{.fd = relay->stop[0]},
	};

	while (poll(ends, 3, -1) > 0 && ends[2].revents == 0) {
		for (int i = 0; i < 2; i++) {
			ssize_t got;

			if (ends[i].revents == 0)
				continue;
			got = recv(ends[i].fd, data, sizeof data, 0);
			if (got <= 0)
				ends[i].fd = -1;
			else if (i == 0)
				pass_to_host(relay, data, got);
			else
				pass(source_fd, data, got);
		}
	}
	close(source_fd);
	return NULL;
}

void
relay_start(struct relay *relay, struct enrolment *source)
{
	relay->host_fd = raw_connect(source);
	relay->listener = listen_on_loopback(source);
	atomic_init(&relay->mischief, RELAY_PASS);
	assert_int_equal(pipe(relay->stop), 0);
	assert_int_equal(
		pthread_create(&relay->thread, NULL, run_relay, relay), 0);
}

void
relay_do(struct relay *relay, enum relay_mischief mischief)
{
	atomic_store(&relay->mischief, mischief);
}

void
relay_stop(struct relay *relay)
{
	close(relay->stop[1]);
	pthread_join(relay->thread, NULL);
	close(relay->stop[0]);
	close(relay->listener);
	close(relay->host_fd);
}
