/*
 * Real sockets and real TLS for the tests of channel.c and message.c.
 */
#include "tests/wire/lanes.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/harness.h"
#include "wire/tcp.h"
#include "wire/tls.h"

static void *
serve_one(void *argument)
{
	struct host *host = argument;
	int fd = accept(host->listener, NULL, NULL);

	if (fd == -1) {
		error_set(&host->err, 0, "accept");
		return NULL;
	}
	if (channel_read_preamble(fd, host->machine, host->timeout_seconds,
		    &host->err) == -1) {
		close(fd);
		return NULL;
	}
	channel_accept(&host->channel, fd, &host->enrolment,
		host->timeout_seconds, &host->err);
	return NULL;
}

int
listen_on_loopback(struct enrolment *source)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t room = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, room), 0);
	assert_int_equal(listen(fd, 1), 0);
	getsockname(fd, (struct sockaddr *)&address, &room);
	snprintf(source->server, sizeof source->server, "127.0.0.1:%u",
		ntohs(address.sin_port));
	return fd;
}

void
host_start(struct host *host, const char *machine, struct enrolment *source)
{
	struct error err;

	memset(host, 0, sizeof *host);
	host->timeout_seconds = 30;
	assert_ok(key_make(&host->enrolment, machine, NULL, &err), &err);
	*source = host->enrolment;
	host->listener = listen_on_loopback(source);
	assert_int_equal(pthread_create(&host->thread, NULL, serve_one, host), 0);
}

void
host_join(struct host *host)
{
	pthread_join(host->thread, NULL);
}

void
host_stop(struct host *host)
{
	channel_close(host->channel);
	close(host->listener);
}

int
raw_connect(const struct enrolment *source)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	unsigned port;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(sscanf(source->server, "127.0.0.1:%u", &port), 1);
	address.sin_port = htons((uint16_t)port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address),
		0);
	return fd;
}

int
raw_connect_with_preamble(const struct enrolment *source)
{
	char preamble[PREAMBLE_BYTES] = "UNRACK1\n";
	int fd = raw_connect(source);

	strcpy(preamble + 8, source->machine);
	assert_int_equal(send(fd, preamble, sizeof preamble, MSG_NOSIGNAL),
		sizeof preamble);
	return fd;
}

void
lane_open(struct lane *lane)
{
	struct error err;

	host_start(&lane->host, "machine-1", &lane->enrolment);
	lane->source = NULL;
	assert_ok(channel_connect(&lane->source, &lane->enrolment, 30, &err),
		&err);
	host_join(&lane->host);
	if (lane->host.channel == NULL)
		fail_msg("host: %s", lane->host.err.text);
}

void
lane_close(struct lane *lane)
{
	channel_close(lane->source);
	host_stop(&lane->host);
}

void
raw_open(struct raw *raw)
{
	struct error err;

	host_start(&raw->host, "machine-1", &raw->enrolment);
	raw->fd = raw_connect_with_preamble(&raw->enrolment);
	tcp_tune(raw->fd);
	assert_ok(tls_open(&raw->ssl, raw->fd, TLS_SOURCE, &raw->enrolment,
			  tcp_deadline_ms(30), &err), &err);
	host_join(&raw->host);
	assert_non_null(raw->host.channel);
}

void
raw_close(struct raw *raw)
{
	SSL_free(raw->ssl);
	close(raw->fd);
	host_stop(&raw->host);
}

void
assert_says(const struct error *err, const char *part)
{
	if (strstr(err->text, part) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", err->text, part);
}
