/*
 * The socket that the live images connect to.
 */
#include "convert/serve/listen.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include "common/error.h"
#include "common/own.h"
#include "wire/key.h"

enum { BACKLOG = 128 };

static int
listen_at(const struct addrinfo *address)
{
	AUTO(fd_closep) int fd = socket(address->ai_family,
		SOCK_STREAM | SOCK_CLOEXEC, 0);
	const int on = 1, off = 0;

	if (fd == -1)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (address->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	if (bind(fd, address->ai_addr, address->ai_addrlen) == -1 ||
		listen(fd, BACKLOG) == -1)
		return -1;
	return take_fd(&fd);
}

static int
try_host(int *fd_out, const char *host, const char *port, struct error *err)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *list;
	int failed = getaddrinfo(host, port, &hints, &list), why = 0;

	if (failed)
		return error_set(err, 0, "listen on %s:%s: %s", host, port,
			gai_strerror(failed));
	*fd_out = -1;
	for (const struct addrinfo *at = list; at != NULL && *fd_out == -1;
		at = at->ai_next) {
		*fd_out = listen_at(at);
		why = errno;
	}
	freeaddrinfo(list);
	if (*fd_out != -1)
		return 0;
	error_set(err, why, "listen on %s port %s", host, port);
	if (why == EADDRINUSE)
		error_hint(err, "Another unrack serve may be running; --listen "
			"ADDR:PORT chooses another port.");
	return -1;
}

int
listen_open(int *fd_out, const char *where, struct error *err)
{
	char host[KEY_SERVER_BYTES], port[8];

	if (where == NULL || where[0] == ':') {
		if (where == NULL)
			snprintf(port, sizeof port, "%d", KEY_DEFAULT_PORT);
		else
			snprintf(port, sizeof port, "%s", where + 1);
		/* A host without IPv6 has no [::]. */
		if (try_host(fd_out, "::", port, err) == 0)
			return 0;
		return err->code == EADDRINUSE
			? -1
			: try_host(fd_out, "0.0.0.0", port, err);
	}
	if (key_split_server(where, host, port, err) == -1)
		return -1;
	return try_host(fd_out, host, port, err);
}

void
listen_name(int fd, char name_out[LISTEN_NAME_BYTES])
{
	struct sockaddr_storage address;
	socklen_t bytes = sizeof address;
	char host[48] = "?", port[8] = "?";

	if (getsockname(fd, (struct sockaddr *)&address, &bytes) == 0)
		getnameinfo((struct sockaddr *)&address, bytes, host,
			sizeof host, port, sizeof port,
			NI_NUMERICHOST | NI_NUMERICSERV);
	if (strchr(host, ':') == NULL)
		snprintf(name_out, LISTEN_NAME_BYTES, "%s:%s", host, port);
	else
		snprintf(name_out, LISTEN_NAME_BYTES, "[%s]:%s", host, port);
}
