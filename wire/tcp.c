/*
 * Sockets: connecting, waiting with a deadline, noticing dead peers.  Nothing
 * here raises SIGPIPE.  Read tls.c next.
 */
#include "wire/tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "common/error.h"
#include "common/monotonic.h"
#include "common/own.h"

int64_t
tcp_deadline_ms(unsigned seconds)
{
	return seconds == 0 ? -1 : monotonic_ms() + (int64_t)seconds * 1000;
}

int
tcp_wait(int fd, short events, int64_t deadline_ms)
{
	struct pollfd wait = {.fd = fd, .events = events};

	for (;;) {
		int64_t left = deadline_ms == -1 ? -1
						 : deadline_ms - monotonic_ms();
		int ready;

		if (deadline_ms != -1 && left < 0)
			left = 0;
		ready = poll(&wait, 1, left > INT32_MAX ? INT32_MAX : (int)left);
		if (ready == -1 && errno == EINTR)
			continue;
		return ready;
	}
}

/* 0, or an errno value. */
static int
try_address(int *fd_out, const struct addrinfo *address,
	unsigned timeout_seconds)
{
	AUTO(fd_closep) int fd = socket(address->ai_family,
		SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int failure = 0, ready;
	socklen_t room = sizeof failure;

	if (fd == -1)
		return errno;
	if (connect(fd, address->ai_addr, address->ai_addrlen) == -1) {
		if (errno != EINPROGRESS)
			return errno;
		ready = tcp_wait(fd, POLLOUT, tcp_deadline_ms(timeout_seconds));
		if (ready <= 0)
			return ready == 0 ? ETIMEDOUT : errno;
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &room) == -1)
			return errno;
		if (failure != 0)
			return failure;
	}
	*fd_out = take_fd(&fd);
	return 0;
}

int
tcp_connect(int *fd_out, const char *host, const char *port,
	unsigned timeout_seconds, struct error *err)
{
	struct addrinfo wanted = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *addresses;
	int failure = getaddrinfo(host, port, &wanted, &addresses);

	if (failure != 0) {
		error_set(err, failure == EAI_SYSTEM ? errno : 0, "find %s: %s",
			host, gai_strerror(failure));
		return error_hint(err, "check the name, or give the host's "
				       "address; is the network up?");
	}
	failure = EHOSTUNREACH;
	for (struct addrinfo *a = addresses; a != NULL && failure != 0;
		a = a->ai_next)
		failure = try_address(fd_out, a, timeout_seconds);
	freeaddrinfo(addresses);
	if (failure == 0)
		return 0;
	error_set(err, failure, "connect to %s port %s", host, port);
	return error_hint(err, "check that unrack serve runs there and that no "
			       "firewall stops TCP port %s", port);
}

void
tcp_tune(int fd)
{
	static const struct {
		int level, option, value;
	} options[] = {
		{IPPROTO_TCP, TCP_NODELAY, 1},
		{SOL_SOCKET, SO_KEEPALIVE, 1},
		{IPPROTO_TCP, TCP_KEEPIDLE, 10},
		{IPPROTO_TCP, TCP_KEEPINTVL, 5},
		{IPPROTO_TCP, TCP_KEEPCNT, 3},
		{IPPROTO_TCP, TCP_USER_TIMEOUT, 30000},
	};
	int flags = fcntl(fd, F_GETFL);

	if (flags != -1)
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		setsockopt(fd, options[i].level, options[i].option,
			&options[i].value, sizeof options[i].value);
}

void
tcp_peer(int fd, char text_out[TCP_PEER_BYTES])
{
	struct sockaddr_storage address;
	socklen_t room = sizeof address;
	char host[64], port[16];

	if (getpeername(fd, (struct sockaddr *)&address, &room) == -1 ||
		getnameinfo((struct sockaddr *)&address, room, host,
			sizeof host, port, sizeof port,
			NI_NUMERICHOST | NI_NUMERICSERV) != 0 ||
		address.ss_family == AF_UNIX)
		strcpy(text_out, "local socket");
	else
		snprintf(text_out, TCP_PEER_BYTES,
			strchr(host, ':') == NULL ? "%s:%s" : "[%s]:%s", host,
			port);
}

/* After a transfer yielded `moved` <= 0: 0 to try again, or -1. */
static int
wait_or_fail(int fd, ssize_t moved, short events, int64_t deadline_ms,
	struct error *err)
{
	int ready;

	if (moved == 0)
		return error_set(err, ECONNRESET, "connection");
	if (errno == EINTR)
		return 0;
	if (errno != EAGAIN)
		return error_set(err, errno, "connection");
	ready = tcp_wait(fd, events, deadline_ms);
	if (ready == 0)
		return error_set(err, ETIMEDOUT, "connection");
	return ready == 1 ? 0 : error_set(err, errno, "connection");
}

int
tcp_send(int fd, const void *data, size_t bytes, int64_t deadline_ms,
	struct error *err)
{
	const char *at = data;

	while (bytes > 0) {
		ssize_t put = send(fd, at, bytes, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (put > 0) {
			at += put;
			bytes -= (size_t)put;
		} else if (wait_or_fail(fd, put, POLLOUT, deadline_ms, err) ==
			-1) {
			return -1;
		}
	}
	return 0;
}

int
tcp_receive(int fd, void *data, size_t bytes, int64_t deadline_ms,
	struct error *err)
{
	char *at = data;

	while (bytes > 0) {
		ssize_t got = recv(fd, at, bytes, MSG_DONTWAIT);

		if (got > 0) {
			at += got;
			bytes -= (size_t)got;
		} else if (wait_or_fail(fd, got, POLLIN, deadline_ms, err) ==
			-1) {
			return -1;
		}
	}
	return 0;
}
